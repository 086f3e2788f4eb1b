package com.example.interop;

import static com.example.interop.Places.descriptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.example.interop.CodecServerClient.Answer;
import com.example.interop.Peer.Language;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * A web application with the starter and a bucket, but without workers, and without a
 * Temporal server: it serves payloads of workers on the official Python and Go SDKs.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
@TestInstance(Lifecycle.PER_CLASS)
abstract class AbstractCodecServerTests {

    private static final String BUCKET = "documents";

    /** So that compressed texts are above the threshold too. */
    private static final int SIZE = 512 * 1024;

    private final boolean codec;

    private final String id = UUID.randomUUID().toString();

    private final Map<Language, Peer> peers = new EnumMap<>(Language.class);

    private final WorkflowServiceStubs temporal = TemporalServer.shared().newStubs();

    @Autowired
    private ObjectProvider<WorkflowClient> clients;

    @Value("${local.server.port}")
    private int port;

    AbstractCodecServerTests(boolean codec) {
        this.codec = codec;
    }

    @DynamicPropertySource
    static void storeProperties(DynamicPropertyRegistry registry) throws Exception {
        S3Store.shared().createBucket(BUCKET);
        S3Store.shared().properties().forEach((name, value) -> registry.add(name, () -> value));
    }

    @AfterAll
    void stop() throws IOException {
        for (Peer peer : this.peers.values()) {
            peer.close();
        }
        this.temporal.shutdownNow();
    }

    private Peer peer(Language language) throws IOException {
        assumeTrue(language.isAvailable(), language.missing);
        Peer peer = this.peers.get(language);
        if (peer == null) {
            peer = new Peer(language, TemporalServer.shared().getTarget(), S3Store.shared().environment(BUCKET),
                    "codec-server-" + language.author() + "-" + this.id, this.codec);
            this.peers.put(language, peer);
        }
        return peer;
    }

    private CodecServerClient codecServer() {
        return new CodecServerClient("http://localhost:" + this.port + "/temporal/codec");
    }

