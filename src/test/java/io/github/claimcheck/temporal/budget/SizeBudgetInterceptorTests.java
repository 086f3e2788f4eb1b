package io.github.claimcheck.temporal.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ServerCalls;
import io.temporal.api.command.v1.Command;
import io.temporal.api.command.v1.CompleteWorkflowExecutionCommandAttributes;
import io.temporal.api.command.v1.ModifyWorkflowPropertiesCommandAttributes;
import io.temporal.api.command.v1.ScheduleActivityTaskCommandAttributes;
import io.temporal.api.command.v1.StartChildWorkflowExecutionCommandAttributes;
import io.temporal.api.common.v1.ActivityType;
import io.temporal.api.common.v1.Memo;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.SearchAttributes;
import io.temporal.api.common.v1.WorkerVersionStamp;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.failure.v1.ApplicationFailureInfo;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowExecutionStartedEventAttributes;
import io.temporal.api.sdk.v1.UserMetadata;
import io.temporal.api.workflowservice.v1.PollActivityTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollActivityTaskQueueResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RecordActivityTaskHeartbeatRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCanceledRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskFailedRequest;
import io.temporal.api.workflowservice.v1.RespondQueryTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.converter.GlobalDataConverter;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Tests the requests that an in-process gRPC server receives. {@code SizeBudgetTests} of
 * the package {@code server} tests them on a real Temporal server.
 */
@ExtendWith(OutputCaptureExtension.class)
class SizeBudgetInterceptorTests {

    private static final int MAX_LIST = 20_000;

    private static final int MAX_MESSAGE = 50_000;

    private static final ByteString TOKEN = ByteString.copyFromUtf8("token");

    private static final WorkflowExecution EXECUTION = WorkflowExecution.newBuilder()
        .setWorkflowId("id")
        .setRunId("run")
        .build();

    private final RecordingStorageDriver driver = new RecordingStorageDriver("driver");

    private StorageDriverSelector selector = (context, payload) -> this.driver;

    private final List<Message> received = new CopyOnWriteArrayList<>();

    /** Answers by request type. */
    private final Map<Class<?>, Message> answers = new HashMap<>();

    private SizeBudgetPlugin plugin;

    private Server server;

    private ManagedChannel channel;

    private WorkflowServiceBlockingStub service;

    @BeforeEach
    void start() throws Exception {
        String name = InProcessServerBuilder.generateName();
        this.server = InProcessServerBuilder.forName(name).addService(service()).build().start();
        this.channel = InProcessChannelBuilder.forName(name).build();
        this.service = WorkflowServiceGrpc.newBlockingStub(intercepted());
    }

    @AfterEach
    void stop() {
        this.channel.shutdownNow();
        this.server.shutdownNow();
    }

    @SuppressWarnings("unchecked")
    private ServerServiceDefinition service() {
        ServerServiceDefinition.Builder builder = ServerServiceDefinition
            .builder(WorkflowServiceGrpc.getServiceDescriptor());
        for (MethodDescriptor<?, ?> method : WorkflowServiceGrpc.getServiceDescriptor().getMethods()) {
            MethodDescriptor<Message, Message> unary = (MethodDescriptor<Message, Message>) method;
            ServerCallHandler<Message, Message> handler = ServerCalls.asyncUnaryCall((request, response) -> {
                this.received.add(request);
                Message empty = (Message) ((MethodDescriptor.PrototypeMarshaller<?>) unary.getResponseMarshaller())
                    .getMessagePrototype();
                response.onNext(this.answers.getOrDefault(request.getClass(), empty));
                response.onCompleted();
            });
            builder.addMethod(unary, handler);
        }
        return builder.build();
    }

    private Channel intercepted() {
        this.plugin = new SizeBudgetPlugin(MAX_LIST, MAX_MESSAGE,
                () -> ExternalStorage.newBuilder()
                    .setDrivers(List.of(this.driver))
                    .setDriverSelector((context, payload) -> this.selector.selectDriver(context, payload))
                    .build());
        WorkflowServiceStubsOptions.Builder options = WorkflowServiceStubsOptions.newBuilder();
        this.plugin.configureServiceStubs(options);
        Channel intercepted = this.channel;
        for (ClientInterceptor interceptor : options.build().getGrpcClientInterceptors()) {
            intercepted = ClientInterceptors.intercept(intercepted, interceptor);
        }
        return intercepted;
    }

