package io.github.claimcheck.temporal.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StorageObservationsTests {

    private final RecordingStorageDriver driver = new RecordingStorageDriver("mine");

    private final TestObservationRegistry observations = TestObservationRegistry.create();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private final ExternalStorage observed = observe(
            ExternalStorage.newBuilder().setDriver(this.driver).setPayloadSizeThreshold(7).build(),
            new StorageDriverObservationConvention() {
            });

    private ExternalStorage observe(ExternalStorage storage, StorageDriverObservationConvention convention) {
        return StorageObservations.observe(storage, this.observations, convention, this.meters);
    }

    private StorageDriver observedDriver() {
        return this.observed.getDrivers().get(0);
    }

    @Test
    void keepsThresholdNameAndType() {
        assertThat(this.observed.getPayloadSizeThreshold()).isEqualTo(7);
        assertThat(observedDriver().getName()).isEqualTo("mine");
        assertThat(observedDriver().getType()).isEqualTo("recording");
    }

    @Test
    void observesAStoreWithTheDriversNameAndType() {
        observedDriver().store(() -> null, List.of(Payloads.ofSerializedSize(100))).join();
        TestObservationRegistryAssert.assertThat(this.observations)
            .hasSingleObservationThat()
            .hasNameEqualTo("temporal.external.storage.store")
            .hasLowCardinalityKeyValue("driver", "mine")
            .hasLowCardinalityKeyValue("type", "recording")
            .doesNotHaveError()
            .hasBeenStopped();
    }

    @Test
    void observesARetrieve() {
        List<StorageDriverClaim> claims = observedDriver().store(() -> null, List.of(Payloads.of(new byte[1]))).join();
        observedDriver().retrieve(new StorageDriverRetrieveContext() {
        }, claims).join();
        TestObservationRegistryAssert.assertThat(this.observations)
            .hasObservationWithNameEqualTo("temporal.external.storage.retrieve")
            .that()
            .hasBeenStopped();
    }

    @Test
    void observesTheErrorItselfNotItsWrapper() {
        this.driver.failWith(new IllegalStateException("down"));
        CompletableFuture<?> failed = observedDriver().store(() -> null, List.of(Payloads.of(new byte[1])));
        assertThatThrownBy(failed::join).hasRootCauseMessage("down");
        TestObservationRegistryAssert.assertThat(this.observations)
            .hasSingleObservationThat()
            .thenError()
            .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void measuresThePayloadsThatWereCarried() {
        Payload small = Payloads.ofSerializedSize(100);
        Payload large = Payloads.ofSerializedSize(5000);
        List<StorageDriverClaim> claims = observedDriver().store(() -> null, List.of(small, large)).join();
        observedDriver().retrieve(new StorageDriverRetrieveContext() {
        }, claims.subList(1, 2)).join();
        assertThat(sizes("store").count()).isEqualTo(2);
        assertThat(sizes("store").totalAmount()).isEqualTo(5100);
        assertThat(sizes("retrieve").totalAmount()).isEqualTo(5000);
        assertThat(sizes("store").getId().getBaseUnit()).isEqualTo("bytes");
    }

    private DistributionSummary sizes(String operation) {
        return this.meters.get("temporal.external.storage.payload.size")
            .tags("driver", "mine", "operation", operation)
            .summary();
    }

    @Test
    void aFailedStoreMeasuresNothing() {
        this.driver.failWith(new IllegalStateException("down"));
        assertThatThrownBy(() -> observedDriver().store(() -> null, List.of(Payloads.of(new byte[1]))).join());
        assertThat(sizes("store").count()).isZero();
    }

    @Test
    void cancellingReachesTheDriver() {
        CompletableFuture<Void> transfer = this.driver.hang();
        observedDriver().store(() -> null, List.of(Payloads.of(new byte[1]))).cancel(true);
        assertThat(transfer).isCancelled();
        TestObservationRegistryAssert.assertThat(this.observations).hasSingleObservationThat().hasBeenStopped();
    }

    @Test
    void theSelectorSeesAndReturnsTheDriversAsTheyWere() {
        RecordingStorageDriver other = new RecordingStorageDriver("other");
        RecordingStorageDriver stranger = new RecordingStorageDriver("stranger");
        ExternalStorage storage = observe(ExternalStorage.newBuilder()
            .setDrivers(List.of(this.driver, other))
            .setDriverSelector((context, payload) -> switch (payload.getData().size()) {
                case 1 -> other;
                case 2 -> stranger;
                default -> null;
            })
            .build(), new StorageDriverObservationConvention() {
            });
        assertThat(select(storage, 1)).isSameAs(storage.getDrivers().get(1));
        assertThat(select(storage, 2)).isSameAs(stranger);
        assertThat(select(storage, 3)).isNull();
    }

    private static StorageDriver select(ExternalStorage storage, int size) {
        return storage.getDriverSelector().selectDriver(() -> null, Payloads.of(new byte[size]));
    }

    @Test
    void theConventionIsReplaceable() {
        ExternalStorage storage = observe(ExternalStorage.newBuilder().setDriver(this.driver).build(),
                new StorageDriverObservationConvention() {

                    @Override
                    public KeyValues getLowCardinalityKeyValues(StorageDriverObservationContext context) {
                        return KeyValues.of("team", "payments");
                    }

                });
        storage.getDrivers().get(0).store(() -> null, List.of(Payloads.of(new byte[1]))).join();
        TestObservationRegistryAssert.assertThat(this.observations)
            .hasSingleObservationThat()
            .hasLowCardinalityKeyValue("team", "payments")
            .doesNotHaveLowCardinalityKeyValueWithKey("driver");
    }

}
