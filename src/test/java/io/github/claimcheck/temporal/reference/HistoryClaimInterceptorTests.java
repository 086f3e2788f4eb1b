package io.github.claimcheck.temporal.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.driver.StoredObjects;
import io.github.claimcheck.temporal.driver.TransferLimiter;
import io.github.claimcheck.temporal.testing.MapObjectStore;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Callback;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.history.v1.ActivityTaskCompletedEventAttributes;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowExecutionOptionsUpdatedEventAttributes;
import io.temporal.api.history.v1.WorkflowExecutionOptionsUpdatedEventAttributes.WorkflowUpdateOptionsUpdate;
import io.temporal.api.history.v1.WorkflowExecutionSignaledEventAttributes;
import io.temporal.api.history.v1.WorkflowExecutionStartedEventAttributes;
import io.temporal.api.history.v1.WorkflowExecutionUpdateAcceptedEventAttributes;
import io.temporal.api.protocol.v1.Message;
import io.temporal.api.update.v1.Request;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionResponse;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run's history holds already, the run stores without an upload. */
class HistoryClaimInterceptorTests {

    private static final Payload PAYLOAD = Payloads.of(Payloads.bytes(10_000, 1));

    private static final String RUN_ID = StorageContexts.workflow("order-1").getRunId();

    private final MapObjectStore objects = new MapObjectStore();

    private final StoredObjects storedObjects = new StoredObjects(Duration.ofHours(1));

    private final StorageDriver driver = this.objects.driver("archive", Long.MAX_VALUE,
            new DriverResources(new PayloadCache(0, 0), this.storedObjects, TransferLimiter.unlimited()));

    private final HistoryClaimInterceptor interceptor = new HistoryClaimInterceptor(this.storedObjects);

    /** What whoever starts or signals the workflow stores: there is no run yet. */
    private final StorageDriverClaim claim = store(
            new StorageDriverWorkflowInfo("default", "order-1", null, "ChargeWorkflow"));

    private StorageDriverClaim store(StorageDriverTargetInfo target) {
        return this.driver.store(StorageContexts.store(target), List.of(PAYLOAD)).join().get(0);
    }

    private io.temporal.api.common.v1.Payloads reference() {
        return payloads(new StorageReference("archive", this.claim).toPayload(PAYLOAD.getSerializedSize()));
    }

    private static io.temporal.api.common.v1.Payloads payloads(Payload... payloads) {
        return io.temporal.api.common.v1.Payloads.newBuilder().addAllPayloads(List.of(payloads)).build();
    }

    private static HistoryEvent started(io.temporal.api.common.v1.Payloads input) {
        return HistoryEvent.newBuilder()
            .setWorkflowExecutionStartedEventAttributes(
                    WorkflowExecutionStartedEventAttributes.newBuilder().setInput(input))
            .build();
    }

    private static HistoryEvent signaled(io.temporal.api.common.v1.Payloads input) {
        return HistoryEvent.newBuilder()
            .setWorkflowExecutionSignaledEventAttributes(
                    WorkflowExecutionSignaledEventAttributes.newBuilder().setInput(input))
            .build();
    }

    private PollWorkflowTaskQueueResponse receive(String runId, HistoryEvent... events) {
        PollWorkflowTaskQueueResponse task = task(runId, events);
        PollWorkflowTaskQueueResponse received = ServerAnswers.received(this.interceptor, task);
        assertThat(received).isSameAs(task);
        return received;
    }

    private static PollWorkflowTaskQueueResponse task(String runId, HistoryEvent... events) {
        return PollWorkflowTaskQueueResponse.newBuilder()
            .setWorkflowExecution(WorkflowExecution.newBuilder().setRunId(runId))
            .setHistory(History.newBuilder().addAllEvents(List.of(events)))
            .build();
    }

    private void assertStoresWithoutUpload() {
        assertThat(store(StorageContexts.workflow("order-1"))).isEqualTo(this.claim);
        assertThat(this.objects.puts()).hasSize(1);
    }

    private void assertStoresWithUpload() {
        assertThat(store(StorageContexts.workflow("order-1"))).isNotEqualTo(this.claim);
        assertThat(this.objects.puts()).hasSize(2);
    }

    @Test
    void nothingIsKnownWithoutAHistory() {
        assertStoresWithUpload();
    }

    @Test
    void theInputIsKnown() {
        receive(RUN_ID, started(reference()));

        assertStoresWithoutUpload();
    }

    @Test
    void aSignalIsKnown() {
        receive(RUN_ID, started(payloads(PAYLOAD)), signaled(payloads(PAYLOAD, reference().getPayloads(0))));

        assertStoresWithoutUpload();
    }

    @Test
    void anotherRunsHistoryTellsNothing() {
        receive("another", started(reference()));

        assertStoresWithUpload();
    }

