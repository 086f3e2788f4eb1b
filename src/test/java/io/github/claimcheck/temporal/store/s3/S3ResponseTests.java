package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.driver.StorageUnreachableException;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RawHttpServer;
import io.github.claimcheck.temporal.testing.RawHttpServer.Request;
import io.github.claimcheck.temporal.testing.RawHttpServer.Script;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.DigestUtils;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * An upload counts as stored only if the response says so, whatever lies between the
 * driver and the store. The server is a socket.
 */
class S3ResponseTests {

    private static final Payload SMALL = Payloads.of(Payloads.bytes(300_000, 1));

    private static final Payload LARGE = Payloads.of(Payloads.bytes(3_000_000, 2));

    private static final String PREFIX = "temporal.external-storage.drivers.s3.";

    private static final String ETAG = "ETag: \"one\"";

    private static ApplicationContextRunner runner(URI endpoint) {
        return new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withPropertyValues(S3Server.properties("payloads", endpoint))
            .withPropertyValues("temporal.external-storage.cache.max-size=0",
                    "temporal.external-storage.assume-stored-for=0s");
    }

    private static void run(RawHttpServer server, DriverAction action, String... properties) {
        run(runner(server.getEndpoint()).withPropertyValues(properties), action);
    }

    private static void run(ApplicationContextRunner runner, DriverAction action) {
        runner.run((context) -> action.on(context.getBean(StorageDriver.class)));
    }

    private static CompletableFuture<List<StorageDriverClaim>> begin(StorageDriver driver, Payload payload) {
        return driver.store(StorageContexts.store(null), List.of(payload));
    }

    private static void store(StorageDriver driver, Payload payload) throws Exception {
        begin(driver, payload).get(30, TimeUnit.SECONDS);
    }

    private static Throwable failure(StorageDriver driver, Payload payload) {
        Throwable failure = catchThrowable(() -> store(driver, payload));
        assertThat(failure).as("the upload").isNotNull();
        return failure.getCause();
    }

    private static boolean isStored(RawHttpServer server, Payload payload) {
        byte[] content = server.received().get(path(payload));
        return content != null && java.util.Arrays.equals(content, payload.toByteArray());
    }

    private static String path(Payload payload) {
        return "/payloads/v0/d/sha256/" + Payloads.sha256(payload.toByteArray());
    }

