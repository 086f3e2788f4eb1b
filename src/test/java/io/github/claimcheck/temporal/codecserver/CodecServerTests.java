package io.github.claimcheck.temporal.codecserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectTooLargeException;
import io.github.claimcheck.temporal.driver.PayloadTooLargeException;
import io.github.claimcheck.temporal.driver.StorageUnreachableException;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.GzipCodec;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payload.ExternalPayloadDetails;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jspecify.annotations.Nullable;

class CodecServerTests {

    private static final String PREFIX = "temporal.external-storage.codec-server";

    private static final Payload SMALL = Payloads.of(new byte[] { 1, 2, 3 });

    private static final Payload LARGE = Payloads.of(Payloads.bytes(5_000, 1));

    private static final Payload UNKNOWN_DRIVER = reference("other", Map.of("index", "0"), 10);

    private final RecordingStorageDriver driver = new RecordingStorageDriver("recording");

    private final ExternalStorage storage = ExternalStorage.newBuilder()
        .setDriver(this.driver)
        .setPayloadSizeThreshold(1_000)
        .build();

    private final Map<String, CodecNamespace> namespaces = new HashMap<>(
            Map.of("default", new CodecNamespace("default", new GzipCodec(), this.storage)));

    private final List<PayloadCodec> postStorage = new ArrayList<>();

    private CodecServerAuthorizer authorizer = (operation, namespace, principal) -> true;

    private CodecServerLimits limits = new CodecServerLimits(100_000, 10, 50_000, 60_000);

    private final Map<String, String> headers = new HashMap<>(Map.of("Content-Type", "application/json"));

    private @Nullable CodecServer server;

    private record Answer(int status, List<Payload> payloads, String text) {
    }

    private static Payload reference(String driver, Map<String, String> claim, long size) {
        return new StorageReference(driver, new StorageDriverClaim(claim)).toPayload(size);
    }

    private Answer post(CodecServerOperation operation, Payload... payloads) {
        return post(operation, null, List.of(payloads));
    }