    /** Its place names the run, or is no history's. */
    @Test
    void resultsTellNothing() {
        receive(RUN_ID,
                HistoryEvent.newBuilder()
                    .setActivityTaskCompletedEventAttributes(
                            ActivityTaskCompletedEventAttributes.newBuilder().setResult(reference()))
                    .build());

        assertStoresWithUpload();
    }

    /** It may be anybody's history, and the answer does not say whose. */
    @Test
    void aHistoryThatIsOnlyReadTellsNothing() {
        GetWorkflowExecutionHistoryResponse history = GetWorkflowExecutionHistoryResponse.newBuilder()
            .setHistory(History.newBuilder().addEvents(started(reference())))
            .build();

        assertThat(ServerAnswers.<Object>received(this.interceptor, history)).isSameAs(history);
        assertStoresWithUpload();
    }

    /** The converter says what is wrong. */
    @ParameterizedTest
    @ValueSource(strings = { "json/protobuf", "json/external-storage-reference" })
    void aReferenceThatCannotBeReadHidesNoOther(String encoding) {
        Payload unreadable = reference().getPayloads(0)
            .toBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8(encoding))
            .setData(ByteString.copyFromUtf8("not json"))
            .build();
        receive(RUN_ID, started(payloads(unreadable, reference().getPayloads(0))));

        assertStoresWithoutUpload();
    }

    static Stream<HistoryEvent> callbacks() {
        Callback callback = Callback.getDefaultInstance();
        return Stream.of(
                HistoryEvent.newBuilder()
                    .setWorkflowExecutionStartedEventAttributes(
                            WorkflowExecutionStartedEventAttributes.newBuilder().addCompletionCallbacks(callback))
                    .build(),
                HistoryEvent.newBuilder()
                    .setWorkflowExecutionOptionsUpdatedEventAttributes(
                            WorkflowExecutionOptionsUpdatedEventAttributes.newBuilder()
                                .addAttachedCompletionCallbacks(callback))
                    .build(),
                HistoryEvent.newBuilder()
                    .setWorkflowExecutionOptionsUpdatedEventAttributes(
                            WorkflowExecutionOptionsUpdatedEventAttributes.newBuilder()
                                .addWorkflowUpdateOptions(WorkflowUpdateOptionsUpdate.newBuilder()
                                    .addAttachedCompletionCallbacks(callback)))
                    .build(),
                HistoryEvent.newBuilder()
                    .setWorkflowExecutionUpdateAcceptedEventAttributes(
                            WorkflowExecutionUpdateAcceptedEventAttributes.newBuilder()
                                .setAcceptedRequest(Request.newBuilder().addCompletionCallbacks(callback)))
                    .build());
    }

    /** Its result goes to the history of whoever waits for it. */
    @ParameterizedTest
    @MethodSource("callbacks")
    void aRunWithCallbacksKnowsNothing(HistoryEvent callback) {
        receive(RUN_ID, started(reference()), callback);

        assertStoresWithUpload();
    }

    @Test
    void anUpdateWithCallbacksIsKnownBeforeItIsAccepted() {
        receive(RUN_ID, started(reference()));
        ServerAnswers.received(this.interceptor, task(RUN_ID).toBuilder()
            .addMessages(Message.newBuilder()
                .setBody(Any.pack(Request.newBuilder().addCompletionCallbacks(Callback.getDefaultInstance()).build())))
            .build());

        assertStoresWithUpload();
    }

    @ParameterizedTest
    @MethodSource("callbacks")
    void callbacksAreKnownFromAllAnswersWithTasks(HistoryEvent callback) {
        receive(RUN_ID, started(reference()));
        ServerAnswers.<Object>received(this.interceptor,
                RespondWorkflowTaskCompletedResponse.newBuilder().setWorkflowTask(task(RUN_ID, callback)).build());

        assertStoresWithUpload();
    }

    @Test
    void callbacksAreKnownFromATaskThatComesWithTheStart() {
        HistoryEvent started = started(reference());
        ServerAnswers.<Object>received(this.interceptor,
                StartWorkflowExecutionResponse.newBuilder()
                    .setEagerWorkflowTask(task(RUN_ID, started, callbacks().findFirst().orElseThrow()))
                    .build());

        assertStoresWithUpload();
    }

    @Test
    void callbacksAreKnownFromTheRestOfALongHistory() {
        receive(RUN_ID, started(reference()));
        ServerAnswers.<Object>received(this.interceptor,
                GetWorkflowExecutionHistoryRequest.newBuilder()
                    .setExecution(WorkflowExecution.newBuilder().setRunId(RUN_ID))
                    .build(),
                GetWorkflowExecutionHistoryResponse.newBuilder()
                    .setHistory(History.newBuilder().addEvents(callbacks().findFirst().orElseThrow()))
                    .build());

        assertStoresWithUpload();
    }

}
