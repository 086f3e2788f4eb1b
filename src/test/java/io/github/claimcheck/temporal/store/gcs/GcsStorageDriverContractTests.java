package io.github.claimcheck.temporal.store.gcs;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.claimcheck.temporal.contract.FaultyNetwork;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.testing.ConfiguredStorageDriverContract;
import io.github.claimcheck.temporal.testing.GcsServer;
import io.github.claimcheck.temporal.testing.GcsServerTest;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

@GcsServerTest
class GcsStorageDriverContractTests extends ConfiguredStorageDriverContract {

    private static final long MAX_PAYLOAD_SIZE = 50_000_000;

    private GcsServer server;

    private String bucket;

    private S3Gateway gateway;

    @BeforeEach
    void createBucket(TestInfo test) {
        this.server = test.getTags().contains(MANY_OBJECTS) ? GcsServer.sharedOnFiles() : GcsServer.shared();
        this.bucket = this.server.createBucket();
        this.gateway = S3Gateway.to(this.server.getEndpoint());
    }

    @AfterEach
    void closeGateway() {
        this.gateway.close();
    }

    @Override
    protected StorageDriver newDriver(long maxPayloadSize) {
        return configured("gcs", maxPayloadSize, this.server.properties(this.bucket));
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
        return configured("gcs", MAX_PAYLOAD_SIZE, this.server.properties("no-such-bucket"));
    }

    @Override
    protected StorageDriver newDriverWithoutAccess() {
        Stream.of("POST", "PUT", "GET").forEach((method) -> this.gateway.on(method, S3Gateway.denied()));
        return configured("gcs", MAX_PAYLOAD_SIZE, GcsServer.properties(this.bucket, this.gateway.getEndpoint()));
    }

    @Override
    protected StorageDriver newDriverOver(FaultyNetwork network) {
        URI endpoint = this.server.getEndpoint();
        InetSocketAddress address = network.to(endpoint.getHost(), endpoint.getPort());
        return configured(ImpatientFactory.TYPE, MAX_PAYLOAD_SIZE,
                Stream.of(GcsServer.properties(this.bucket, URI.create("http://127.0.0.1:" + address.getPort())))
                    .map((property) -> property.replace(".gcs.", "." + ImpatientFactory.TYPE + "."))
                    .toArray(String[]::new));
    }

    @Override
    protected Class<?>[] autoConfigurations() {
        return Stream.concat(Stream.of(super.autoConfigurations()), Stream.of(ImpatientFactory.class))
            .toArray(Class<?>[]::new);
    }

    /** One for the official Go drivers, and one for the Python driver. */
    @Override
    protected Set<String> keyEntries() {
        return Set.of("key", "object_name");
    }

    /**
     * Makes drivers that try again at once, on networks that fail. The library waits for
     * a second before it does, and longer each time, which proves nothing.
     */
    private static final class ImpatientFactory
            implements ContentAddressedStorageDriverFactory<GcsStorageDriverProperties> {

        private static final String TYPE = "impatient-gcs";

        private static final Duration TIMEOUT = Duration.ofSeconds(5);

        @Override
        public String getType() {
            return TYPE;
        }

        @Override
        public GcsStorageDriverProperties newProperties() {
            return new GcsStorageDriverProperties();
        }

        @Override
        public ObjectStore createStore(StorageDriverId id, GcsStorageDriverProperties properties,
                DriverResources resources) {
            GcsClient client = GcsClient.create(properties.getEndpoint(), properties.getProjectId(),
                    NoCredentials.getInstance(), TIMEOUT, TIMEOUT);
            StorageOptions options = client.storage().getOptions();
            Storage impatient = options.toBuilder()
                .setRetrySettings(options.getRetrySettings()
                    .toBuilder()
                    .setInitialRetryDelayDuration(Duration.ofMillis(10))
                    .build())
                .build()
                .getService();
            return new GcsObjectStore(new GcsClient(impatient, client.connections()), properties.getBucket(), "",
                    TIMEOUT);
        }

    }

}