    private Answer post(CodecServerOperation operation, @Nullable String preserve, List<Payload> payloads) {
        try {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            PayloadsJson.write(payloads, body);
            return post(operation, preserve, new ByteArrayInputStream(body.toByteArray()));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private Answer post(CodecServerOperation operation, @Nullable String preserve, InputStream body) {
        if (this.server == null) {
            this.server = new CodecServer((name) -> this.namespaces.get((name != null) ? name : "default"),
                    new PayloadProcessor(this.postStorage), this.authorizer, List.of("http://localhost:8233"),
                    this.limits);
        }
        try (CodecAnswer answer = this.server
            .handle(new CodecRequest(operation, (name) -> Optional.ofNullable(this.headers.get(name)).stream().toList(),
                    (preserve != null) ? "a=%zz&preserveStorageRefs=" + preserve : null, null, body))) {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            answer.body().writeTo(output);
            String text = output.toString(StandardCharsets.UTF_8);
            if (answer.status() == 200) {
                assertThat(answer.contentType()).isEqualTo("application/json");
                return new Answer(200, PayloadsJson.read(output.toByteArray(), 1_000), text);
            }
            assertThat(answer.contentType()).isEqualTo("text/plain;charset=UTF-8");
            assertThat(text).endsWith(".\n").hasSizeLessThan(700).doesNotContain("\tat ");
            return new Answer(answer.status(), List.of(), text);
        }
        catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void assertRefused(Answer answer, int status, String... texts) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.text()).contains(texts);
    }

    @Test
    void encodesStoresAndComesBack() {
        this.postStorage.add(new MarkCodec());
        List<Payload> encoded = post(CodecServerOperation.ENCODE, SMALL, LARGE).payloads();
        assertThat(encoded).allMatch((payload) -> payload.getData().endsWith(MarkCodec.MARK));
        assertThat(this.driver.stored()).hasSize(1);
        assertThat(this.driver.targets()).containsExactly(new StorageDriverWorkflowInfo("default", null, null, null));
        assertThat(post(CodecServerOperation.DECODE, null, encoded).payloads()).containsExactly(SMALL, LARGE);
        assertThat(post(CodecServerOperation.DOWNLOAD, encoded.get(1)).payloads()).containsExactly(LARGE);
    }

    @ParameterizedTest
    @ValueSource(strings = { "true", "TRUE", "tRuE" })
    void preservesReferencesAndTheirSizes(String preserve) {
        this.postStorage.add(new MarkCodec());
        List<Payload> encoded = post(CodecServerOperation.ENCODE, LARGE, SMALL).payloads();
        List<Payload> decoded = post(CodecServerOperation.DECODE, preserve, encoded).payloads();
        assertThat(StorageReference.isReference(decoded.get(0))).isTrue();
        assertThat(decoded.get(0).getExternalPayloads(0).getSizeBytes())
            .isEqualTo(this.driver.stored().get(0).getSerializedSize());
        assertThat(decoded.get(1)).isEqualTo(SMALL);
        assertThat(this.driver.retrievals()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "false", "", "yes", "1" })
    void retrievesReferencesUnlessTheyArePreserved(String preserve) {
        List<Payload> encoded = post(CodecServerOperation.ENCODE, LARGE).payloads();
        assertThat(post(CodecServerOperation.DECODE, preserve, encoded).payloads()).containsExactly(LARGE);
    }

    /** The Web UI sends the input of an earlier workflow on to a new one. */
    @Test
    void encodesNoReference() {
        List<Payload> encoded = post(CodecServerOperation.ENCODE, LARGE).payloads();
        assertThat(post(CodecServerOperation.ENCODE, null, encoded).payloads()).isEqualTo(encoded);
    }

    @ParameterizedTest
    @EnumSource
    void answersAnEmptyListWithOne(CodecServerOperation operation) {
        assertThat(post(operation)).isEqualTo(new Answer(200, List.of(), "{\"payloads\":[]}"));
    }

    @Test
    void downloadsReferencesOnly() {
        List<Payload> encoded = post(CodecServerOperation.ENCODE, LARGE, SMALL).payloads();
        assertRefused(post(CodecServerOperation.DOWNLOAD, null, encoded), 400, "All payloads must be");
        assertThat(this.driver.retrievals()).isEmpty();
    }

    @Test
    void servesANamespaceWithoutStorage() {
        this.namespaces.put("default", new CodecNamespace("default", new GzipCodec(), null));
        List<Payload> encoded = post(CodecServerOperation.ENCODE, LARGE).payloads();
        assertThat(post(CodecServerOperation.DECODE, null, encoded).payloads()).containsExactly(LARGE);
        assertRefused(post(CodecServerOperation.DECODE, UNKNOWN_DRIVER, SMALL), 400, "no storage driver is configured");
        assertRefused(post(CodecServerOperation.DOWNLOAD, UNKNOWN_DRIVER), 400, "no storage driver is configured");
        assertThat(post(CodecServerOperation.DECODE, "true", List.of(UNKNOWN_DRIVER)).payloads())
            .containsExactly(UNKNOWN_DRIVER);
    }

    @Test
    void refusesReferencesThatLeadNowhere() {
        assertRefused(post(CodecServerOperation.DECODE, UNKNOWN_DRIVER), 400, "'other'");
        Payload malformed = UNKNOWN_DRIVER.toBuilder().setData(ByteString.copyFromUtf8("secret")).build();
        assertRefused(post(CodecServerOperation.DOWNLOAD, malformed), 400, "not a valid");
        this.driver.failWith(new ClaimRefusedException("the claim is forged.", null));
        assertRefused(post(CodecServerOperation.DOWNLOAD, reference("recording", Map.of(), 10)), 400,
                "the claim is forged.");
    }

    @Test
    void tellsWhatFailed() {
        Payload reference = reference("recording", Map.of("index", "0"), 10);
        this.driver.failWith(new StorageUnreachableException("The bucket is out of reach. Check the network.", null));
        assertRefused(post(CodecServerOperation.DOWNLOAD, reference), 502, "The bucket is out of reach. Check");
        this.driver.failWith(new ObjectNotFoundException("Gone. Restore it.", null));
        assertRefused(post(CodecServerOperation.DECODE, reference), 502, "Gone. Restore it.");
        assertRefused(post(CodecServerOperation.ENCODE, LARGE), 502, "Gone. Restore it.");
        this.driver.failWith(new ObjectTooLargeException("Raise drivers.s3.max-retrieved-size."));
        assertRefused(post(CodecServerOperation.DOWNLOAD, reference), 413, "max-retrieved-size");
        this.driver.failWith(new PayloadTooLargeException(9, 8, "s3", "drivers.s3.max-payload-size"));
        assertRefused(post(CodecServerOperation.ENCODE, LARGE), 413, "drivers.s3.max-payload-size");
        this.driver.recover();
        assertThat(post(CodecServerOperation.ENCODE, LARGE).status()).isEqualTo(200);
    }

    /** An application's own driver may say anything. */
    @Test
    void doesNotQuoteAnotherDriversFailure() {
        this.driver.failWith(new IllegalStateException("password=secret"));
        Answer answer = post(CodecServerOperation.ENCODE, LARGE);
        assertRefused(answer, 502, "java.lang.IllegalStateException");
        assertThat(answer.text()).doesNotContain("secret");
    }

    @Test
    void doesNotQuoteACodecsFailure() {
        this.namespaces.put("default", new CodecNamespace("default", new FailingCodec(), this.storage));
        Answer answer = post(CodecServerOperation.DECODE, SMALL);
        assertRefused(answer, 500, "could not decode", "IllegalStateException");
        assertThat(answer.text()).doesNotContain("secret");
        assertRefused(post(CodecServerOperation.ENCODE, SMALL), 500, "could not encode");
    }

    @Test
    void blamesTheCallerForAPayloadThatOnlyFails() {
        this.postStorage.add(new MarkCodec());
        assertRefused(post(CodecServerOperation.DECODE, SMALL), 400, "could not decode");
        assertRefused(post(CodecServerOperation.DOWNLOAD, SMALL), 400, "could not decode");
    }

    @Test
    void refusesACodecThatLosesPayloads() {
        this.namespaces.put("default", new CodecNamespace("default", new LosingCodec(), this.storage));
        assertRefused(post(CodecServerOperation.ENCODE, SMALL, LARGE), 500, "0 payloads of 2");
        assertThat(this.driver.stored()).isEmpty();
    }

    @Test
    void limitsTheBody() {
        InputStream tooLong = new ByteArrayInputStream(new byte[100_001]);
        assertRefused(post(CodecServerOperation.DECODE, null, tooLong), 413, "100000 bytes",
                PREFIX + ".max-request-size");
        this.headers.put("Content-Length", "100001");
        assertRefused(post(CodecServerOperation.DECODE, SMALL), 413, PREFIX + ".max-request-size");
        this.headers.put("Content-Length", "99999999999999999999");
        assertRefused(post(CodecServerOperation.DECODE, null, new ByteArrayInputStream(new byte[100_001])), 413,
                PREFIX + ".max-request-size");
    }

    @Test
    void aBodyTakesMemoryAsItArrives() throws Exception {
        this.limits = new CodecServerLimits(1_000_000, 10, 50_000, 200_000);
        this.headers.put("Content-Length", "1000000");
        assertThat(post(CodecServerOperation.DECODE, SMALL).status()).isEqualTo(200);
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Answer> slow = CompletableFuture
            .supplyAsync(() -> post(CodecServerOperation.DECODE, null, new InputStream() {

                @Override
                public int read() {
                    reading.countDown();
                    try {
                        end.await();
                    }
                    catch (InterruptedException ex) {
                        throw new IllegalStateException(ex);
                    }
                    return -1;
                }

            }));
        reading.await();
        assertThat(post(CodecServerOperation.DECODE, SMALL).status()).isEqualTo(200);
        end.countDown();
        assertThat(slow.get().status()).isEqualTo(400);
        assertRefused(post(CodecServerOperation.DECODE, null, new ByteArrayInputStream(new byte[900_000])), 400,
                "not JSON");
    }

    @Test
    void limitsTheNumberOfPayloads() {
        assertThat(post(CodecServerOperation.DECODE, null, Collections.nCopies(10, SMALL)).payloads()).hasSize(10);
        assertRefused(post(CodecServerOperation.DECODE, null, Collections.nCopies(11, SMALL)), 413,
                PREFIX + ".max-payloads");
    }

    @Test
    void limitsWhatReferencesBecome() {
        Payload each = Payloads.of(Payloads.bytes(30_000, 2));
        List<Payload> encoded = post(CodecServerOperation.ENCODE, each, each).payloads();
        assertRefused(post(CodecServerOperation.DECODE, null, encoded), 413, PREFIX + ".max-decoded-size");
        assertThat(this.driver.retrievals()).as("the references tell their size").isEmpty();
        assertThat(post(CodecServerOperation.DECODE, encoded.get(1)).payloads()).containsExactly(each);
    }

    @Test
    void limitsWhatLyingReferencesBecome() {
        Payload each = Payloads.of(Payloads.bytes(30_000, 2));
        List<Payload> encoded = post(CodecServerOperation.ENCODE, each, each).payloads();
        for (long size : new long[] { 1, 0, -1, Long.MIN_VALUE }) {
            List<Payload> lying = encoded.stream()
                .map((payload) -> payload.toBuilder()
                    .setExternalPayloads(0, ExternalPayloadDetails.newBuilder().setSizeBytes(size))
                    .build())
                .toList();
            assertRefused(post(CodecServerOperation.DECODE, null, lying), 413, PREFIX + ".max-decoded-size");
        }
        for (long size : new long[] { Long.MAX_VALUE, 50_001 }) {
            Payload boasting = encoded.get(0)
                .toBuilder()
                .setExternalPayloads(0, ExternalPayloadDetails.newBuilder().setSizeBytes(size))
                .build();
            assertRefused(post(CodecServerOperation.DECODE, boasting, boasting), 413, PREFIX + ".max-decoded-size");
        }
        assertThat(post(CodecServerOperation.DOWNLOAD, encoded.get(0).toBuilder().clearExternalPayloads().build())
            .payloads()).containsExactly(each);
    }

    @Test
    void limitsWhatCodecsExpand() {
        Payload bomb = new GzipCodec().encode(List.of(Payloads.of(new byte[50_001]))).get(0);
        assertRefused(post(CodecServerOperation.DECODE, bomb), 413, PREFIX + ".max-decoded-size");
    }

    @Test
    void releasesWhatItHeld() {
        Payload each = Payloads.of(Payloads.bytes(30_000, 2));
        Payload reference = post(CodecServerOperation.ENCODE, each).payloads().get(0);
        this.headers.put("Content-Length", "30000");
        for (int i = 0; i < 20; i++) {
            assertThat(post(CodecServerOperation.DOWNLOAD, reference).status()).isEqualTo(200);
            assertThat(post(CodecServerOperation.DECODE, null, List.of(reference, reference)).status()).isEqualTo(413);
            assertThat(post(CodecServerOperation.DECODE, null, new ByteArrayInputStream(new byte[5])).status())
                .isEqualTo(400);
        }
    }

    @Test
    void knowsNamespacesByTheirHeader() {
        this.namespaces.put("plain", new CodecNamespace("plain", new LosingCodec(), null));
        this.headers.put("X-Namespace", "default");
        assertThat(post(CodecServerOperation.DECODE, SMALL).status()).isEqualTo(200);
        this.headers.put("X-Namespace", "plain");
        assertThat(post(CodecServerOperation.DECODE, SMALL).status()).isEqualTo(500);
        this.headers.put("X-Namespace", "un\nknown".repeat(100));
        Answer answer = post(CodecServerOperation.DECODE, SMALL);
        assertRefused(answer, 404, "un\\u000aknown", "spring.temporal.namespaces");
        this.headers.put("X-Namespace", " ");
        assertThat(post(CodecServerOperation.DECODE, SMALL).status()).isEqualTo(200);
    }

    @Test
    void asksTheAuthorizerBeforeItReadsTheBody() {
        this.authorizer = (operation, namespace, principal) -> operation == CodecServerOperation.DECODE
                && namespace.equals("default") && principal == null;
        assertThat(post(CodecServerOperation.DECODE, SMALL).status()).isEqualTo(200);
        assertRefused(post(CodecServerOperation.ENCODE, null, InputStream.nullInputStream()), 403, "/encode", "default",
                "CodecServerAuthorizer");
        this.authorizer = (operation, namespace, principal) -> {
            throw new IllegalStateException("secret");
        };
        this.server = null;
        Answer answer = post(CodecServerOperation.DECODE, SMALL);
        assertRefused(answer, 500, "log");
        assertThat(answer.text()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://localhost:8080", "null", "", "http://localhost:8233/", "HTTP://LOCALHOST:8233" })
    void refusesPagesOfOtherOrigins(String origin) {
        this.headers.put("Origin", origin);
        assertRefused(post(CodecServerOperation.DECODE, SMALL), 403, PREFIX + ".allowed-origins");
    }

    @Test
    void answersPagesOfAllowedOrigins() {
        this.headers.put("Origin", "http://localhost:8233");
        assertThat(post(CodecServerOperation.DECODE, SMALL).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = { "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16",
            "application/jsonp", "" })
    void readsJsonOnly(String type) {
        this.headers.put("Content-Type", type);
        assertRefused(post(CodecServerOperation.DECODE, SMALL), 415, "application/json");
        this.headers.remove("Content-Type");
        assertRefused(post(CodecServerOperation.DECODE, SMALL), 415, "application/json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = { "application/json", "Application/JSON ;charset=UTF-8", "application/json; charset=\"utf-8\"" })
    void readsJsonInItsSpellings(String type) {
        this.headers.put("Content-Type", type);
        this.headers.put("Content-Encoding", "identity");
        assertThat(post(CodecServerOperation.DECODE, SMALL).status()).isEqualTo(200);
    }

    @Test
    void readsNoCompressedBody() {
        this.headers.put("Content-Encoding", "gzip");
        assertRefused(post(CodecServerOperation.DECODE, SMALL), 415, "Content-Encoding");
    }

    @Test
    void answersABodyThatBreaksOff() {
        InputStream broken = new InputStream() {

            @Override
            public int read() throws IOException {
                throw new IOException("secret");
            }

        };
        Answer answer = post(CodecServerOperation.DECODE, null, broken);
        assertRefused(answer, 400, "could not be read");
        assertThat(answer.text()).doesNotContain("secret");
    }

    @Test
    void saysWhatThereIsAtOtherPaths() {
        post(CodecServerOperation.DECODE, SMALL);
        try (CodecAnswer answer = new CodecServer((name) -> null, new PayloadProcessor(List.of()), this.authorizer,
                List.of(), this.limits)
            .notFound()) {
            assertThat(answer.status()).isEqualTo(404);
        }
    }

    private static final class MarkCodec implements PayloadCodec {

        private static final ByteString MARK = ByteString.copyFromUtf8("mark");

        @Override
        public List<Payload> encode(List<Payload> payloads) {
            return payloads.stream()
                .map((payload) -> Payload.newBuilder().setData(payload.toByteString().concat(MARK)).build())
                .toList();
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            return payloads.stream().map((payload) -> {
                try {
                    return Payload.parseFrom(payload.getData().substring(0, payload.getData().size() - MARK.size()));
                }
                catch (IOException ex) {
                    throw new UncheckedIOException(ex);
                }
            }).toList();
        }

    }

    private static final class FailingCodec implements PayloadCodec {

        @Override
        public List<Payload> encode(List<Payload> payloads) {
            throw new IllegalStateException("secret");
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            throw new IllegalStateException("secret");
        }

    }

    private static final class LosingCodec implements PayloadCodec {

        @Override
        public List<Payload> encode(List<Payload> payloads) {
            return List.of();
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            return List.of();
        }

    }

}
