package com.example.codecserver;

import static com.example.codecserver.TestPayloads.earlyReference;
import static com.example.codecserver.TestPayloads.encoding;
import static com.example.codecserver.TestPayloads.isReference;
import static com.example.codecserver.TestPayloads.of;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.codecserver.Server.Answer;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.storage.StorageDriver;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;

/**
 * The behaviour of the Go SDK's handler, one by one: see {@code payload_handler_test.go}
 * in temporalio/sdk-go.
 */
class GoHandlerTests {

    private static final String NO_DRIVER = "temporal.external-storage.drivers.local-disk.enabled=false";

    private static final String POST_CODECS = "temporal.external-storage.codec-server.post-storage-codecs=postCodec";

    private static final PayloadCodec PRE = new SuffixCodec(".pre");

    private static final PayloadCodec POST = new SuffixCodec(".post");

    private static Payload encoded(Payload payload, PayloadCodec... codecs) {
        Payload encoded = payload;
        for (PayloadCodec codec : codecs) {
            encoded = codec.encode(List.of(encoded)).get(0);
        }
        return encoded;
    }

    @Test
    void withoutCodecsAndDriversPayloadsAreReturnedAsTheyAreAndReferencesAreRefused() {
        try (Server server = Server.start(NO_DRIVER)) {
            Payload payload = of("hello");
            assertThat(server.post("/encode", List.of(payload)).payloads()).containsExactly(payload);
            assertThat(server.post("/decode", List.of(payload)).payloads()).containsExactly(payload);

            Payload reference = earlyReference("drv", "k1");
            assertNoDriver(server.post("/decode", List.of(reference)));
            assertNoDriver(server.post("/decode", List.of(payload, reference)));
            assertNoDriver(server.post("/download", List.of(reference)));
            assertThat(server.post("/decode?preserveStorageRefs=true", List.of(payload, reference)).payloads())
                .containsExactly(payload, reference);
            assertThat(server.post("/download", List.of(payload)).status()).isEqualTo(400);
        }
    }

