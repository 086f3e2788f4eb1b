package io.github.claimcheck.temporal.testing;

import io.github.claimcheck.temporal.contract.FaultyNetwork;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** The contract for drivers of stores that keep objects in buckets, behind HTTP. */
public abstract class HttpStorageDriverContract extends ConfiguredStorageDriverContract {

    private ObjectServer server;

    private String bucket;

    private S3Gateway gateway;

    /** Returns the server for a test. */
    protected abstract ObjectServer serverFor(TestInfo test);

    /** Makes a driver that reaches its server at an endpoint. */
    protected abstract StorageDriver newDriver(long maxPayloadSize, String bucket, URI endpoint);

    @BeforeEach
    void createBucket(TestInfo test) {
        this.server = serverFor(test);
        this.bucket = this.server.createBucket();
        this.gateway = S3Gateway.to(this.server.getEndpoint());
    }

    @AfterEach
    void closeGateway() {
        this.gateway.close();
    }

    protected final String getBucket() {
        return this.bucket;
    }

    @Override
    protected final StorageDriver newDriver(long maxPayloadSize) {
        return newDriver(maxPayloadSize, this.bucket, this.server.getEndpoint());
    }

    @Override
    protected final byte[] read(StorageDriverClaim claim) {
        return this.server.content(this.bucket, key(claim));
    }

    @Override
    protected final void overwrite(StorageDriverClaim claim, byte[] content) {
        this.server.put(this.bucket, key(claim), content);
    }

    @Override
    protected final void delete(StorageDriverClaim claim) {
        this.server.delete(this.bucket, key(claim));
    }

    @Override
    protected final StorageDriver newDriverWithoutBucket() {
        return newDriver(MAX_PAYLOAD_SIZE, "no-such-bucket", this.server.getEndpoint());
    }

    @Override
    protected StorageDriver newDriverWithoutAccess() {
        Stream.of("POST", "PUT", "GET").forEach((method) -> this.gateway.on(method, S3Gateway.denied()));
        return newDriver(MAX_PAYLOAD_SIZE, this.bucket, this.gateway.getEndpoint());
    }

    @Override
    protected StorageDriver newDriverOver(FaultyNetwork network) {
        return newDriver(MAX_PAYLOAD_SIZE, this.bucket, endpointOver(network));
    }

    /** Returns where the server is, over a network. */
    protected final URI endpointOver(FaultyNetwork network) {
        URI endpoint = this.server.getEndpoint();
        InetSocketAddress address = network.to(endpoint.getHost(), endpoint.getPort());
        return URI.create("http://127.0.0.1:" + address.getPort());
    }

}