    /**
     * A method that is neither handled nor listed here is new in the Temporal API, and
     * somebody must decide.
     */
    @Test
    void knowsEveryMethodWhoseRequestHasPayloads() {
        Set<String> undecided = WorkflowServiceGrpc.getServiceDescriptor()
            .getMethods()
            .stream()
            .filter((method) -> hasPayloads(
                    ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor().getInputType(),
                    new HashSet<>()))
            .map(MethodDescriptor::getFullMethodName)
            .filter((method) -> !SizeBudgetInterceptor.METHODS.contains(method))
            .map((method) -> method.substring(method.indexOf('/') + 1))
            .collect(Collectors.toSet());
        assertThat(undecided).containsExactlyInAnyOrder(
                // The SDK's clients do not offer them.
                "StartBatchOperation", "ResetWorkflowExecution", "StartNexusOperationExecution",
                // Their payloads are read by the server.
                "SetCurrentDeployment", "CreateWorkerDeploymentVersion", "UpdateWorkerDeploymentVersionMetadata",
                "UpdateWorkerDeploymentVersionComputeConfig", "ValidateWorkerDeploymentVersionComputeConfig");
    }

    private static boolean hasPayloads(Descriptor type, Set<Descriptor> seen) {
        return type.equals(Payload.getDescriptor()) || (seen.add(type) && type.getFields()
            .stream()
            .anyMatch((field) -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    && hasPayloads(field.getMessageType(), seen)));
    }

    @Test
    void sendsWhatFitsUnchanged() {
        StartWorkflowExecutionRequest request = startRequest(payloads(4, 4_000));
        this.service.startWorkflowExecution(request);
        assertThat(this.received).containsExactly(request);
        assertThat(this.driver.stored()).isEmpty();
    }

    @Test
    void storesTheLargestPayloadsOfAList() {
        List<Payload> payloads = Stream.of(3_000, 9_000, 2_000, 8_000, 3_000)
            .map((size) -> payload(size, size))
            .toList();
        this.service.startWorkflowExecution(startRequest(payloads));
        assertThat(sizes(this.driver.stored())).containsExactly(9_000);
        List<Payload> sent = ((StartWorkflowExecutionRequest) this.received.get(0)).getInput().getPayloadsList();
        assertThat(sent).extracting(StorageReference::isReference).containsExactly(false, true, false, false, false);
        assertThat(sent.get(0)).isEqualTo(payloads.get(0));
        assertThat(sent.get(1).getExternalPayloads(0).getSizeBytes()).isEqualTo(payloads.get(1).getSerializedSize());
    }

    @Test
    void storesNoReferenceAndNoSmallPayload() {
        Payload reference = reference();
        List<Payload> payloads = new ArrayList<>(payloads(100, 300));
        payloads.addAll(Collections.nCopies(40, reference));
        this.service.startWorkflowExecution(startRequest(payloads));
        assertThat(this.driver.stored()).isEmpty();
        assertThat(this.received).hasSize(1);
    }

    @Test
    void keepsSearchAttributesAndUserMetadataInline() {
        StartWorkflowExecutionRequest request = startRequest(payloads(1, 100)).toBuilder()
            .setSearchAttributes(SearchAttributes.newBuilder().putIndexedFields("Key", payload(30_000, 1)))
            .setUserMetadata(UserMetadata.newBuilder().setDetails(payload(30_000, 2)))
            .build();
        this.service.startWorkflowExecution(request);
        assertThat(this.received).containsExactly(request);
    }

    @Test
    void weighsAFailureWithItsCauses() {
        respond(RespondActivityTaskFailedRequest.newBuilder()
            .setTaskToken(TOKEN)
            .setFailure(failure(payloads(3, 4_000)).toBuilder().setCause(failure(payloads(3, 4_100)))));
        assertThat(sizes(this.driver.stored())).containsExactly(4_100, 4_100);
    }

    @Test
    void weighsAllCommandsOfAWorkflowTask() {
        RespondWorkflowTaskCompletedRequest.Builder completed = RespondWorkflowTaskCompletedRequest.newBuilder()
            .setTaskToken(TOKEN);
        IntStream.range(0, 12)
            .forEach((i) -> completed.addCommands(Command.newBuilder()
                .setScheduleActivityTaskCommandAttributes(
                        ScheduleActivityTaskCommandAttributes.newBuilder().setInput(list(payload(5_000, i))))));
        pollWorkflowTask(History.getDefaultInstance());
        respond(completed);
        assertThat(this.driver.stored()).hasSizeBetween(3, 4);
        assertThat(this.driver.targets()).containsOnly(new StorageDriverWorkflowInfo("namespace", "id", "run", "Type"));
    }

