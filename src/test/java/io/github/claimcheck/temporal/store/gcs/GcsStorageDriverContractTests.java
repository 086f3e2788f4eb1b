package io.github.claimcheck.temporal.store.gcs;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.claimcheck.temporal.contract.FaultyNetwork;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.OwnPlaces;
import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.testing.GcsServer;
import io.github.claimcheck.temporal.testing.GcsServerTest;
import io.github.claimcheck.temporal.testing.HttpStorageDriverContract;
import io.github.claimcheck.temporal.testing.ObjectServer;
import io.temporal.payload.storage.StorageDriver;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInfo;

@GcsServerTest
class GcsStorageDriverContractTests extends HttpStorageDriverContract {

    @Override
    protected ObjectServer serverFor(TestInfo test) {
        return test.getTags().contains(MANY_OBJECTS) ? GcsServer.sharedOnFiles() : GcsServer.shared();
    }

    @Override
    protected StorageDriver newDriver(long maxPayloadSize, String bucket, URI endpoint) {
        return configured("gcs", maxPayloadSize, GcsServer.properties(bucket, endpoint));
    }

    @Override
    protected StorageDriver newDriverOver(FaultyNetwork network) {
        return configured(ImpatientFactory.TYPE, MAX_PAYLOAD_SIZE,
                Stream.of(GcsServer.properties(getBucket(), endpointOver(network)))
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
                    NoCredentials.getInstance(), TIMEOUT, TIMEOUT, null);
            StorageOptions options = client.storage().getOptions();
            Storage impatient = options.toBuilder()
                .setRetrySettings(options.getRetrySettings()
                    .toBuilder()
                    .setInitialRetryDelayDuration(Duration.ofMillis(10))
                    .build())
                .build()
                .getService();
            return new GcsObjectStore(new GcsClient(impatient, client.connections()), properties.getBucket(), "",
                    OwnPlaces.withKeyPrefixes("", List.of()), TIMEOUT);
        }

    }

}
