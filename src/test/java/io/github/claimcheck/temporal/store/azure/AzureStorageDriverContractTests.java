package io.github.claimcheck.temporal.store.azure;

import io.github.claimcheck.temporal.contract.FaultyNetwork;
import io.github.claimcheck.temporal.testing.AzuriteServer;
import io.github.claimcheck.temporal.testing.AzuriteServerTest;
import io.github.claimcheck.temporal.testing.ConfiguredStorageDriverContract;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@AzuriteServerTest
class AzureStorageDriverContractTests extends ConfiguredStorageDriverContract {

    private static final String PREFIX = "temporal.external-storage.drivers.azure.";

    private static final long MAX_PAYLOAD_SIZE = 50_000_000;

    private static AzuriteServer server;

    private final String container = server.createContainer();

    @BeforeAll
    static void startServer() {
        server = AzuriteServer.startInMemory();
    }

    @AfterAll
    static void closeServer() {
        server.close();
    }

    @Override
    protected StorageDriver newDriver(long maxPayloadSize) {
        return configured(maxPayloadSize, this.container, server.getConnectionString());
    }

    private StorageDriver configured(long maxPayloadSize, String container, String connectionString) {
        return configured("azure", maxPayloadSize, PREFIX + "container=" + container,
                PREFIX + "connection-string=" + connectionString, PREFIX + "api-call-timeout=20s");
    }

    @Override
    protected byte[] read(StorageDriverClaim claim) {
        return server.content(this.container, key(claim));
    }

    @Override
    protected void overwrite(StorageDriverClaim claim, byte[] content) {
        server.put(this.container, key(claim), content);
    }

    @Override
    protected void delete(StorageDriverClaim claim) {
        server.delete(this.container, key(claim));
    }

    private static String key(StorageDriverClaim claim) {
        return claim.getClaimData().get("key");
    }

    @Override
    protected StorageDriver newDriverWithoutBucket() {
        return configured(MAX_PAYLOAD_SIZE, "no-such-container", server.getConnectionString());
    }

    @Override
    protected StorageDriver newDriverWithoutAccess() {
        String wrongKey = Base64.getEncoder().encodeToString(new byte[64]);
        return configured(MAX_PAYLOAD_SIZE, this.container,
                AzuriteServer.connectionString(server.getEndpoint(), wrongKey));
    }

    @Override
    protected StorageDriver newDriverOver(FaultyNetwork network) {
        URI endpoint = server.getEndpoint();
        InetSocketAddress address = network.to(endpoint.getHost(), endpoint.getPort());
        return configured(MAX_PAYLOAD_SIZE, this.container,
                AzuriteServer.connectionString(URI.create("http://127.0.0.1:" + address.getPort())));
    }

}
