package io.github.claimcheck.temporal.store.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.health.DriverHealth;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.testing.AzuriteServer;
import io.github.claimcheck.temporal.testing.AzuriteServerTest;
import io.github.claimcheck.temporal.testing.RawHttpServer;
import io.github.claimcheck.temporal.testing.StoreTests;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What Azure is asked for the driver's health, and what its answers mean. */
class AzureHealthTests extends StoreTests {

    private static final String PREFIX = DRIVERS + "azure.";

    private static ApplicationContextRunner runner(String container, String connectionString) {
        return savingNothing().withPropertyValues(PREFIX + "container=" + container,
                PREFIX + "connection-string=" + connectionString, "temporal.external-storage.health.check-timeout=30s");
    }

    private static RawHttpServer answering(int status, String code) {
        return new RawHttpServer((request) -> request.respond(status,
                "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>no</Message></Error>",
                "Content-Type: application/xml", "x-ms-error-code: " + code, "x-ms-request-id: 1"));
    }

    private static void assertDown(ApplicationContextRunner runner, String error, String remedy) {
        health(runner, (health) -> {
            DriverHealth answered = health.get("azure.blobdriver");
            assertThat(answered.status()).isEqualTo(Status.DOWN);
            assertThat(answered.details()).containsEntry("error", error);
            assertThat(answered.details().get("message").toString()).contains(remedy);
            assertThat(answered.details().toString()).doesNotContain(AzuriteServer.ACCOUNT_KEY, "hunter2", "sig=");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "BlobNotFound", "ResourceNotFound" })
    void noSuchBlobIsUp(String code) throws IOException {
        try (RawHttpServer server = answering(404, code)) {
            health(runner("payloads", AzuriteServer.connectionString(server.getEndpoint())), (health) -> {
                assertThat(health.get("azure.blobdriver").status()).isEqualTo(Status.UP);
                assertThat(health.get("azure.blobdriver").details()).containsEntry("container", "payloads")
                    .containsEntry("endpoint", server.getEndpoint() + "/" + AzuriteServer.ACCOUNT);
            });
            assertThat(server.requests()).singleElement().satisfies((request) -> {
                assertThat(request.method()).isEqualTo("GET");
                assertThat(request.path()).endsWith("sha256%2F" + "0".repeat(64));
            });
        }
    }

    /** With the permission to read, Azure never denies what does not exist. */
    @ParameterizedTest
    @CsvSource({ "404, ContainerNotFound, BucketNotFoundException, container property",
            "404, AccountNotFound, BucketNotFoundException, container",
            "409, ContainerBeingDeleted, BucketNotFoundException, container property",
            "403, AuthorizationPermissionMismatch, StorageAccessDeniedException, Storage Blob Data Reader",
            "403, AuthenticationFailed, StorageAccessDeniedException, connection-string",
            "403, AuthorizationFailure, StorageAccessDeniedException, firewall" })
    void whatIsNoAnswerIsDownAndSaysWhatToDo(int status, String code, String error, String remedy) throws IOException {
        try (RawHttpServer server = answering(status, code)) {
            assertDown(runner("payloads", AzuriteServer.connectionString(server.getEndpoint())), error, remedy);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 200, 404 })
    void theAnswerOfAnotherServerIsDown(int status) throws IOException {
        try (RawHttpServer server = new RawHttpServer((request) -> request.respond(status, "<html>Welcome</html>"))) {
            assertDown(runner("payloads", AzuriteServer.connectionString(server.getEndpoint())),
                    "StorageUnreachableException", "Check the endpoint");
        }
    }

    @Test
    void aServerThatIsNotThereIsDown() throws IOException {
        URI endpoint;
        try (RawHttpServer server = answering(404, "BlobNotFound")) {
            endpoint = server.getEndpoint();
        }
        assertDown(runner("payloads", AzuriteServer.connectionString(endpoint)), "StorageUnreachableException",
                "Check the network");
    }

    @Test
    void aSharedAccessSignatureIsNotShown() throws IOException {
        try (RawHttpServer server = answering(403, "AuthorizationPermissionMismatch")) {
            assertDown(
                    runner("payloads",
                            "BlobEndpoint=" + server.getEndpoint()
                                    + "/account;SharedAccessSignature=sv=2024&sig=hunter2"),
                    "StorageAccessDeniedException", "Storage Blob Data Reader");
        }
    }

    @Test
    @AzuriteServerTest
    void aServerIsUpAndAContainerThatItDoesNotHaveIsNot() {
        AzuriteServer server = AzuriteServer.shared();
        health(runner(server.createBucket(), server.getConnectionString()),
                (health) -> assertThat(health.get("azure.blobdriver").status()).isEqualTo(Status.UP));
        assertDown(runner("nobody-has-this-one", server.getConnectionString()), "BucketNotFoundException",
                "container property");
        String otherKey = Base64.getEncoder().encodeToString(new byte[64]);
        assertDown(runner(server.createBucket(), AzuriteServer.connectionString(server.getEndpoint(), otherKey)),
                "StorageAccessDeniedException", "Azure rejected the credentials");
    }

}
