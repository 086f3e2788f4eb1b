package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.health.DriverHealth;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.health.StorageHealth;
import io.github.claimcheck.temporal.testing.RawHttpServer;
import io.github.claimcheck.temporal.testing.RawHttpServer.Request;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What S3 is asked for the driver's health, and what its answers mean. */
class S3HealthTests extends StoreTests {

    private static final String PREFIX = DRIVERS + "s3.";

    private static final String NOWHERE = "v0/d/sha256/" + "0".repeat(64);

    private static ApplicationContextRunner runner(URI endpoint) {
        return savingNothing().withPropertyValues(S3Server.properties("payloads", endpoint));
    }

    private static void fail(Request request, int status, String code, String message) throws IOException {
        request.respond(status, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code + "</Code><Message>"
                + message + "</Message><RequestId>1</RequestId></Error>", "Content-Type: application/xml");
    }

    private static DriverHealth health(StorageHealth health) {
        return health.get("aws.s3driver");
    }

    /** "No such object" and a denial that may mean it are answers. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "404 | NoSuchKey | The specified key does not exist.",
            "403 | AccessDenied | Access Denied", "403 | AccessDenied | Access Denied.",
            "403 | AccessDenied | User: arn:aws:iam::1:user/app is not authorized to perform: s3:ListBucket on resource: "
                    + "arn:aws:s3:::payloads because no identity-based policy allows the s3:ListBucket action",
            "403 | AccessDeniedException | no" })
    void anAnswerIsUp(int status, String code, String message) throws IOException {
        try (RawHttpServer server = new RawHttpServer((request) -> fail(request, status, code, message))) {
            health(runner(server.getEndpoint()), (health) -> {
                DriverHealth answered = health(health);
                assertThat(answered.status()).isEqualTo(Status.UP);
                assertThat(answered.details()).containsEntry("bucket", "payloads")
                    .containsEntry("endpoint", server.getEndpoint().toString());
                assertThat(answered.details().containsKey("answer")).isEqualTo(status == 403);
            });
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "404 | NoSuchBucket | no | BucketNotFoundException | bucket property",
            "403 | AccessDenied | User: arn:aws:iam::1:user/app is not authorized to perform: s3:GetObject on resource: "
                    + "arn:aws:s3:::payloads/v0 because no identity-based policy allows the s3:GetObject action | "
                    + "StorageAccessDeniedException | s3:GetObject on arn:aws:s3:::payloads/*",
            "403 | AccessDenied | User: arn:aws:iam::1:user/app is not authorized to perform: kms:Decrypt on resource: "
                    + "arn:aws:kms:eu-west-1:1:key/2 | StorageAccessDeniedException | kms:Decrypt",
            "403 | InvalidAccessKeyId | no | StorageAccessDeniedException | credentials.access-key-id",
            "403 | SignatureDoesNotMatch | no | StorageAccessDeniedException | credentials.secret-access-key",
            "400 | ExpiredToken | no | StorageAccessDeniedException | credentials",
            "403 | RequestTimeTooSkewed | no | StorageAccessDeniedException | clock",
            "301 | PermanentRedirect | no | StorageDriverException | region",
            "503 | SlowDown | no | StorageThrottledException | limits",
            "500 | InternalError | no | StorageUnreachableException | own state" })
    void whatIsNoAnswerIsDownAndSaysWhatToDo(int status, String code, String message, String error, String remedy)
            throws IOException {
        try (RawHttpServer server = new RawHttpServer((request) -> fail(request, status, code, message))) {
            health(runner(server.getEndpoint()), (health) -> {
                DriverHealth answered = health(health);
                assertThat(answered.status()).isEqualTo(Status.DOWN);
                assertThat(answered.details()).containsEntry("error", error);
                assertThat(answered.details().get("message").toString())
                    .startsWith(
                            "Storage driver 'aws.s3driver' could not reach its store [bucket=payloads, key=" + NOWHERE)
                    .contains(remedy)
                    .hasSizeLessThan(2_000);
            });
        }
    }

    /** Of a console, a login page, a web server. */
    @ParameterizedTest
    @ValueSource(ints = { 200, 403, 404 })
    void theAnswerOfAnotherServerIsDown(int status) throws IOException {
        try (RawHttpServer server = new RawHttpServer(
                (request) -> request.respond(status, "<html>Welcome</html>", "Content-Type: text/html"))) {
            health(runner(server.getEndpoint()), (health) -> {
                assertThat(health(health).status()).isEqualTo(Status.DOWN);
                assertThat(health(health).details().get("message").toString()).contains("not the store's",
                        "Check the endpoint");
            });
        }
    }

    @Test
    void isOneRequestToReadHoweverManyAsk() throws IOException {
        try (RawHttpServer server = new RawHttpServer((request) -> fail(request, 404, "NoSuchKey", "no"))) {
            health(runner(server.getEndpoint()).withPropertyValues(PREFIX + "key-prefix=team/"), (health) -> {
                Set<Status> statuses = ConcurrentHashMap.newKeySet();
                List<Thread> askers = IntStream.range(0, 50)
                    .mapToObj((asker) -> new Thread(() -> statuses.add(health(health).status())))
                    .toList();
                askers.forEach(Thread::start);
                for (Thread asker : askers) {
                    asker.join();
                }

                assertThat(statuses).containsExactly(Status.UP);
                assertThat(server.requests()).extracting((request) -> request.method() + " " + request.path())
                    .containsExactly("GET /payloads/team/" + NOWHERE);
            });
        }
    }