    @Test
    void derivesTargetsAsTheSdkDoes() {
        pollWorkflowTask(History.newBuilder()
            .addEvents(HistoryEvent.newBuilder()
                .setWorkflowExecutionStartedEventAttributes(WorkflowExecutionStartedEventAttributes.newBuilder()
                    .setParentWorkflowExecution(
                            WorkflowExecution.newBuilder().setWorkflowId("parent").setRunId("parent-run"))))
            .build());
        // A sticky task has no start of the run.
        pollWorkflowTask(History.getDefaultInstance());
        respond(RespondWorkflowTaskCompletedRequest.newBuilder()
            .setTaskToken(TOKEN)
            .addCommands(Command.newBuilder()
                .setStartChildWorkflowExecutionCommandAttributes(
                        StartChildWorkflowExecutionCommandAttributes.newBuilder()
                            .setWorkflowId("child")
                            .setWorkflowType(WorkflowType.newBuilder().setName("Child"))
                            .setInput(list(payload(30_000, 1)))))
            .addCommands(Command.newBuilder()
                .setCompleteWorkflowExecutionCommandAttributes(
                        CompleteWorkflowExecutionCommandAttributes.newBuilder().setResult(list(payload(30_001, 2))))));
        assertThat(this.driver.targets()).containsExactlyInAnyOrder(
                new StorageDriverWorkflowInfo("namespace", "child", null, "Child"),
                new StorageDriverWorkflowInfo("namespace", "parent", "parent-run", null));
    }

    @Test
    void namesAStandaloneActivity() {
        this.answers.put(PollActivityTaskQueueRequest.class,
                PollActivityTaskQueueResponse.newBuilder()
                    .setTaskToken(TOKEN)
                    .setActivityId("activity")
                    .setActivityRunId("activity-run")
                    .setActivityType(ActivityType.newBuilder().setName("Activity"))
                    .build());
        this.service.pollActivityTaskQueue(PollActivityTaskQueueRequest.getDefaultInstance());
        respond(RespondActivityTaskCompletedRequest.newBuilder()
            .setTaskToken(TOKEN)
            .setResult(list(payload(30_000, 1))));
        assertThat(this.driver.targets())
            .containsExactly(new StorageDriverActivityInfo("namespace", "activity", "activity-run", "Activity"));
    }

    @Test
    void countsTheMemoThatTheServerHas() {
        pollWorkflowTask(History.newBuilder()
            .addEvents(HistoryEvent.newBuilder()
                .setWorkflowExecutionStartedEventAttributes(WorkflowExecutionStartedEventAttributes.newBuilder()
                    .setMemo(Memo.newBuilder().putFields("a", payload(15_000, 1)))))
            .build());
        respond(upsert("b", 4_000));
        assertThat(this.driver.stored()).isEmpty();
        respond(upsert("b", 6_000));
        assertThat(sizes(this.driver.stored())).containsExactly(6_000);
        respond(upsert("a", 15_000));
        assertThat(this.driver.stored()).hasSize(1);
    }

    @Test
    void countsTheHeartbeatsOfOtherActivities() {
        for (int i = 0; i < 8; i++) {
            heartbeat("activity-" + i, 4_000);
        }
        assertThat(this.driver.stored()).hasSize(4);
        heartbeat("activity-0", 4_000);
        assertThat(this.driver.stored()).hasSize(4);
        completeActivity("activity-1");
        heartbeat("activity-8", 4_000);
        assertThat(this.driver.stored()).hasSize(4);
    }

    @Test
    void warnsOfWhatIsKeptOnlyWhereItCouldBeStored(CapturedOutput output) {
        this.selector = (context, payload) -> null;
        for (int i = 0; i < 6; i++) {
            heartbeat("activity-" + i, 4_000);
            heartbeat("small-" + i, 100);
        }
        assertThat(output.getAll().lines().filter((line) -> line.contains("RecordActivityTaskHeartbeatRequest")))
            .singleElement()
            .asString()
            .contains("WARN", "max-inline-list-size, 20000 bytes");
    }