    private static void assertNoDriver(Answer answer) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("no storage driver is configured");
    }

    @Test
    void onlyPostsToTheOperationsAreAnswered() {
        try (Server server = Server.start()) {
            for (String path : List.of("", "/missing", "/decode/more", "/decoder", "/")) {
                assertThat(server.post(path, List.of()).status()).as(path).isEqualTo(404);
            }
            for (String method : List.of("GET", "PUT", "DELETE", "PATCH")) {
                assertThat(server.send(method, Server.PATH + "/decode", BodyPublishers.noBody()).status()).as(method)
                    .isIn(404, 405);
            }
            assertThat(
                    server.send("POST", Server.PATH + "/decode", BodyPublishers.noBody(), Server.withJson()).status())
                .isEqualTo(400);
        }
    }

    @Test
    void withTwoCodecsThatOfTheProxyIsDecodedFirstAndEncodedLast() {
        try (Server server = Server.start(List.of(PreCodec.class, PostCodec.class), NO_DRIVER, POST_CODECS)) {
            Payload first = of("first");
            Payload second = of("second");
            assertThat(
                    server.post("/decode", List.of(encoded(first, PRE, POST), encoded(second, PRE, POST))).payloads())
                .containsExactly(first, second);
            assertThat(server.post("/encode", List.of(first)).payloads()).containsExactly(encoded(first, PRE, POST));
            assertThat(encoding(server.post("/encode", List.of(first)).payloads().get(0))).endsWith(".pre.post");
        }
    }

    @Test
    void referencesThatArePreservedAreNotTouchedByTheCodecsBeforeStorage() {
        try (Server server = Server.start(List.of(PreCodec.class, PostCodec.class), NO_DRIVER, POST_CODECS)) {
            Payload reference1 = earlyReference("drv", "k1");
            Payload reference2 = earlyReference("drv", "k2");
            Payload first = of("first");
            Payload second = of("second");
            List<Payload> mixed = List.of(encoded(reference1, POST), encoded(first, PRE, POST),
                    encoded(reference2, POST), encoded(second, PRE, POST));
            for (String value : List.of("true", "TRUE", "True", "tRuE")) {
                String operation = "/decode?preserveStorageRefs=" + value;
                assertThat(server.post(operation, mixed).payloads()).containsExactly(reference1, first, reference2,
                        second);
                assertThat(server.post(operation, List.of(encoded(reference1, POST))).payloads())
                    .containsExactly(reference1);
                assertThat(server.post(operation, List.of(encoded(first, PRE, POST))).payloads())
                    .containsExactly(first);
            }
        }
    }

    @Test
    void oneCodecOfTheApplicationIsAppliedAlone() {
        try (Server server = Server.start(List.of(PreCodec.class), NO_DRIVER)) {
            assertThat(encoding(server.post("/encode", List.of(of("hello"))).payloads().get(0))).endsWith("plain.pre");
        }
        try (Server server = Server.start(List.of(PostCodec.class), NO_DRIVER, POST_CODECS)) {
            assertThat(encoding(server.post("/encode", List.of(of("hello"))).payloads().get(0))).endsWith("plain.post");
        }
    }

    @Test
    void referencesAreRetrievedThenDecoded() {
        try (Server server = Server.start(List.of(PreCodec.class, DriverA.class, DriverB.class),
                "temporal.external-storage.default-driver=local-disk")) {
            MemoryDriver driverA = server.getContext().getBean("driverA", MemoryDriver.class);
            MemoryDriver driverB = server.getContext().getBean("driverB", MemoryDriver.class);
            List<Payload> originals = List.of(of("alpha"), of("beta"), of("gamma"));
            driverA.put("k0", encoded(originals.get(0), PRE));
            driverB.put("k1", encoded(originals.get(1), PRE));
            driverA.put("k2", encoded(originals.get(2), PRE));
            List<Payload> references = List.of(earlyReference("driver-a", "k0"), earlyReference("driver-b", "k1"),
                    earlyReference("driver-a", "k2"));

            for (String operation : List.of("/download", "/download?preserveStorageRefs=true", "/decode",
                    "/decode?preserveStorageRefs=false", "/decode?preserveStorageRefs=",
                    "/decode?preserveStorageRefs=1")) {
                assertThat(server.post(operation, references).payloads()).as(operation).isEqualTo(originals);
                assertThat(server.post(operation, references.subList(1, 2)).payloads())
                    .isEqualTo(originals.subList(1, 2));
            }

            assertThat(server.post("/download", List.of(references.get(0), encoded(of("inline"), PRE))).status())
                .isEqualTo(400);
            Answer unknown = server.post("/download", List.of(earlyReference("unregistered", "k0")));
            assertThat(unknown.status()).isEqualTo(400);
            assertThat(unknown.body()).contains("unregistered").doesNotContain("driver-a");
        }
    }

    @Test
    void whatAProxyEncodedAfterStorageIsDownloadedAllTheSame() {
        try (Server server = Server.start(List.of(PreCodec.class, PostCodec.class, DriverA.class), NO_DRIVER,
                POST_CODECS, "temporal.external-storage.threshold=0")) {
            List<Payload> originals = List.of(of("first"), of("second"));
            List<Payload> encoded = server.post("/encode", originals).payloads();
            assertThat(encoded).allMatch((payload) -> encoding(payload).endsWith(".post"));
            assertThat(POST.decode(encoded)).allMatch(TestPayloads::isReference);
            MemoryDriver driver = server.getContext().getBean(MemoryDriver.class);
            assertThat(driver.stored().values()).containsExactlyInAnyOrderElementsOf(PRE.encode(originals));

            assertThat(server.post("/decode", encoded).payloads()).isEqualTo(originals);
            assertThat(server.post("/download", encoded).payloads()).isEqualTo(originals);
            List<Payload> preserved = server.post("/decode?preserveStorageRefs=true", encoded).payloads();
            assertThat(preserved).allMatch((payload) -> isReference(payload) && payload.getExternalPayloadsCount() == 1
                    && payload.getExternalPayloads(0).getSizeBytes() > 0);
        }
    }

    @Test
    void whatIsAReferenceAlreadyIsNeitherEncodedNorStoredAgain() {
        try (Server server = Server.start(List.of(PreCodec.class, DriverA.class), NO_DRIVER,
                "temporal.external-storage.threshold=0")) {
            List<Payload> stored = server.post("/encode", List.of(of("hello"))).payloads();
            assertThat(server.post("/encode", stored).payloads()).isEqualTo(stored);
            assertThat(server.getContext().getBean(MemoryDriver.class).stored()).hasSize(1);
        }
    }

    static class PreCodec {

        @Bean
        CodecDataConverter dataConverter() {
            return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(PRE));
        }

    }

    static class PostCodec {

        @Bean
        PayloadCodec postCodec() {
            return POST;
        }

    }

    static class DriverA {

        @Bean
        StorageDriver driverA() {
            return new MemoryDriver("driver-a");
        }

    }

    static class DriverB {

        @Bean
        StorageDriver driverB() {
            return new MemoryDriver("driver-b");
        }

    }

}