    @Test
    void theApplicationHasNoConnectionToTemporal() {
        assertThat(this.clients).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void decodesAllThatAWorkflowLeavesInHistory(Language language) throws Exception {
        Places places = run(language);

        List<String> decoded = descriptions(codecServer().post("/decode", places.inHistory()));

        assertThat(descriptions(places.references())).hasSameSizeAs(places.large());
        // Not all: Go's default failure converter has no codec.
        assertThat(descriptions(places.others()).stream().anyMatch((other) -> other.contains(ZlibCodec.ENCODING)))
            .isEqualTo(this.codec);
        assertThat(decoded).containsExactlyInAnyOrderElementsOf(both(places.large(), places.small()));
    }

    @ParameterizedTest
    @EnumSource
    void decodesWhatIsNoReferenceIfReferencesArePreserved(Language language) throws Exception {
        Places places = run(language);

        List<String> decoded = descriptions(codecServer().post("/decode?preserveStorageRefs=true", places.inHistory()));

        assertThat(decoded)
            .containsExactlyInAnyOrderElementsOf(both(descriptions(places.references()), places.small()));
    }

    @ParameterizedTest
    @EnumSource
    void downloadsReferences(Language language) throws Exception {
        Places places = run(language);

        List<String> oneByOne = new ArrayList<>();
        for (Payload reference : places.references()) {
            // As the Web UI does.
            oneByOne.addAll(descriptions(codecServer().post("/download?preserveStorageRefs=true", List.of(reference))));
        }

        assertThat(oneByOne).containsExactlyInAnyOrderElementsOf(places.large());
        assertThat(descriptions(codecServer().post("/download", places.references()))).isEqualTo(oneByOne);
    }

    @TestFactory
    Stream<DynamicTest> answersAsTheHandlerOfTheGoSdk() throws Exception {
        CodecServerClient go = new CodecServerClient(peer(Language.GO).serveCodec());
        return CodecServerRequest.all(run(Language.GO))
            .stream()
            .map((request) -> DynamicTest.dynamicTest(request.toString(),
                    () -> assertAnswer(request, codecServer().send(request), go.send(request), go)));
    }

    private static void assertAnswer(CodecServerRequest request, Answer answer, Answer expected, CodecServerClient go)
            throws Exception {
        // The handler of the Go SDK does not tell a failure of the store from the
        // caller's.
        boolean storeFails = request.name().equals(CodecServerRequest.NO_OBJECT) && expected.status() == 400;
        assertThat(answer.status()).as("%s: %.300s", request, answer.body())
            .isEqualTo(storeFails ? 502 : expected.status());
        if (answer.status() == 200) {
            // The same bytes can be compressed in several ways.
            boolean encoded = request.operation().startsWith("/encode");
            assertThat(descriptions(encoded ? go.post("/decode", answer.payloads()) : answer.payloads()))
                .as("%s", request)
                .isEqualTo(descriptions(encoded ? go.post("/decode", expected.payloads()) : expected.payloads()));
        }
    }

    @Test
    void theHandlerOfTheGoSdkDecodesWhatIsEncodedAndTheReverse() throws Exception {
        CodecServerClient go = new CodecServerClient(peer(Language.GO).serveCodec());
        List<Payload> plain = peer(Language.GO).startPlaces(workflowId(), text());

        List<Payload> encoded = codecServer().post("/encode", plain);
        List<Payload> encodedByGo = go.post("/encode", plain);

        assertThat(encoded.stream().map(Places::isReference)).containsExactly(true, false, true, false, true);
        assertThat(encodedByGo.stream().map(Places::isReference)).containsExactly(true, false, true, false, true);
        assertThat(go.post("/decode", encoded)).isEqualTo(plain);
        assertThat(codecServer().post("/decode", encodedByGo)).isEqualTo(plain);
    }

    @ParameterizedTest
    @EnumSource
    void aWorkflowTakesWhatIsEncoded(Language language) throws Exception {
        List<Payload> plain = Stream
            .of(new Document("java", text()), new Document("java", "small"), bytes(), new byte[] { 1, 2, 3 })
            .map((value) -> DefaultDataConverter.STANDARD_INSTANCE.toPayload(value).orElseThrow())
            .toList();

        // As the Web UI does.
        List<Payload> encoded = codecServer().post("/encode?preserveStorageRefs=true", plain);

        assertThat(encoded.stream().map(Places::isReference)).containsExactly(true, false, true, false);
        String workflowId = workflowId();
        this.temporal.blockingStub()
            .startWorkflowExecution(StartWorkflowExecutionRequest.newBuilder()
                .setNamespace("default")
                .setWorkflowId(workflowId)
                .setRequestId(UUID.randomUUID().toString())
                .setWorkflowType(WorkflowType.newBuilder().setName(language.prefix + "Digest"))
                .setTaskQueue(TaskQueue.newBuilder().setName(peer(language).getTaskQueue()))
                .setInput(Payloads.newBuilder().addAllPayloads(encoded))
                .build());
        List<Payload> result = codecServer().post("/decode", new History(this.temporal, workflowId).result());
        assertThat(new ObjectMapper().readValue(result.get(0).getData().toByteArray(), String[].class))
            .containsExactlyElementsOf(descriptions(plain));
    }

    private Places run(Language language) throws Exception {
        String workflowId = workflowId();
        List<Payload> input = peer(language).startPlaces(workflowId, text());
        new History(this.temporal, workflowId).result();
        return new Places(input, new History(this.temporal, workflowId).payloads());
    }

    private static String workflowId() {
        return "codec-server-" + UUID.randomUUID();
    }

    /** Returns a text that no codec makes small, and that is not all ASCII. */
    private static String text() {
        Random random = new Random();
        StringBuilder text = new StringBuilder("\u20ac<&> \ud83d\ude80");
        while (text.length() < SIZE) {
            text.append(Long.toString(random.nextLong(), 36));
        }
        return text.toString();
    }

    private static byte[] bytes() {
        byte[] bytes = new byte[SIZE];
        new Random().nextBytes(bytes);
        return bytes;
    }

    private static List<String> both(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

}
