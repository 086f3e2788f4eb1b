package io.github.claimcheck.temporal.converter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.GzipCodec;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.failure.v1.Failure;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.RawValue;
import io.temporal.failure.ApplicationFailure;
import io.temporal.payload.context.ActivitySerializationContext;
import io.temporal.payload.context.WorkflowSerializationContext;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ExternalStorageDataConverterTests {

    private static final byte[] LARGE = Payloads.bytes(10_000, 1);

    private static final byte[] SMALL = { 1, 2, 3 };

    private final RecordingStorageDriver driver = new RecordingStorageDriver("recording");

    private final DataConverter converter = converter(1024, this.driver);

    private static ExternalStorageDataConverter converter(int threshold, StorageDriver driver) {
        return new ExternalStorageDataConverter(DefaultDataConverter.newDefaultInstance(),
                ExternalStorage.newBuilder().setDriver(driver).setPayloadSizeThreshold(threshold).build());
    }

    @Test
    void storesAndRetrievesALargeValue() {
        Payload payload = this.converter.toPayload(LARGE).orElseThrow();
        assertThat(StorageReference.isReference(payload)).isTrue();
        assertThat(payload.getExternalPayloads(0).getSizeBytes())
            .isEqualTo(this.driver.stored().get(0).getSerializedSize());
        assertThat(this.converter.fromPayload(payload, byte[].class, byte[].class)).isEqualTo(LARGE);
    }

    @Test
    void keepsASmallValueInline() {
        Payload payload = this.converter.toPayload(SMALL).orElseThrow();
        assertThat(StorageReference.isReference(payload)).isFalse();
        assertThat(this.driver.stored()).isEmpty();
        assertThat(this.converter.fromPayload(payload, byte[].class, byte[].class)).isEqualTo(SMALL);
    }

    @Test
    void storesNullAtThresholdZero() {
        DataConverter all = converter(0, this.driver);
        Payload payload = all.toPayload(null).orElseThrow();
        assertThat(StorageReference.isReference(payload)).isTrue();
        assertThat(all.fromPayload(payload, String.class, String.class)).isNull();
    }

    @Test
    void storesSeveralValuesInOneBatchInOrder() {
        Optional<io.temporal.api.common.v1.Payloads> payloads = this.converter.toPayloads(LARGE, "small", LARGE);
        assertThat(payloads.orElseThrow().getPayloadsList()).extracting(StorageReference::isReference)
            .containsExactly(true, false, true);
        assertThat(this.driver.batches()).containsExactly(2);
        assertThat(this.converter.fromPayloads(payloads, new Class<?>[] { byte[].class, String.class, byte[].class },
                new Class<?>[] { byte[].class, String.class, byte[].class }))
            .containsExactly(LARGE, "small", LARGE);
        assertThat(this.driver.retrievals()).containsExactly(2);
    }

    @Test
    void retrievesOnlyTheValueThatIsRead() {
        Optional<io.temporal.api.common.v1.Payloads> payloads = this.converter.toPayloads(LARGE, LARGE, "small");
        assertThat(this.converter.fromPayloads(1, payloads, byte[].class, byte[].class)).isEqualTo(LARGE);
        assertThat(this.driver.retrievals()).containsExactly(1);
        assertThat(this.converter.fromPayloads(2, payloads, String.class, String.class)).isEqualTo("small");
        assertThat(this.converter.fromPayloads(3, payloads, String.class, String.class)).isNull();
        assertThat(this.driver.retrievals()).containsExactly(1);
    }

    @Test
    void convertsNoValuesToNoPayloads() {
        assertThat(this.converter.toPayloads()).isEmpty();
        assertThat(this.converter.fromPayloads(0, Optional.empty(), String.class, String.class)).isNull();
    }

    @Test
    void doesNotStoreAReferenceAtThresholdZero() {
        DataConverter all = converter(0, this.driver);
        Payload reference = all.toPayload(LARGE).orElseThrow();
        assertThat(all.toPayload(new RawValue(reference))).contains(reference);
        DataConverter twice = new ExternalStorageDataConverter(all,
                ExternalStorage.newBuilder().setDriver(this.driver).setPayloadSizeThreshold(0).build());
        assertThat(all.fromPayload(twice.toPayload(LARGE).orElseThrow(), byte[].class, byte[].class)).isEqualTo(LARGE);
        assertThat(this.driver.stored()).noneMatch(StorageReference::isReference);
    }

    @Test
    void runsTheOriginalCodecBeforeStoringAndAfterRetrieving() {
        DataConverter encoding = new ExternalStorageDataConverter(
                new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new GzipCodec())),
                ExternalStorage.newBuilder().setDriver(this.driver).setPayloadSizeThreshold(0).build());
        Payload reference = encoding.toPayload(LARGE).orElseThrow();
        assertThat(this.driver.stored()).singleElement()
            .satisfies((stored) -> assertThat(stored.getMetadataOrThrow("encoding").toStringUtf8())
                .isEqualTo(GzipCodec.ENCODING));
        assertThat(encoding.fromPayload(reference, byte[].class, byte[].class)).isEqualTo(LARGE);
    }

    @Test
    void storesFailureDetailsOfAllCauses() {
        ApplicationFailure thrown = ApplicationFailure.newFailureWithCause("outer", "Outer",
                ApplicationFailure.newFailure("inner", "Inner", (Object) LARGE), LARGE, "small");
        Failure failure = this.converter.exceptionToFailure(thrown);
        assertThat(failure.getApplicationFailureInfo().getDetails().getPayloadsList())
            .extracting(StorageReference::isReference)
            .containsExactly(true, false);
        assertThat(failure.getCause().getApplicationFailureInfo().getDetails().getPayloads(0))
            .matches(StorageReference::isReference);

        ApplicationFailure restored = (ApplicationFailure) this.converter.failureToException(failure);
        assertThat(restored.getDetails().get(0, byte[].class)).isEqualTo(LARGE);
        assertThat(((ApplicationFailure) restored.getCause()).getDetails().get(0, byte[].class)).isEqualTo(LARGE);
    }

    @Test
    void storesTheEncodedMessageOfAFailure() {
        DataConverter encoding = new ExternalStorageDataConverter(
                new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new GzipCodec()), true),
                ExternalStorage.newBuilder().setDriver(this.driver).setPayloadSizeThreshold(0).build());
        Failure failure = encoding.exceptionToFailure(ApplicationFailure.newFailure("secret message", "Type"));
        assertThat(failure.getEncodedAttributes()).matches(StorageReference::isReference);
        assertThat(encoding.failureToException(failure)).hasMessageContaining("secret message");
    }

    @Test
    void targetsTheWorkflowOfTheContext() {
        this.converter.withContext(new WorkflowSerializationContext("payments", "order-1")).toPayload(LARGE);
        assertThat(this.driver.targets())
            .containsExactly(new StorageDriverWorkflowInfo("payments", "order-1", null, null));
    }

    @Test
    void targetsTheWorkflowOfAnActivity() {
        this.converter
            .withContext(new ActivitySerializationContext("payments", "order-1", "Order", "Charge", "queue", false))
            .toPayload(LARGE);
        assertThat(this.driver.targets())
            .containsExactly(new StorageDriverWorkflowInfo("payments", "order-1", null, "Order"));
    }

    @Test
    void targetsAStandaloneActivity() {
        this.converter.withContext(new ActivitySerializationContext("payments", null, null, "Charge", "queue", false))
            .toPayload(LARGE);
        assertThat(this.driver.targets())
            .containsExactly(new StorageDriverActivityInfo("payments", null, null, "Charge"));
    }

    @Test
    void passesTheContextToTheOriginalConverter() {
        DataConverter withContext = this.converter.withContext(new WorkflowSerializationContext("payments", "order-1"));
        assertThat(withContext.toPayload(SMALL)).isEqualTo(this.converter.toPayload(SMALL));
        assertThat(((ExternalStorageDataConverter) withContext).getOriginal())
            .isNotSameAs(((ExternalStorageDataConverter) this.converter).getOriginal());
    }

    @Test
    void rethrowsADriversFailure() {
        this.driver.failWith(new IllegalStateException("the store is down"));
        assertThatThrownBy(() -> this.converter.toPayload(LARGE)).isInstanceOf(IllegalStateException.class)
            .hasMessage("the store is down");
    }

    @Test
    void namesTheUnknownDriverOfAReference() {
        Payload reference = converter(0, new RecordingStorageDriver("old-name")).toPayload(LARGE).orElseThrow();
        assertThatThrownBy(() -> this.converter.fromPayload(reference, byte[].class, byte[].class))
            .hasMessageContaining("'old-name'")
            .hasMessageContaining("[recording]");
    }

    @Test
    void namesAnUnregisteredDriverOfTheSelector() {
        StorageDriverSelector selector = (context, payload) -> new RecordingStorageDriver("stranger");
        DataConverter selecting = new ExternalStorageDataConverter(DefaultDataConverter.newDefaultInstance(),
                ExternalStorage.newBuilder()
                    .setDriver(this.driver)
                    .setDriverSelector(selector)
                    .setPayloadSizeThreshold(0)
                    .build());
        assertThatThrownBy(() -> selecting.toPayload(LARGE)).hasMessageContaining("'stranger'");
    }

    @Test
    void keepsAPayloadInlineIfTheSelectorReturnsNull() {
        DataConverter selecting = new ExternalStorageDataConverter(DefaultDataConverter.newDefaultInstance(),
                ExternalStorage.newBuilder()
                    .setDriver(this.driver)
                    .setDriverSelector((context, payload) -> null)
                    .setPayloadSizeThreshold(0)
                    .build());
        assertThat(selecting.toPayload(LARGE))
            .hasValueSatisfying((payload) -> assertThat(StorageReference.isReference(payload)).isFalse());
    }

    @Test
    void refusesTooFewClaims() {
        this.driver.returnNothing();
        assertThatThrownBy(() -> this.converter.toPayload(LARGE)).hasMessageContaining("'recording'")
            .hasMessageContaining("must return 1 results, one for each payload");
    }

    @Test
    void cancelsTheTransferOnInterruption() {
        CompletableFuture<Void> transfer = this.driver.hang();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> this.converter.toPayload(LARGE)).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(transfer).isCancelled();
    }

    /**
     * Converts on a workflow thread, with a driver that takes longer than the deadlock
     * detector allows.
     */
    @WorkflowInterface
    public interface ConvertingWorkflow {

        @WorkflowMethod
        int convert();

    }

    @Test
    void suspendsTheDeadlockDetectorOnAWorkflowThread() {
        // The detector's limit is one second.
        this.driver.delay(Duration.ofMillis(1500));
        try (TestWorkflowEnvironment environment = TestWorkflowEnvironment.newInstance()) {
            Worker worker = environment.newWorker("queue");
            worker.registerWorkflowImplementationFactory(ConvertingWorkflow.class, () -> () -> {
                Payload payload = this.converter.toPayload(LARGE).orElseThrow();
                return this.converter.fromPayload(payload, byte[].class, byte[].class).length;
            });
            environment.start();
            assertThat(environment.getWorkflowClient()
                .newWorkflowStub(ConvertingWorkflow.class,
                        WorkflowOptions.newBuilder()
                            .setTaskQueue("queue")
                            .setWorkflowExecutionTimeout(Duration.ofSeconds(30))
                            .build())
                .convert()).isEqualTo(LARGE.length);
        }
        // One workflow task, not several that failed.
        assertThat(this.driver.stored()).hasSize(1);
    }

}
