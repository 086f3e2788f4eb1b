package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.workflow;
import static io.github.claimcheck.temporal.testing.TransferWorkflow.shift;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_NEXUS_OPERATION_COMPLETED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.server.ServerApplication.Reference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.nexusrpc.Operation;
import io.nexusrpc.Service;
import io.nexusrpc.handler.OperationHandler;
import io.nexusrpc.handler.OperationImpl;
import io.nexusrpc.handler.ServiceImpl;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.nexus.v1.Endpoint;
import io.temporal.api.nexus.v1.EndpointSpec;
import io.temporal.api.nexus.v1.EndpointTarget;
import io.temporal.api.operatorservice.v1.CreateNexusEndpointRequest;
import io.temporal.api.operatorservice.v1.DeleteNexusEndpointRequest;
import io.temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionExecutionStartWorkflow;
import io.temporal.client.schedules.ScheduleActionResult;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.client.schedules.ScheduleSpec;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.nexus.Nexus;
import io.temporal.nexus.WorkflowHandle;
import io.temporal.nexus.WorkflowRunOperation;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.workflow.Async;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.ContinueAsNewOptions;
import io.temporal.workflow.NexusOperationOptions;
import io.temporal.workflow.NexusServiceOptions;
import io.temporal.workflow.Promise;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests how long objects are needed. The server hands references of one run on to later
 * ones, which ask for the first run's objects. What the starter reuses never makes a
 * history need an object that is older than what the history needs anyway.
 */
@TemporalServerTest
class LifecycleTests {

    /** What is gone by the time of the later run. */
    private static final byte[] LARGE = Payloads.bytes(ServerApplication.THRESHOLD + 1, 1);

    private static final byte[] SMALL = { 1 };

    private static ServerApplication application;

    private static OperatorServiceStubs operator;

    private static Endpoint endpoint;

    private final String workflowId = UUID.randomUUID().toString();

