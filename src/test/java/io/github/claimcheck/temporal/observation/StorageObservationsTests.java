package io.github.claimcheck.temporal.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.driver.BucketNotFoundException;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.PayloadRefusedException;
import io.github.claimcheck.temporal.driver.PayloadTooLargeException;
import io.github.claimcheck.temporal.driver.StorageAccessDeniedException;
import io.github.claimcheck.temporal.driver.StorageThrottledException;
import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.driver.StorageUnreachableException;
import io.github.claimcheck.temporal.testing.MapObjectStore;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StorageObservationsTests {

    private static final StorageDriverObservationConvention DEFAULT = new StorageDriverObservationConvention() {
    };

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

    /** A tag of a forged claim does not fill the traces. */
    @Test
    void tagsAreShortAndOnOneLine() {
        String id = "a%0A2026%20ERROR" + "x".repeat(400);
        StorageDriverClaim claim = new StorageDriverClaim(
                Map.of("key", "v0/ns/" + id + "/wt/" + id + "/wi/" + id + "/ri/" + id + "/d/sha256/" + "0".repeat(64)));
        this.driver.failWith(new IllegalStateException("down"));

        assertThatThrownBy(() -> observedDriver().retrieve(StorageContexts.retrieve(), List.of(claim)).join())
            .hasRootCauseMessage("down");

        TestObservationRegistryAssert.assertThat(this.observations)
            .hasSingleObservationThat()
            .satisfies((context) -> assertThat(context.getHighCardinalityKeyValues()).hasSize(5)
                .allSatisfy((tag) -> assertThat(tag.getValue()).hasSizeLessThan(260).doesNotContain("\n")));
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

    private StorageDriverObservationContext observed(String operation) {
        List<StorageDriverObservationContext> contexts = new ArrayList<>();
        TestObservationRegistryAssert.assertThat(this.observations)
            .hasObservationWithNameEqualTo("temporal.external.storage." + operation)
            .that()
            .satisfies((context) -> contexts.add((StorageDriverObservationContext) context));
        return contexts.get(0);
    }

    /** Returns a driver on a store whose claims say what payloads belong to. */
    private StorageDriver keyed(StorageDriverObservationConvention convention) {
        return StorageObservations.observe(new MapObjectStore().driver("keyed"), this.observations, convention,
                this.meters);
    }

    @Test
    void theContextOfAStoreSaysWhatForAndHowMuch() {
        StorageDriverWorkflowInfo workflow = StorageContexts.workflow("order-1");
        List<Payload> payloads = List.of(Payloads.ofSerializedSize(100), Payloads.ofSerializedSize(5_000));
        observedDriver().store(StorageContexts.store(workflow), payloads).join();

        StorageDriverObservationContext context = observed("store");
        assertThat(context.getObservation()).isEqualTo(StorageDriverObservation.STORE);
        assertThat(context.getDriver()).isSameAs(this.driver);
        assertThat(context.getTarget()).isSameAs(workflow);
        assertThat(context.getPayloadCount()).isEqualTo(2);
        assertThat(context.getPayloadBytes()).isEqualTo(5_100);
    }

    @Test
    void theContextOfAStoreThatFailsSaysTheSame() {
        this.driver.failWith(new IllegalStateException("down"));
        observedDriver().store(StorageContexts.store(StorageContexts.workflow("order-1")),
                List.of(Payloads.ofSerializedSize(100)));

        assertThat(observed("store").getTarget()).isNotNull();
        assertThat(observed("store").getPayloadCount()).isOne();
        assertThat(observed("store").getPayloadBytes()).isEqualTo(100);
    }

    static Stream<StorageDriverTargetInfo> targets() {
        return Stream.of(StorageContexts.workflow("order/1 ü"),
                new StorageDriverActivityInfo("other", "a+1", "run", "Charge"));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void theContextOfARetrievalSaysWhatTheClaimsKeySays(StorageDriverTargetInfo target) {
        List<Payload> payloads = List.of(Payloads.ofSerializedSize(100), Payloads.ofSerializedSize(5_000));
        StorageDriver driver = keyed(DEFAULT);
        List<StorageDriverClaim> claims = driver.store(StorageContexts.store(target), payloads).join();
        driver.retrieve(StorageContexts.retrieve(), claims).join();

        StorageDriverObservationContext context = observed("retrieve");
        assertThat(context.getObservation()).isEqualTo(StorageDriverObservation.RETRIEVE);
        assertThat(context.getTarget()).usingRecursiveComparison().isEqualTo(target);
        assertThat(context.getPayloadCount()).isEqualTo(2);
        assertThat(context.getPayloadBytes()).isEqualTo(5_100);
    }

    @Test
    void countsThePayloadsOfARetrievalWithoutATarget() {
        this.driver.failWith(new IllegalStateException("down"));
        observedDriver().retrieve(StorageContexts.retrieve(), List.of(new StorageDriverClaim(Map.of("index", "0"))));

        assertThat(observed("retrieve").getTarget()).isNull();
        assertThat(observed("retrieve").getPayloadCount()).isOne();
        assertThat(observed("retrieve").getPayloadBytes()).isZero();
    }

    @Test
    void spansSayWhatAWorkflowStores() {
        observedDriver()
            .store(StorageContexts.store(StorageContexts.workflow("order-1")), List.of(Payloads.ofSerializedSize(100)))
            .join();

        assertThat(highCardinality("store")).containsExactlyInAnyOrderEntriesOf(
                Map.of("namespace", "default", "workflow.type", "ChargeWorkflow", "workflow.id", "order-1", "run.id",
                        StorageContexts.workflow("order-1").getRunId(), "payload.count", "1", "payload.bytes", "100"));
    }

    @Test
    void spansSayWhatAnActivityRetrieves() {
        StorageDriver driver = keyed(DEFAULT);
        List<StorageDriverClaim> claims = driver
            .store(StorageContexts.store(new StorageDriverActivityInfo("other", "a-1", "run", "Charge")),
                    List.of(Payloads.ofSerializedSize(100)))
            .join();
        driver.retrieve(StorageContexts.retrieve(), claims).join();

        assertThat(highCardinality("retrieve"))
            .containsExactlyInAnyOrderEntriesOf(Map.of("namespace", "other", "activity.type", "Charge", "activity.id",
                    "a-1", "run.id", "run", "payload.count", "1", "payload.bytes", "100"));
    }

    @Test
    void spansOmitUnknownValues() {
        observedDriver()
            .store(StorageContexts.store(new StorageDriverWorkflowInfo("default", "order-1", null, null)),
                    List.of(Payloads.ofSerializedSize(100)))
            .join();

        assertThat(highCardinality("store")).containsOnlyKeys("namespace", "workflow.id", "payload.count",
                "payload.bytes");
    }

    private Map<String, String> highCardinality(String operation) {
        return observed(operation).getHighCardinalityKeyValues()
            .stream()
            .collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue));
    }

    @Test
    void aConventionCanTagTimersByNamespaceAndWorkflowType() {
        this.observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(this.meters));
        StorageDriver driver = keyed(new StorageDriverObservationConvention() {

            @Override
            public KeyValues getLowCardinalityKeyValues(StorageDriverObservationContext context) {
                KeyValues values = StorageDriverObservationConvention.super.getLowCardinalityKeyValues(context);
                return (context.getTarget() instanceof StorageDriverWorkflowInfo workflow)
                        ? values.and("namespace", workflow.getNamespace(), "workflow.type", workflow.getType())
                        : values.and("namespace", "none", "workflow.type", "none");
            }

        });
        List<StorageDriverClaim> claims = driver
            .store(StorageContexts.store(StorageContexts.workflow("order-1")), List.of(Payloads.of(new byte[1])))
            .join();
        driver.retrieve(StorageContexts.retrieve(), claims).join();
        driver.store(StorageContexts.store(null), List.of(Payloads.of(new byte[1]))).join();

        for (String operation : List.of("store", "retrieve")) {
            assertThat(this.meters.get("temporal.external.storage." + operation)
                .tags("driver", "keyed", "namespace", "default", "workflow.type", "ChargeWorkflow", "error", "none")
                .timer()
                .count()).isOne();
        }
        assertThat(this.meters.get("temporal.external.storage.store").tags("namespace", "none").timer().count())
            .isOne();
    }

    static Stream<Throwable> failures() {
        return Stream.of(new StorageAccessDeniedException("denied", null), new ObjectNotFoundException("missing", null),
                new PayloadIntegrityException("altered", null), new StorageThrottledException("throttled", null),
                new StorageTimeoutException("timed out", null), new StorageUnreachableException("unreachable", null),
                new PayloadTooLargeException(2, 1, "s3", "max-payload-size"),
                new PayloadRefusedException("refused", null), new ClaimRefusedException("refused", null),
                new BucketNotFoundException("no bucket", null));
    }

    /** Alerts tell them apart. */
    @ParameterizedTest
    @MethodSource("failures")
    void timersHaveTheFailuresClass(RuntimeException failure) {
        this.observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(this.meters));
        this.driver.failWith(failure);
        observedDriver().store(StorageContexts.store(null), List.of(Payloads.of(new byte[1])));
        observedDriver().retrieve(StorageContexts.retrieve(), List.of(new StorageDriverClaim(Map.of("index", "0"))));

        for (String operation : List.of("store", "retrieve")) {
            assertThat(this.meters.get("temporal.external.storage." + operation)
                .tags("driver", "mine", "error", failure.getClass().getSimpleName())
                .timer()
                .count()).isOne();
        }
    }

}
