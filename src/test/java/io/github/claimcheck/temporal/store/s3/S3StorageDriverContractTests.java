package io.github.claimcheck.temporal.store.s3;

import io.github.claimcheck.temporal.contract.FaultyNetwork;
import io.github.claimcheck.temporal.testing.ConfiguredStorageDriverContract;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;

@S3ServerTest
class S3StorageDriverContractTests extends ConfiguredStorageDriverContract {

    private static final long MAX_PAYLOAD_SIZE = 50_000_000;

    private final S3Server server = S3Server.shared();

    private final String bucket = this.server.createBucket();

    private final S3Gateway gateway = S3Gateway.to(this.server);

    @AfterEach
    void closeGateway() {
        this.gateway.close();
    }

    @Override
    protected StorageDriver newDriver(long maxPayloadSize) {
        return configured("s3", maxPayloadSize, this.server.properties(this.bucket));
    }

    @Override
    protected byte[] read(StorageDriverClaim claim) {
        return this.server.content(this.bucket, key(claim));
    }

    @Override
    protected void overwrite(StorageDriverClaim claim, byte[] content) {
        this.server.put(this.bucket, key(claim), content);
    }

    @Override
    protected void delete(StorageDriverClaim claim) {
        this.server.delete(this.bucket, key(claim));
    }

    private static String key(StorageDriverClaim claim) {
        return claim.getClaimData().get("key");
    }

    @Override
    protected StorageDriver newDriverWithoutBucket() {
        return configured("s3", MAX_PAYLOAD_SIZE, this.server.properties("no-such-bucket"));
    }

    @Override
    protected StorageDriver newDriverWithoutAccess() {
        this.gateway.on("PUT", S3Gateway.denied());
        this.gateway.on("GET", S3Gateway.denied());
        return configured("s3", MAX_PAYLOAD_SIZE, this.gateway.properties(this.bucket));
    }

    @Override
    protected StorageDriver newDriverOver(FaultyNetwork network) {
        URI endpoint = this.server.getEndpoint();
        InetSocketAddress address = network.to(endpoint.getHost(), endpoint.getPort());
        return configured("s3", MAX_PAYLOAD_SIZE,
                S3Server.properties(this.bucket, URI.create("http://127.0.0.1:" + address.getPort())));
    }

    /** The server takes a key for a path on its disk; S3 does not. */
    @Override
    protected boolean serverTakes(String id) {
        return !id.equals("..");
    }

}