    @Test
    void reportsAWorkflowTaskThatCannotBeStored() {
        this.driver.failWith(new IllegalStateException("denied"));
        Failure failure = reported(
                RespondWorkflowTaskCompletedRequest.newBuilder()
                    .setTaskToken(TOKEN)
                    .addCommands(Command.newBuilder()
                        .setScheduleActivityTaskCommandAttributes(
                                ScheduleActivityTaskCommandAttributes.newBuilder().setInput(list(payload(30_000, 1))))),
                RespondWorkflowTaskFailedRequest.class)
            .getFailure();
        assertThat(failure.getMessage()).startsWith("Failed to send workflow task completion: ").contains("denied");
    }

    @ParameterizedTest
    @MethodSource("activityResponses")
    @SuppressWarnings("deprecation")
    void reportsAnActivityTaskThatCannotBeStored(Message.Builder response) {
        this.driver.failWith(new IllegalStateException("denied"));
        RespondActivityTaskFailedRequest report = reported(response, RespondActivityTaskFailedRequest.class);
        assertThat(report.getFailure().getMessage()).startsWith("External storage failed: ").contains("denied");
        assertThat(report.getWorkerVersion().getBuildId()).isEqualTo("build");
    }

    @SuppressWarnings("deprecation")
    static Stream<Message.Builder> activityResponses() {
        WorkerVersionStamp worker = WorkerVersionStamp.newBuilder().setBuildId("build").build();
        var large = list(payload(30_000, 1));
        return Stream.of(
                RespondActivityTaskCompletedRequest.newBuilder()
                    .setTaskToken(TOKEN)
                    .setWorkerVersion(worker)
                    .setResult(large),
                RespondActivityTaskCanceledRequest.newBuilder()
                    .setTaskToken(TOKEN)
                    .setWorkerVersion(worker)
                    .setDetails(large),
                RespondActivityTaskFailedRequest.newBuilder()
                    .setTaskToken(TOKEN)
                    .setWorkerVersion(worker)
                    .setLastHeartbeatDetails(large));
    }

    @Test
    void reportsAQueryThatCannotBeStored() {
        this.driver.failWith(new IllegalStateException("denied"));
        RespondQueryTaskCompletedRequest report = reported(RespondQueryTaskCompletedRequest.newBuilder()
            .setTaskToken(TOKEN)
            .setQueryResult(list(payload(30_000, 1))), RespondQueryTaskCompletedRequest.class);
        assertThat(report.getErrorMessage()).contains("denied");
        assertThat(report.hasQueryResult()).isFalse();
    }

    /** The client can try again, and the activity still runs. */
    @Test
    void leavesAnActivityThatAClientCompletes() {
        this.driver.failWith(new IllegalStateException("denied"));
        assertThatThrownBy(() -> respond(RespondActivityTaskCompletedRequest.newBuilder()
            .setTaskToken(TOKEN)
            .setResult(list(payload(30_000, 1))))).hasRootCauseMessage("denied");
        assertThat(this.received).isEmpty();
    }

    @Test
    void leavesANamespaceWhoseClientHasItsOwnExternalStorage() {
        this.plugin.configureWorkflowClient(WorkflowClientOptions.newBuilder()
            .setNamespace("namespace")
            .setExternalStorage(ExternalStorage.newBuilder().setDrivers(List.of(this.driver)).build()));
        StartWorkflowExecutionRequest request = startRequest(payloads(6, 4_000));
        this.service.startWorkflowExecution(request);
        assertThat(this.received).containsExactly(request);
        this.service.startWorkflowExecution(request.toBuilder().setNamespace("other").build());
        assertThat(this.driver.stored()).isNotEmpty();
    }

    @Test
    void failsForADriverThatIsNotRegistered() {
        StorageDriver other = new RecordingStorageDriver("other");
        this.selector = (context, payload) -> other;
        assertThatThrownBy(() -> this.service.startWorkflowExecution(startRequest(payloads(6, 4_000))))
            .hasStackTraceContaining("'other', which is not registered");
        assertThat(this.received).isEmpty();
    }

    @Test
    void failsForADriverThatReturnsTooFewClaims() {
        this.driver.returnNothing();
        assertThatThrownBy(() -> this.service.startWorkflowExecution(startRequest(payloads(6, 4_000))))
            .hasStackTraceContaining("must return one claim for each");
        assertThat(this.received).isEmpty();
    }