    @Test
    void asksAgainAfterTheInterval() throws IOException {
        try (RawHttpServer server = new RawHttpServer((request) -> fail(request, 404, "NoSuchKey", "no"))) {
            health(runner(server.getEndpoint())
                .withPropertyValues("temporal.external-storage.health.check-interval=1ns"), (health) -> {
                    health(health);
                    health(health);
                    assertThat(server.requests()).hasSize(2);
                });
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsDown() throws IOException {
        try (RawHttpServer server = new RawHttpServer((request) -> Thread.sleep(60_000))) {
            health(runner(server.getEndpoint())
                .withPropertyValues("temporal.external-storage.health.check-timeout=200ms"),
                    (health) -> assertThat(health(health).details()).containsEntry("error", "StorageTimeoutException")
                        .hasEntrySatisfying("message", (message) -> assertThat(message.toString())
                            .contains("has not answered for 200 ms. Check that it is reachable")));
        }
    }

    @Test
    void aServerThatIsNotThereIsDown() throws IOException {
        URI endpoint;
        try (RawHttpServer server = new RawHttpServer(Request::hangUp)) {
            endpoint = server.getEndpoint();
        }
        // The client tries again. Now and then its connection pool overlooks a refusal
        // that comes at once, and the attempt
        // times out (seen with SDK 2.57.8, HttpOrHttp2ChannelPool).
        ApplicationContextRunner runner = runner(endpoint).withPropertyValues(
                "temporal.external-storage.health.check-timeout=1m",
                "temporal.external-storage.health.check-interval=1ns", PREFIX + "api-call-attempt-timeout=2s");
        health(runner, (health) -> assertThat(IntStream.range(0, 5).mapToObj((i) -> {
            DriverHealth down = health(health);
            assertThat(down.status()).isEqualTo(Status.DOWN);
            return down.details().get("error");
        })).contains("StorageUnreachableException"));
    }

    /** A claim may lead to what a policy forbids to read. */
    @Test
    void aForgedClaimIsNotDown() throws IOException {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            if (request.path().contains(NOWHERE)) {
                fail(request, 404, "NoSuchKey", "no");
            }
            else {
                fail(request, 403, "AccessDenied", "User: a is not authorized to perform: s3:GetObject on resource: b");
            }
        })) {
            runner(server.getEndpoint()).run((context) -> {
                for (int i = 0; i < 5; i++) {
                    failureOfRetrieving(context.getBean(StorageDriver.class), List.of(claim("bucket", "payloads", "key",
                            "v0/ns/other/d/sha256/" + "1".repeat(64), "hash_value", "1".repeat(64))));
                }
                assertThat(server.requests()).hasSize(5);
                assertThat(health(context.getBean(StorageHealth.class)).status()).isEqualTo(Status.UP);
            });
        }
    }

    @Test
    void theBeanThatResolvesBucketsIsAskedForAPayloadWithoutATarget() throws IOException {
        try (RawHttpServer server = new RawHttpServer((request) -> fail(request, 404, "NoSuchKey", "no"))) {
            ApplicationContextRunner runner = savingNothing()
                .withPropertyValues(S3Server.properties("", server.getEndpoint()))
                .withPropertyValues(PREFIX + "additional-buckets=tenants");
            health(runner.withBean(S3BucketResolver.class, () -> (context, payload) -> "tenants"), (health) -> {
                assertThat(health(health).status()).isEqualTo(Status.UP);
                assertThat(health(health).details().get("bucket").toString()).contains("S3BucketResolver");
                assertThat(server.requests()).extracting(Request::path).containsExactly("/tenants/" + NOWHERE);
            });
            health(runner.withBean(S3BucketResolver.class, () -> (context, payload) -> {
                throw new IllegalStateException("no target, no tenant");
            }), (health) -> {
                assertThat(health(health).status()).isEqualTo(Status.UNKNOWN);
                assertThat(health(health).details().get("reason").toString()).contains("no target, no tenant");
            });
        }
    }

    @S3ServerTest
    static class OnAServer extends StoreTests {

        private final S3Server server = S3Server.shared();

        private final String bucket = this.server.createBucket();

        private void assertDown(String error, String... properties) {
            health(savingNothing().withPropertyValues(this.server.properties(this.bucket))
                .withPropertyValues(properties), (health) -> {
                    assertThat(S3HealthTests.health(health).status()).isEqualTo(Status.DOWN);
                    assertThat(S3HealthTests.health(health).details()).containsEntry("error", error);
                    assertThat(S3HealthTests.health(health).details().toString()).doesNotContain("hunter",
                            S3Server.SECRET_ACCESS_KEY);
                });
        }

        @Test
        void isUpWithoutTraffic() {
            health(savingNothing().withPropertyValues(this.server.properties(this.bucket)),
                    (health) -> assertThat(S3HealthTests.health(health).status()).isEqualTo(Status.UP));
        }

        @Test
        void aMissingBucketIsDown() {
            assertDown("BucketNotFoundException", PREFIX + "bucket=nobody-has-this-one");
        }

        @Test
        void wrongCredentialsAreDown() {
            assertDown("StorageAccessDeniedException", PREFIX + "credentials.access-key-id=hunter1");
            assertDown("StorageAccessDeniedException", PREFIX + "credentials.secret-access-key=hunter2");
        }

        @Test
        void trafficTells() {
            savingNothing().withPropertyValues(this.server.properties(this.bucket)).run((context) -> {
                StorageDriver driver = context.getBean(StorageDriver.class);
                List<StorageDriverClaim> claims = store(driver, payload("one"));
                StorageHealth health = context.getBean(StorageHealth.class);
                assertThat(S3HealthTests.health(health).details()).containsKey("lastSuccess");

                this.server.delete(this.bucket, claims.get(0).getClaimData().get("key"));
                failureOfRetrieving(driver, claims);
                assertThat(S3HealthTests.health(health).status()).isEqualTo(Status.UP);
            });
        }

    }

}
