package io.github.claimcheck.temporal.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.health.DriverHealth;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.testing.GcsServer;
import io.github.claimcheck.temporal.testing.GcsServerTest;
import io.github.claimcheck.temporal.testing.RawHttpServer;
import io.github.claimcheck.temporal.testing.StoreTests;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What Cloud Storage is asked for the driver's health, and what its answers mean. */
class GcsHealthTests extends StoreTests {

    private static ApplicationContextRunner runner(String bucket, URI endpoint) {
        return savingNothing().withPropertyValues(GcsServer.properties(bucket, endpoint));
    }

    private static RawHttpServer answering(int status, String message, String reason) {
        return new RawHttpServer((request) -> request.respond(status,
                "{\"error\":{\"code\":" + status + ",\"message\":\"" + message
                        + "\",\"errors\":[{\"domain\":\"global\",\"reason\":\"" + reason + "\",\"message\":\"" + message
                        + "\"}]}}",
                "Content-Type: application/json"));
    }

    private static void assertStatus(String bucket, URI endpoint, Status status, String error, String remedy) {
        health(runner(bucket, endpoint), (health) -> {
            DriverHealth answered = health.get("gcp.gcsdriver");
            assertThat(answered.status()).isEqualTo(status);
            assertThat(answered.details()).containsEntry("bucket", bucket)
                .containsEntry("endpoint", endpoint.toString());
            if (error != null) {
                assertThat(answered.details()).containsEntry("error", error);
                assertThat(answered.details().get("message").toString()).contains(remedy);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({ "404, No such object: payloads/v0, notFound",
            "403, app does not have storage.objects.list access, forbidden",
            "403, app does not have storage.objects.get access, forbidden" })
    void anAnswerIsUp(int status, String message, String reason) throws IOException {
        try (RawHttpServer server = answering(status, message, reason)) {
            assertStatus("payloads", server.getEndpoint(), Status.UP, null, null);
            assertThat(server.requests()).singleElement().satisfies((request) -> {
                assertThat(request.method()).isEqualTo("GET");
                assertThat(request.path()).contains("v0%2Fd%2Fsha256%2F" + "0".repeat(64));
            });
        }
    }

    @ParameterizedTest
    @CsvSource({ "404, The specified bucket does not exist., notFound, BucketNotFoundException, bucket property",
            "401, Invalid Credentials, authError, StorageAccessDeniedException, credentials",
            "403, disabled, accountDisabled, StorageAccessDeniedException, billing",
            "400, no, userProjectMissing, StorageDriverException, Requester Pays" })
    void whatIsNoAnswerIsDownAndSaysWhatToDo(int status, String message, String reason, String error, String remedy)
            throws IOException {
        try (RawHttpServer server = answering(status, message, reason)) {
            assertStatus("payloads", server.getEndpoint(), Status.DOWN, error, remedy);
        }
    }

    @Test
    void theAnswerOfAnotherServerIsDown() throws IOException {
        try (RawHttpServer server = new RawHttpServer((request) -> request.respond(200, "<html>Welcome</html>"))) {
            assertStatus("payloads", server.getEndpoint(), Status.DOWN, "StorageUnreachableException",
                    "Check the endpoint");
        }
    }

    /** The client library tries a server that is not there for as long as it may. */
    @Test
    void aServerThatDoesNotAnswerOrIsNotThereIsDown() throws IOException {
        URI endpoint;
        try (RawHttpServer server = new RawHttpServer((request) -> Thread.sleep(60_000))) {
            endpoint = server.getEndpoint();
            assertTimesOut(endpoint);
        }
        assertTimesOut(endpoint);
    }

    private static void assertTimesOut(URI endpoint) {
        health(runner("payloads", endpoint).withPropertyValues("temporal.external-storage.health.check-timeout=200ms"),
                (health) -> {
                    assertThat(health.get("gcp.gcsdriver").status()).isEqualTo(Status.DOWN);
                    assertThat(health.get("gcp.gcsdriver").details()).containsEntry("error", "StorageTimeoutException");
                });
    }

    @Test
    @GcsServerTest
    void aServerWithoutTrafficIsUp() {
        GcsServer server = GcsServer.shared();
        assertStatus(server.createBucket(), server.getEndpoint(), Status.UP, null, null);
    }

}