    private final List<Runnable> cleanUp = new ArrayList<>();

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class,
                ServerApplication.workflows(Keeper.Implementation.class, Caller.Implementation.class,
                        Starter.Implementation.class),
                "worker.nexus-service-beans[0]=service", "temporal.external-storage.assume-stored-for=1h",
                // Every retrieval asks the store.
                "temporal.external-storage.cache.max-size=0");
        operator = OperatorServiceStubs.newServiceStubs(OperatorServiceStubsOptions.newBuilder()
            .setTarget(TemporalServer.shared().getTarget())
            .validateAndBuildWithDefaults());
        endpoint = operator.blockingStub()
            .createNexusEndpoint(CreateNexusEndpointRequest.newBuilder()
                .setSpec(EndpointSpec.newBuilder()
                    .setName("endpoint-" + UUID.randomUUID())
                    .setTarget(EndpointTarget.newBuilder()
                        .setWorker(EndpointTarget.Worker.newBuilder()
                            .setNamespace("default")
                            .setTaskQueue(application.getTaskQueue()))))
                .build())
            .getEndpoint();
    }

    @AfterAll
    static void stop() {
        operator.blockingStub()
            .deleteNexusEndpoint(DeleteNexusEndpointRequest.newBuilder()
                .setId(endpoint.getId())
                .setVersion(endpoint.getVersion())
                .build());
        operator.shutdownNow();
        application.close();
    }

    @AfterEach
    void cleanUp() {
        this.cleanUp.forEach(Runnable::run);
    }

    @Test
    void aCronRunNeedsTheInputOfTheFirst() {
        String first = start(options().setCronSchedule("@every 1s"), Keeper.COMPLETE, LARGE);
        Lost lost = lose(workflow("Keeper", this.workflowId, null));
        go(SMALL);
        assertLaterRunNeeds(lost, first);
    }

    @Test
    void aCronRunNeedsTheLastResult() {
        String first = start(options().setCronSchedule("@every 10s"), Keeper.COMPLETE_WITH_SIGNAL, SMALL);
        go(LARGE);
        awaitClosed(first);
        Lost lost = lose(workflow("Keeper", this.workflowId, first));
        assertLaterRunNeeds(lost, first);
    }

    @Test
    void aRetryNeedsTheInputOfTheFirstRun() {
        String first = start(retried(Duration.ofSeconds(1)), Keeper.FAIL, LARGE);
        Lost lost = lose(workflow("Keeper", this.workflowId, null));
        go(SMALL);
        assertLaterRunNeeds(lost, first);
        lost.restore();
        await().atMost(Duration.ofSeconds(40))
            .until(() -> application.events(this.workflowId)
                .stream()
                .anyMatch(HistoryEvent::hasWorkflowTaskCompletedEventAttributes));
    }

    @Test
    void aRetryNeedsTheDetailsOfTheFailureBefore() {
        String first = start(retried(Duration.ofSeconds(10)), Keeper.FAIL, SMALL);
        go(LARGE);
        awaitClosed(first);
        Lost lost = lose(workflow("Keeper", this.workflowId, first));
        assertLaterRunNeeds(lost, first);
    }

    @Test
    void aRetryNeedsTheMemoOfTheFirstRun() {
        String first = start(retried(Duration.ofSeconds(1)).setMemo(Map.of("memo", LARGE)), Keeper.FAIL, SMALL);
        Lost lost = lose(workflow("Keeper", this.workflowId, null));
        go(SMALL);
        assertLaterRunNeeds(lost, first);
    }

    /** The memo is one that the code hands on, and so uploads. */
    @Test
    void aContinuationNeedsNothingOfTheRunBefore() {
        String first = start(options().setMemo(Map.of("memo", LARGE)), Keeper.CONTINUE, SMALL);
        Lost lost = lose(workflow("Keeper", this.workflowId, null));
        go(SMALL);
        String second = await().atMost(Duration.ofSeconds(40))
            .until(() -> application.runId(this.workflowId), Predicate.not(first::equals));
        go(SMALL);
        assertThat(result()).isEqualTo(LARGE);

        assertThat(application.references(application.getClient(), this.workflowId, second))
            .extracting(Reference::event, Reference::target)
            .contains(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Keeper", this.workflowId, null)));
        assertThat(application.getS3().keys(application.getBucket())).contains(lost.key());
    }

    @Test
    void aContinuationWithoutAMemoOfItsOwnHasNone() {
        String first = start(options().setMemo(Map.of("memo", LARGE)), Keeper.CONTINUE_WITHOUT_MEMO, SMALL);
        go(SMALL);
        String second = await().atMost(Duration.ofSeconds(40))
            .until(() -> application.runId(this.workflowId), Predicate.not(first::equals));
        go(SMALL);
        assertThat(result()).isEqualTo(SMALL);

        assertThat(application.references(application.getClient(), this.workflowId, second)).isEmpty();
        assertThat(application.describe(this.workflowId).getWorkflowExecutionInfo().getMemo().getFieldsMap()).isEmpty();
    }

    @Test
    void aResetNeedsTheInputOfTheFirstRun() {
        String first = start(options(), Keeper.COMPLETE, LARGE);
        go(SMALL);
        result();
        Lost lost = lose(workflow("Keeper", this.workflowId, null));
        reset(first);
        assertLaterRunNeeds(lost, first);
    }

    @Test
    void aResetNeedsTheSignalsAfterItsPoint() {
        String first = start(options(), Keeper.COMPLETE, SMALL);
        go(LARGE);
        result();
        Lost lost = lose(workflow(null, this.workflowId, null));
        reset(first);
        assertLaterRunNeeds(lost, first);
    }

    @Test
    void aRunOfAScheduleNeedsWhatTheScheduleWasCreatedWith() {
        ScheduleHandle schedule = schedule(Keeper.COMPLETE_AT_ONCE, LARGE);
        String first = trigger(schedule, 1);
        stub(first).getResult(byte[].class);
        Lost lost = lose(workflow(null, this.workflowId, null));
        String second = trigger(schedule, 2);
        assertStuck(second, lost);
        lost.restore();
        // Otherwise the schedule would wait for the run.
        stub(second).terminate("The test is over");
    }

    @Test
    void aRunOfAScheduleNeedsTheResultOfTheRunBefore() {
        ScheduleHandle schedule = schedule(Keeper.MAKE, SMALL);
        String first = trigger(schedule, 1);
        stub(first).getResult(byte[].class);
        Lost lost = lose(workflow("Keeper", first.replace(":", "%3A"), application.runId(first)));
        // The schedule learns of the result in its own time.
        await().atMost(Duration.ofSeconds(30)).until(() -> schedule.describe().getInfo().getRunningActions().isEmpty());
        String second = trigger(schedule, 2);
        assertStuck(second, lost);
        lost.restore();
        // Otherwise the schedule would wait for the run.
        stub(second).terminate("The test is over");
    }

    /** What the workflow's code hands on is uploaded. */
    @Test
    void aChildAndItsSignalNeedNothingThatTheParentWasGiven() {
        String child = this.workflowId + "-child";
        Starter starter = application.getClient().newWorkflowStub(Starter.class, options().build());
        assertThat(starter.start(LARGE, child)).isEqualTo(LARGE);
        String parentRun = application.runId(this.workflowId);

        assertThat(application.references(child)).extracting(Reference::target)
            .containsOnly(workflow("Keeper", child, null), workflow(null, child, application.runId(child)),
                    // Its result belongs to its parent's run.
                    workflow(null, this.workflowId, parentRun));
    }

    @Test
    void theResultOfANexusHandlerIsNoOlderThanTheCallersWait() {
        String handler = this.workflowId + "-handler";
        String caller = call(handler);
        await().atMost(Duration.ofSeconds(30))
            .until(() -> application.events(caller)
                .stream()
                .anyMatch(HistoryEvent::hasNexusOperationStartedEventAttributes));
        go(handler, SMALL);
        assertThat(stub(caller).getResult(byte[].class)).isEqualTo(LARGE);

        assertResultIsOfItsOwn(caller, handler);
    }

    /** The handler may be much older than the caller that attaches to it. */
    @Test
    void theResultForANexusCallerThatCameLaterIsNoOlderThanItsWait() {
        String handler = this.workflowId + "-handler";
        WorkflowClient.start(
                application.getClient().newWorkflowStub(Keeper.class, application.options(handler).build())::keep,
                Keeper.COMPLETE, LARGE);
        String caller = call(handler);
        await().atMost(Duration.ofSeconds(30))
            .until(() -> application.events(handler)
                .stream()
                .anyMatch(HistoryEvent::hasWorkflowExecutionOptionsUpdatedEventAttributes));
        go(handler, SMALL);
        assertThat(stub(caller).getResult(byte[].class)).isEqualTo(LARGE);

        assertResultIsOfItsOwn(caller, handler);
    }

    private static void assertResultIsOfItsOwn(String caller, String handler) {
        // What the handler was given is as old as the handler.
        lose(workflow("Keeper", handler, null));
        assertThat(application.references(caller)).extracting(Reference::event, Reference::target)
            .contains(tuple(EVENT_TYPE_NEXUS_OPERATION_COMPLETED,
                    workflow("Keeper", handler, application.runId(handler))));
    }

    private String call(String handler) {
        String caller = this.workflowId + "-caller";
        WorkflowClient.start(
                application.getClient().newWorkflowStub(Caller.class, application.options(caller).build())::call,
                endpoint.getSpec().getName(), handler);
        return caller;
    }

    private WorkflowOptions.Builder options() {
        return application.options(this.workflowId);
    }

    private WorkflowOptions.Builder retried(Duration interval) {
        return options()
            .setRetryOptions(RetryOptions.newBuilder().setInitialInterval(interval).setMaximumAttempts(10).build());
    }

    /** Starts a workflow, and returns the ID of its first run once that waits. */
    private String start(WorkflowOptions.Builder options, String then, byte[] input) {
        String run = WorkflowClient
            .start(application.getClient().newWorkflowStub(Keeper.class, options.build())::keep, then, input)
            .getRunId();
        this.cleanUp.add(() -> {
            try {
                stub(this.workflowId).terminate("The test is over");
            }
            catch (RuntimeException ex) {
                // It has ended.
            }
        });
        await().atMost(Duration.ofSeconds(30))
            .until(() -> application.events(this.workflowId)
                .stream()
                .anyMatch(HistoryEvent::hasWorkflowTaskCompletedEventAttributes));
        return run;
    }

    private void awaitClosed(String run) {
        await().atMost(Duration.ofSeconds(40))
            .until(() -> application.runId(this.workflowId), Predicate.not(run::equals));
    }

    private void go(byte[] bytes) {
        go(this.workflowId, bytes);
    }

    private static void go(String workflowId, byte[] bytes) {
        stub(workflowId).signal("go", (Object) bytes);
    }

    private static WorkflowStub stub(String workflowId) {
        return application.getClient().newUntypedWorkflowStub(workflowId);
    }

    private byte[] result() {
        return stub(this.workflowId).getResult(byte[].class);
    }

    private void reset(String run) {
        reset(this.workflowId, run);
    }

    /** Resets a run to the end of its first task. */
    private static void reset(String workflowId, String run) {
        WorkflowClient client = application.getClient();
        long firstTask = application.events(workflowId)
            .stream()
            .filter(HistoryEvent::hasWorkflowTaskCompletedEventAttributes)
            .findFirst()
            .orElseThrow()
            .getEventId();
        client.getWorkflowServiceStubs()
            .blockingStub()
            .resetWorkflowExecution(ResetWorkflowExecutionRequest.newBuilder()
                .setNamespace("default")
                .setWorkflowExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId).setRunId(run))
                .setReason("test")
                .setWorkflowTaskFinishEventId(firstTask)
                .setRequestId(UUID.randomUUID().toString())
                .build());
    }

    private ScheduleHandle schedule(String then, byte[] input) {
        ScheduleHandle schedule = application.getScheduleClient()
            .createSchedule(this.workflowId,
                    Schedule.newBuilder()
                        .setAction(ScheduleActionStartWorkflow.newBuilder()
                            .setWorkflowType(Keeper.class)
                            .setArguments(then, input)
                            .setOptions(options().build())
                            .build())
                        .setSpec(ScheduleSpec.newBuilder().build())
                        .build(),
                    ScheduleOptions.newBuilder().build());
        this.cleanUp.add(schedule::delete);
        return schedule;
    }

    /** Lets a schedule start a workflow, and returns its ID. */
    private static String trigger(ScheduleHandle schedule, int times) {
        schedule.trigger();
        List<ScheduleActionResult> actions = await().atMost(Duration.ofSeconds(30))
            .until(() -> schedule.describe().getInfo().getRecentActions(), (recent) -> recent.size() == times);
        return ((ScheduleActionExecutionStartWorkflow) actions.get(times - 1).getAction()).getWorkflowId();
    }

    /** Deletes the object of a target, as a lifecycle rule does, once it is there. */
    private static Lost lose(String target) {
        String bucket = application.getBucket();
        String key = await().atMost(Duration.ofSeconds(30))
            .until(() -> application.getS3()
                .keys(bucket)
                .stream()
                .filter((candidate) -> candidate.startsWith(target + "/d/"))
                .findFirst()
                .orElse(null), Objects::nonNull);
        Lost lost = new Lost(key, application.getS3().content(bucket, key));
        application.getS3().delete(bucket, key);
        return lost;
    }

    private void assertLaterRunNeeds(Lost lost, String firstRun) {
        awaitClosed(firstRun);
        assertStuck(this.workflowId, lost);
    }

    /** Asserts that the current run's task fails for the object, with advice. */
    private static void assertStuck(String workflowId, Lost lost) {
        String failure = await().atMost(Duration.ofSeconds(40))
            .until(() -> application.events(workflowId)
                .stream()
                .filter(HistoryEvent::hasWorkflowTaskFailedEventAttributes)
                .map((event) -> event.getWorkflowTaskFailedEventAttributes().getFailure().toString())
                .filter((message) -> message.contains(lost.key()))
                .findFirst()
                .orElse(null), Objects::nonNull);
        assertThat(failure).contains("last run that its reference is carried into");
    }

    /** An object that is gone. */
    private record Lost(String key, byte[] content) {

        void restore() {
            application.getS3().put(application.getBucket(), this.key, this.content);
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        KeepingServiceImplementation service() {
            return new KeepingServiceImplementation();
        }

    }

    /** Waits for a signal, and then does as it was told. */
    @WorkflowInterface
    public interface Keeper {

        /** Returns the input. */
        String COMPLETE = "complete";

        /** Returns the input without waiting for a signal. */
        String COMPLETE_AT_ONCE = "complete-at-once";

        /** Returns something large without waiting for a signal. */
        String MAKE = "make";

        /** Returns something as large as what the signal brought. */
        String COMPLETE_WITH_SIGNAL = "complete-with-signal";

        /** Fails with something as large as what the signal brought. */
        String FAIL = "fail";

        /** Continues as new with its memo as the new one, and as the input to return. */
        String CONTINUE = "continue";

        /** Continues as new with its input. */
        String CONTINUE_WITHOUT_MEMO = "continue-without-memo";

        @WorkflowMethod
        byte[] keep(String then, byte[] input);

        @SignalMethod
        void go(byte[] bytes);

        class Implementation implements Keeper {

            private byte[] signal;

            @Override
            public byte[] keep(String then, byte[] input) {
                if (then.equals(COMPLETE_AT_ONCE)) {
                    return input;
                }
                if (then.equals(MAKE)) {
                    return LARGE;
                }
                Workflow.await(() -> this.signal != null);
                switch (then) {
                    case FAIL -> throw ApplicationFailure.newFailure("As told", "test", (Object) shift(this.signal, 1));
                    case CONTINUE -> {
                        byte[] memo = Workflow.getMemo("memo", byte[].class, byte[].class);
                        Workflow.continueAsNew(ContinueAsNewOptions.newBuilder().setMemo(Map.of("memo", memo)).build(),
                                COMPLETE, memo);
                    }
                    case CONTINUE_WITHOUT_MEMO -> Workflow.continueAsNew(COMPLETE, input);
                    default -> {
                    }
                }
                return then.equals(COMPLETE_WITH_SIGNAL) ? shift(this.signal, 1) : input;
            }

            @Override
            public void go(byte[] bytes) {
                this.signal = bytes;
            }

        }

    }

    /** Hands its input on to a child, and to the child with a signal. */
    @WorkflowInterface
    public interface Starter {

        @WorkflowMethod
        byte[] start(byte[] input, String childId);

        class Implementation implements Starter {

            @Override
            public byte[] start(byte[] input, String childId) {
                Keeper child = Workflow.newChildWorkflowStub(Keeper.class,
                        ChildWorkflowOptions.newBuilder().setWorkflowId(childId).build());
                Promise<byte[]> result = Async.function(child::keep, Keeper.COMPLETE, input);
                Workflow.getWorkflowExecution(child).get();
                child.go(input);
                return result.get();
            }

        }

    }

    @Service(name = "Keeping")
    public interface KeepingService {

        @Operation
        byte[] keep(String workflowId);

    }

    @ServiceImpl(service = KeepingService.class)
    public static class KeepingServiceImplementation {

        @OperationImpl
        public OperationHandler<String, byte[]> keep() {
            return WorkflowRunOperation.fromWorkflowHandle((context, details, workflowId) -> {
                Keeper keeper = Nexus.getOperationContext()
                    .getWorkflowClient()
                    .newWorkflowStub(Keeper.class,
                            WorkflowOptions.newBuilder()
                                .setWorkflowId(workflowId)
                                .setWorkflowIdConflictPolicy(
                                        WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                                .build());
                return WorkflowHandle.fromWorkflowMethod(keeper::keep, Keeper.COMPLETE, LARGE);
            });
        }

    }

    @WorkflowInterface
    public interface Caller {

        @WorkflowMethod
        byte[] call(String endpointName, String handlerId);

        class Implementation implements Caller {

            @Override
            public byte[] call(String endpointName, String handlerId) {
                return Workflow
                    .newNexusServiceStub(KeepingService.class,
                            NexusServiceOptions.newBuilder()
                                .setEndpoint(endpointName)
                                .setOperationOptions(NexusOperationOptions.newBuilder()
                                    .setScheduleToCloseTimeout(Duration.ofSeconds(60))
                                    .build())
                                .build())
                    .keep(handlerId);
            }

        }

    }

}