    private static String checksum(byte[] content) {
        return "x-amz-checksum-sha256: "
                + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Payloads.sha256(content)));
    }

    private static void confirm(Request request) throws IOException {
        byte[] body = request.receive();
        request.respond(200, "", ETAG, checksum(body));
    }

    /** How a server treats a request that expects an interim response. */
    private enum Interim {

        TWICE, NEVER, LATE;

        void answer(Request request) throws IOException {
            boolean expected = request.header("Expect") != null;
            if (expected && this == TWICE) {
                request.write("HTTP/1.1 100 Continue\r\n\r\n");
                request.write("HTTP/1.1 100 Continue\r\n\r\n");
            }
            byte[] body = request.receive();
            if (expected && this == LATE) {
                request.write("HTTP/1.1 100 Continue\r\n\r\n");
            }
            request.respond(200, "", ETAG, checksum(body));
        }

    }

    @ParameterizedTest
    @EnumSource
    void uploadsExpectNoInterimResponse(Interim interim) throws Exception {
        try (RawHttpServer server = new RawHttpServer(interim::answer)) {
            run(server, (driver) -> {
                store(driver, LARGE);
                store(driver, SMALL);
            });

            assertThat(isStored(server, LARGE)).isTrue();
            assertThat(isStored(server, SMALL)).isTrue();
            assertThat(server.requests()).hasSize(2).allSatisfy(S3ResponseTests::assertExpectsNothing);
        }
    }

    private static void assertExpectsNothing(Request request) {
        assertThat(request.header("Expect")).isNull();
    }

    /** Whatever the client of the application or a customizer says. */
    @ParameterizedTest
    @EnumSource
    void theApplicationsClientExpectsNoInterimResponseEither(Interim interim) throws Exception {
        try (RawHttpServer server = new RawHttpServer(interim::answer)) {
            run(runner(server.getEndpoint()).withBean(S3AsyncClient.class,
                    () -> S3Server.newClient(server.getEndpoint())), (driver) -> {
                        store(driver, LARGE);
                        store(driver, SMALL);
                    });

            assertThat(isStored(server, LARGE)).isTrue();
            assertThat(isStored(server, SMALL)).isTrue();
            assertThat(server.requests()).hasSize(2).allSatisfy(S3ResponseTests::assertExpectsNothing);
        }
    }

    @Test
    void aCustomizerDoesNotBringTheExpectationBack() throws Exception {
        try (RawHttpServer server = new RawHttpServer(Interim.NEVER::answer)) {
            run(runner(server.getEndpoint()).withBean(S3AsyncClientBuilderCustomizer.class,
                    () -> (builder) -> builder
                        .serviceConfiguration(
                                (service) -> service.expectContinueEnabled(true).expectContinueThresholdInBytes(0L))
                        .overrideConfiguration((configuration) -> configuration.putHeader("x-mine", "1"))),
                    (driver) -> store(driver, SMALL));

            assertThat(server.requests()).singleElement().satisfies((request) -> {
                assertExpectsNothing(request);
                assertThat(request.header("x-mine")).isEqualTo("1");
            });
        }
    }

    @Test
    void aPropertyBringsItBack() throws Exception {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            request.write("HTTP/1.1 100 Continue\r\n\r\n");
            confirm(request);
        })) {
            run(server, (driver) -> store(driver, LARGE), PREFIX + "expect-continue=true");

            assertThat(server.requests()).singleElement()
                .satisfies((request) -> assertThat(request.header("Expect")).isEqualTo("100-continue"));
        }
    }

    /** The client may take an interim response for the final one. */
    @Test
    void theResponseToAnotherUploadIsNoEvidence() throws Exception {
        try (RawHttpServer server = new RawHttpServer(Interim.TWICE::answer)) {
            run(server, (driver) -> {
                for (int i = 0; i < 10; i++) {
                    for (Payload payload : List.of(LARGE, SMALL)) {
                        server.received().clear();
                        boolean reported = catchThrowable(() -> store(driver, payload)) == null;
                        assertThat(!reported || isStored(server, payload)).as("upload %s", i).isTrue();
                    }
                }
            }, PREFIX + "expect-continue=true", PREFIX + "api-call-attempt-timeout=2s");
        }
    }

    /** What a response says, and what the failure says about it. */
    private enum NoEvidence {

        NO_ETAG(200, "", "has no ETag"), EMPTY_ETAG(200, "", "has no ETag", "ETag:"),
        ERROR(200, "<Error><Code>InternalError</Code></Error>", "has no ETag", "Content-Type: application/xml"),
        ERROR_WITH_ETAG(200, "<Error><Code>InternalError</Code></Error>", "has a body", ETAG),
        LOGIN(200, "<html>Please log in</html>", "has no ETag", "Content-Type: text/html"),
        STATIC_PAGE(200, "<html>Welcome</html>", "has a body", ETAG, "Content-Type: text/html"),
        NO_CONTENT(204, "", "its status is 204", ETAG), ACCEPTED(202, "", "its status is 202", ETAG),
        OTHER_BYTES(200, "", "x-amz-checksum-sha256 is not that of the upload", ETAG, checksum(new byte[1])),
        OTHER_DIGEST(200, "", "ETag is not the MD5 of the upload", "ETag: \"" + "0".repeat(32) + '"'),
        OTHER_DIGEST_ENCRYPTED(200, "", "ETag is not the MD5 of the upload", "ETag: " + "0".repeat(32),
                "x-amz-server-side-encryption: AES256");

        private final int status;

        private final String body;

        private final String words;

        private final String[] headers;

        NoEvidence(int status, String body, String words, String... headers) {
            this.status = status;
            this.body = body;
            this.words = words;
            this.headers = headers;
        }

        void answer(Request request) throws IOException {
            request.receive();
            request.respond(this.status, this.body, this.headers);
        }

    }

    @ParameterizedTest
    @EnumSource
    void aResponseWithoutEvidenceIsAFailure(NoEvidence response) throws Exception {
        AtomicInteger requests = new AtomicInteger();
        Script once = (request) -> {
            if (requests.getAndIncrement() == 0) {
                response.answer(request);
            }
            else {
                confirm(request);
            }
        };
        try (RawHttpServer server = new RawHttpServer(once)) {
            run(server, (driver) -> {
                assertThat(failure(driver, SMALL)).isExactlyInstanceOf(StorageUnreachableException.class)
                    .hasMessageContaining("'aws.s3driver' could not store a payload [bucket=payloads, key=v0/d/sha256/")
                    .hasMessageContaining("the response does not show that the object was stored")
                    .hasMessageContaining(response.words)
                    .hasMessageContaining("proxy");
                store(driver, SMALL);
            });
            assertThat(isStored(server, SMALL)).isTrue();
        }
    }

    @Test
    void withoutChecksumsTheETagIsStillCompared() throws Exception {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            request.receive();
            request.respond(200, "", "ETag: \"" + "0".repeat(32) + '"');
        })) {
            run(server,
                    (driver) -> assertThat(failure(driver, SMALL))
                        .hasMessageContaining("its ETag is not the MD5 of the upload"),
                    PREFIX + "upload-checksum=false");
            // The application's own may send other bytes than it is given.
            run(runner(server.getEndpoint())
                .withBean(S3AsyncClient.class, () -> S3Server.newClient(server.getEndpoint()))
                .withPropertyValues(PREFIX + "upload-checksum=false"), (driver) -> store(driver, SMALL));
        }
    }

    @Test
    void anEmptyResponseMayHaveAType() throws Exception {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            byte[] body = request.receive();
            request.respond(200, "", "ETag: " + DigestUtils.md5DigestAsHex(body),
                    "Content-Type: text/html; charset=utf-8");
        })) {
            run(server, (driver) -> store(driver, SMALL), PREFIX + "upload-checksum=false");
        }
    }

    /** Not every ETag is a digest, and not every digest is one of the content. */
    @ParameterizedTest
    @ValueSource(strings = { "one", "00000000000000000000000000000000", "00000000000000000000000000000000-2" })
    void anETagThatIsNoDigestOfTheContentConfirmsWhatTheStoreEncrypts(String tag) throws Exception {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            request.receive();
            request.respond(200, "", "ETag: \"" + tag + '"', "x-amz-server-side-encryption: aws:kms");
        })) {
            run(server, (driver) -> store(driver, SMALL));
            assertThat(isStored(server, SMALL)).isTrue();
        }
    }

    @Test
    void theMd5OfTheUploadAsETagConfirmsIt() throws Exception {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            byte[] body = request.receive();
            request.respond(200, "", "ETag: " + DigestUtils.md5DigestAsHex(body).toUpperCase(Locale.ROOT));
        })) {
            run(server, (driver) -> store(driver, SMALL));
            assertThat(isStored(server, SMALL)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({ "301", "302", "303", "307", "308" })
    void followsNoRedirect(int status) throws Exception {
        try (RawHttpServer elsewhere = new RawHttpServer(S3ResponseTests::confirm);
                RawHttpServer server = new RawHttpServer((request) -> {
                    request.receive();
                    request.respond(status, "", "Location: " + elsewhere.getEndpoint() + request.path());
                })) {
            run(server,
                    (driver) -> assertThat(failure(driver, SMALL)).isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("follows no redirects")
                        .hasMessageContaining("the driver's endpoint and region"));

            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void aRedirectThatNamesNoPlaceIsAFailure() throws Exception {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            request.receive();
            request.respond(307, "");
        })) {
            run(server, (driver) -> assertThat(failure(driver, SMALL)).hasMessageContaining("follows no redirects"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 100, 102, 103 })
    void anInterimResponseThatNobodyExpectsNeverMakesAnUploadLookStored(int status) throws Exception {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            byte[] body = request.receive();
            request.write("HTTP/1.1 " + status + " Interim\r\n\r\n");
            request.respond(200, "", ETAG, checksum(body));
        })) {
            run(server, (driver) -> {
                for (int i = 0; i < 10; i++) {
                    Payload payload = Payloads.of(Payloads.bytes(100_000 + i, i));
                    boolean reported = catchThrowable(() -> store(driver, payload)) == null;
                    assertThat(!reported || isStored(server, payload)).as("upload %s", i).isTrue();
                }
            }, PREFIX + "api-call-attempt-timeout=2s");
        }
    }

    /** Nothing has read the body, so nothing can be stored. */
    @ParameterizedTest
    @ValueSource(ints = { 200, 403, 503 })
    void aResponseBeforeTheBodyIsAFailure(int status) throws Exception {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            request.respond(status, "", ETAG, "x-amz-checksum-sha256: " + request.header("x-amz-checksum-sha256"),
                    "Connection: close");
            Thread.sleep(1_000);
            request.hangUp();
        })) {
            run(server, (driver) -> assertThat(failure(driver, Payloads.of(Payloads.bytes(20_000_000, 3))))
                .isInstanceOf(StorageDriverException.class), PREFIX + "api-call-attempt-timeout=5s");
        }
    }

    @Test
    void afterATimeoutTheNextUploadGetsItsOwnResponse() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        AtomicInteger requests = new AtomicInteger();
        try (RawHttpServer server = new RawHttpServer((request) -> {
            if (requests.getAndIncrement() == 0) {
                request.receive();
                late.await();
                request.respond(200, "", ETAG);
            }
            else {
                late.countDown();
                request.receive();
                request.respond(500, "");
            }
        })) {
            run(server, (driver) -> {
                assertThat(failure(driver, LARGE)).isInstanceOf(StorageTimeoutException.class);
                assertThat(failure(driver, SMALL)).isInstanceOf(StorageUnreachableException.class);
            }, PREFIX + "api-call-attempt-timeout=1s", PREFIX + "api-call-timeout=1s");
        }
    }

    @Test
    void afterACancellationTheNextUploadGetsItsOwnResponse() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch late = new CountDownLatch(1);
        AtomicInteger requests = new AtomicInteger();
        try (RawHttpServer server = new RawHttpServer((request) -> {
            request.receive();
            if (requests.getAndIncrement() == 0) {
                arrived.countDown();
                late.await();
                request.respond(200, "", ETAG);
            }
            else {
                late.countDown();
                request.respond(403, "");
            }
        })) {
            run(server, (driver) -> {
                CompletableFuture<?> cancelled = begin(driver, LARGE);
                arrived.await();
                cancelled.cancel(true);
                assertThat(failure(driver, SMALL)).isInstanceOf(StorageDriverException.class);
            });
        }
    }

    /** What a test does with a driver. */
    @FunctionalInterface
    private interface DriverAction {

        void on(StorageDriver driver) throws Exception;

    }

}
