package io.github.claimcheck.temporal.store.azure;

import io.github.claimcheck.temporal.testing.AzuriteServer;
import io.github.claimcheck.temporal.testing.AzuriteServerTest;
import io.github.claimcheck.temporal.testing.HttpStorageDriverContract;
import io.github.claimcheck.temporal.testing.ObjectServer;
import io.temporal.payload.storage.StorageDriver;
import java.net.URI;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;

@AzuriteServerTest
class AzureStorageDriverContractTests extends HttpStorageDriverContract {

    private static final String PREFIX = "temporal.external-storage.drivers.azure.";

    private static AzuriteServer server;

    @BeforeAll
    static void startServer() {
        server = AzuriteServer.startInMemory();
    }

    @AfterAll
    static void closeServer() {
        server.close();
    }

    @Override
    protected ObjectServer serverFor(TestInfo test) {
        return server;
    }

    @Override
    protected StorageDriver newDriver(long maxPayloadSize, String bucket, URI endpoint) {
        return newDriver(maxPayloadSize, bucket, AzuriteServer.connectionString(endpoint));
    }

    private StorageDriver newDriver(long maxPayloadSize, String container, String connectionString) {
        return configured("azure", maxPayloadSize, PREFIX + "container=" + container,
                PREFIX + "connection-string=" + connectionString, PREFIX + "api-call-timeout=20s");
    }

    @Override
    protected StorageDriver newDriverWithoutAccess() {
        String wrongKey = Base64.getEncoder().encodeToString(new byte[64]);
        return newDriver(MAX_PAYLOAD_SIZE, getBucket(), AzuriteServer.connectionString(server.getEndpoint(), wrongKey));
    }

}