    private <T extends Message> T reported(Message.Builder response, Class<T> type) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> respond(response));
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(this.received).singleElement().isInstanceOf(type);
        T report = type.cast(this.received.get(0));
        assertThat(report.getField(report.getDescriptorForType().findFieldByName("task_token"))).isEqualTo(TOKEN);
        assertThat(report.getField(report.getDescriptorForType().findFieldByName("namespace"))).isEqualTo("namespace");
        return report;
    }

    private void respond(Message.Builder response) {
        response.setField(response.getDescriptorForType().findFieldByName("namespace"), "namespace");
        Message request = response.build();
        if (request instanceof RespondWorkflowTaskCompletedRequest completed) {
            this.service.respondWorkflowTaskCompleted(completed);
        }
        else if (request instanceof RespondActivityTaskCompletedRequest completed) {
            this.service.respondActivityTaskCompleted(completed);
        }
        else if (request instanceof RespondActivityTaskCanceledRequest canceled) {
            this.service.respondActivityTaskCanceled(canceled);
        }
        else if (request instanceof RespondActivityTaskFailedRequest failed) {
            this.service.respondActivityTaskFailed(failed);
        }
        else {
            this.service.respondQueryTaskCompleted((RespondQueryTaskCompletedRequest) request);
        }
    }

    private void heartbeat(String activityId, int size) {
        pollActivityTask(activityId);
        this.service.recordActivityTaskHeartbeat(RecordActivityTaskHeartbeatRequest.newBuilder()
            .setTaskToken(TOKEN)
            .setNamespace("namespace")
            .setDetails(list(payload(size, 1)))
            .build());
    }

    private void completeActivity(String activityId) {
        pollActivityTask(activityId);
        respond(RespondActivityTaskCompletedRequest.newBuilder().setTaskToken(TOKEN));
    }

    private void pollActivityTask(String activityId) {
        this.answers.put(PollActivityTaskQueueRequest.class,
                PollActivityTaskQueueResponse.newBuilder()
                    .setTaskToken(TOKEN)
                    .setWorkflowExecution(EXECUTION)
                    .setActivityId(activityId)
                    .build());
        this.service.pollActivityTaskQueue(PollActivityTaskQueueRequest.getDefaultInstance());
    }

    private void pollWorkflowTask(History history) {
        this.answers.put(PollWorkflowTaskQueueRequest.class,
                PollWorkflowTaskQueueResponse.newBuilder()
                    .setTaskToken(TOKEN)
                    .setWorkflowExecution(EXECUTION)
                    .setWorkflowType(WorkflowType.newBuilder().setName("Type"))
                    .setHistory(history)
                    .build());
        this.service.pollWorkflowTaskQueue(PollWorkflowTaskQueueRequest.getDefaultInstance());
        this.received.clear();
    }

    private static RespondWorkflowTaskCompletedRequest.Builder upsert(String key, int size) {
        return RespondWorkflowTaskCompletedRequest.newBuilder()
            .setTaskToken(TOKEN)
            .addCommands(Command.newBuilder()
                .setModifyWorkflowPropertiesCommandAttributes(ModifyWorkflowPropertiesCommandAttributes.newBuilder()
                    .setUpsertedMemo(Memo.newBuilder().putFields(key, payload(size, size)))));
    }

    private static StartWorkflowExecutionRequest startRequest(List<Payload> payloads) {
        return StartWorkflowExecutionRequest.newBuilder()
            .setNamespace("namespace")
            .setWorkflowId("id")
            .setWorkflowType(WorkflowType.newBuilder().setName("Type"))
            .setInput(list(payloads.toArray(Payload[]::new)))
            .build();
    }

    private static Failure failure(List<Payload> details) {
        return Failure.newBuilder()
            .setApplicationFailureInfo(
                    ApplicationFailureInfo.newBuilder().setDetails(list(details.toArray(Payload[]::new))))
            .build();
    }

    private static io.temporal.api.common.v1.Payloads list(Payload... payloads) {
        return io.temporal.api.common.v1.Payloads.newBuilder().addAllPayloads(List.of(payloads)).build();
    }

    private static Payload reference() {
        return new StorageReference("driver", new StorageDriverClaim(Map.of("padding", "x".repeat(1_500))))
            .toPayload(1);
    }

    private static List<Payload> payloads(int count, int size) {
        return IntStream.range(0, count).mapToObj((i) -> payload(size, i)).toList();
    }

    private static Payload payload(int size, int seed) {
        return GlobalDataConverter.get().toPayload(Payloads.bytes(size, seed)).orElseThrow();
    }

    private static List<Integer> sizes(List<Payload> payloads) {
        return payloads.stream().map((payload) -> payload.getData().size()).toList();
    }

}
