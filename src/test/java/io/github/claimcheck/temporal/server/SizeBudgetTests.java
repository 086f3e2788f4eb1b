package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.workflow;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_MARKER_RECORDED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.server.ServerApplication.Reference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateHandle;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.client.schedules.ScheduleSpec;
import io.temporal.common.RetryOptions;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.common.converter.EncodedValues;
import io.temporal.common.converter.RawValue;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.workflow.ActivityStub;
import io.temporal.workflow.Async;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.ChildWorkflowStub;
import io.temporal.workflow.ContinueAsNewOptions;
import io.temporal.workflow.DynamicQueryHandler;
import io.temporal.workflow.DynamicSignalHandler;
import io.temporal.workflow.DynamicUpdateHandler;
import io.temporal.workflow.DynamicWorkflow;
import io.temporal.workflow.ExternalWorkflowStub;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests, on a real Temporal server, payloads that are below the threshold one by one, and
 * together above what the server accepts in a list (2 MB) or in a message (4 MB).
 */
@TemporalServerTest
class SizeBudgetTests {

    /** Nine of them are more than a list may have, and twenty more than a message. */
    private static final int QUARTER_MEGABYTE = 250 * 1024;

    private static final int TOGETHER = 60;

    private static ServerApplication application;

    private final String workflowId = UUID.randomUUID().toString();

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class, ServerApplication.workflows(Adding.class),
                "worker.activity-beans[0]=addingActivities");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void storesTheLargestArgumentsUntilTheRestFits() {
        assertThat(run("Digests", bytes(9, QUARTER_MEGABYTE))).isEqualTo(digests(9, QUARTER_MEGABYTE));
        assertThat(references()).extracting(Reference::event).containsOnly(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
        assertThat(references()).extracting(Reference::target)
            .hasSize(3)
            .containsOnly(workflow("Digests", this.workflowId, null));
    }

    @Test
    void storesManySmallArguments() {
        assertThat(run("Digests", bytes(200, 15 * 1024))).isEqualTo(digests(200, 15 * 1024));
        assertThat(references()).hasSizeBetween(90, 120);
    }

    @Test
    void storesTheLargestOfArgumentsOfManySizes() {
        Object[] arguments = IntStream.range(0, 60)
            .mapToObj((i) -> Payloads.bytes((i % 10 == 0) ? 250 * 1024 : 20 * 1024, i))
            .toArray();
        assertThat(run("Digests", arguments)).isEqualTo(digests(arguments));
        assertThat(references()).hasSizeBetween(4, 6)
            .allSatisfy((reference) -> assertThat(reference.data()).hasSize(250 * 1024));
    }

    @Test
    void keepsWhatFitsInline() {
        assertThat(run("Digests", bytes(6, 240 * 1024))).isEqualTo(digests(6, 240 * 1024));
        assertThat(references()).isEmpty();
    }

    @Test
    void storesPartOfAMemo() {
        Map<String, Object> memo = new LinkedHashMap<>();
        IntStream.range(0, 9).forEach((i) -> memo.put("key-" + i, Payloads.bytes(QUARTER_MEGABYTE, i)));
        WorkflowStub stub = application.getClient()
            .newUntypedWorkflowStub("Digests", application.options(this.workflowId).setMemo(memo).build());
        stub.start();
        assertThat(result(stub)).isEmpty();
        assertThat(references()).extracting(Reference::target)
            .hasSize(3)
            .containsOnly(workflow("Digests", this.workflowId, null));
        for (int i = 0; i < 9; i++) {
            assertThat(stub.describe().getMemo("key-" + i, byte[].class))
                .isEqualTo(Payloads.bytes(QUARTER_MEGABYTE, i));
        }
    }

    @Test
    void storesListsThatFitAndTogetherExceedAMessage() {
        Map<String, Object> memo = new LinkedHashMap<>();
        IntStream.range(0, 6).forEach((i) -> memo.put("key-" + i, Payloads.bytes(240 * 1024, 100 + i)));
        WorkflowStub stub = application.getClient()
            .newUntypedWorkflowStub("Digests", application.options(this.workflowId).setMemo(memo).build());
        stub.signalWithStart("signal", bytes(6, 240 * 1024), bytes(6, 240 * 1024));
        assertThat(result(stub)).isEqualTo(digests(6, 240 * 1024));
        assertThat(references()).hasSizeBetween(5, 8);
    }

    @Test
    void storesArgumentsOfSignals() {
        WorkflowStub stub = startStub("Signals");
        stub.signal("signal", bytes(9, QUARTER_MEGABYTE));
        assertThat(result(stub)).isEqualTo(digests(9, QUARTER_MEGABYTE));
        assertThat(references()).extracting(Reference::event, Reference::target)
            .hasSize(3)
            .containsOnly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, workflow(null, this.workflowId, null)));
    }

    @Test
    void storesArgumentsOfSignalsBetweenWorkflows() {
        WorkflowStub stub = startStub("Signals");
        String receiverId = this.workflowId;
        WorkflowStub sender = application.getClient()
            .newUntypedWorkflowStub("Sender", application.options(receiverId + "-sender").build());
        sender.start(receiverId);
        sender.getResult(String[].class);
        assertThat(result(stub)).isEqualTo(digests(9, QUARTER_MEGABYTE));
        assertThat(references()).extracting(Reference::event).containsOnly(EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
    }

    @Test
    void storesArgumentsOfQueriesAndUpdates() {
        WorkflowStub stub = startStub("Signals");
        awaitHandlers(stub);
        assertThat(List.of(stub.query("query", String[].class, bytes(9, QUARTER_MEGABYTE))))
            .isEqualTo(digests(9, QUARTER_MEGABYTE));
        assertThat(List.of(stub.update("update", String[].class, bytes(9, QUARTER_MEGABYTE))))
            .isEqualTo(digests(9, QUARTER_MEGABYTE));
        stub.signal("signal", (Object) new byte[1]);
        result(stub);
        assertThat(references()).isNotEmpty();
    }

    /** The server accepts ten updates at a time, so each records a side effect, too. */
    @Test
    void storesResultsOfUpdatesThatCompleteTogether() {
        WorkflowStub stub = startStub("Signals");
        awaitHandlers(stub);
        List<WorkflowUpdateHandle<byte[]>> updates = IntStream.range(0, 10)
            .mapToObj((i) -> stub.startUpdate(UpdateOptions.newBuilder(byte[].class)
                .setUpdateName("gather")
                .setUpdateId("update-" + i)
                .setWaitForStage(WorkflowUpdateStage.ACCEPTED)
                .build(), i))
            .toList();
        stub.signal("signal", (Object) new byte[1]);
        for (int i = 0; i < 10; i++) {
            assertThat(updates.get(i).getResult()).isEqualTo(Payloads.bytes(QUARTER_MEGABYTE, i));
        }
        result(stub);
        String target = workflow("Signals", this.workflowId, application.runId(this.workflowId));
        assertThat(references()).extracting(Reference::event, Reference::target)
            .hasSizeBetween(8, 12)
            .containsOnly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, target));
    }

    /** A memo grows over many tasks, and the server limits what it has grown to. */
    @Test
    void storesPartOfAMemoThatGrowsOverManyTasks() {
        run("GrowingMemo", 12, QUARTER_MEGABYTE);
        assertOwnReferences(EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, "GrowingMemo");
        assertThat(references()).hasSize(6);
    }

    @Test
    void keepsAMemoThatChangesInOnePlaceInline() {
        run("ChangingMemo", 12, QUARTER_MEGABYTE);
        assertThat(references()).isEmpty();
    }

    @Test
    void storesArgumentsOfActivitiesThatAreScheduledTogether() {
        assertThat(run("Activities", 20, QUARTER_MEGABYTE)).isEqualTo(digests(20, QUARTER_MEGABYTE));
        assertOwnReferences(EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, "Activities");
        assertThat(references()).hasSizeBetween(8, 12);
        assertReplays();
    }

    @Test
    void storesArgumentsOfManySmallActivities() {
        assertThat(run("Activities", 200, 30 * 1024)).isEqualTo(digests(200, 30 * 1024));
        assertOwnReferences(EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, "Activities");
    }

    @Test
    void storesArgumentsOfOneActivityAndDetailsOfItsFailureAndItsHeartbeat() {
        assertThat(run("NineArguments")).containsExactlyElementsOf(
                Stream.concat(digests(9, QUARTER_MEGABYTE).stream(), digests(9, QUARTER_MEGABYTE).stream()).toList());
        assertThat(references()).hasSizeGreaterThanOrEqualTo(6);
    }

    @Test
    void storesInputOfChildren() {
        assertThat(run("Children", 20, QUARTER_MEGABYTE)).isEqualTo(digests(20, QUARTER_MEGABYTE));
        assertThat(references()).extracting(Reference::event)
            .isNotEmpty()
            .contains(EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED);
        assertThat(references()).extracting(Reference::target)
            .allSatisfy((target) -> assertThat(target).startsWith("v0/ns/default/wt/Digests/wi/" + this.workflowId)
                .endsWith("/ri/null"));
    }

    @Test
    void storesSideEffects() {
        assertThat(run("SideEffects", 20, QUARTER_MEGABYTE)).isEqualTo(digests(20, QUARTER_MEGABYTE));
        assertOwnReferences(EVENT_TYPE_MARKER_RECORDED, "SideEffects");
        assertReplays();
    }

    @Test
    void storesResultsOfLocalActivities() {
        assertThat(run("LocalActivities", 20, QUARTER_MEGABYTE)).isEqualTo(digests(20, QUARTER_MEGABYTE));
        assertOwnReferences(EVENT_TYPE_MARKER_RECORDED, "LocalActivities");
    }

    @Test
    void storesPartOfAnUpsertedMemo() {
        run("Memos", 9, QUARTER_MEGABYTE);
        assertOwnReferences(EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, "Memos");
    }

    @Test
    void storesInputOfAContinuation() {
        WorkflowStub stub = startStub("Continuing", 9, QUARTER_MEGABYTE);
        String first = stub.getExecution().getRunId();
        assertThat(result(stub)).isEqualTo(digests(9, QUARTER_MEGABYTE));
        assertThat(application.references(application.getClient(), this.workflowId, first))
            .extracting(Reference::event, Reference::target)
            .hasSize(3)
            .containsOnly(
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, workflow("Digests", this.workflowId, null)));
    }

    @Test
    void storesDetailsOfAFailure() {
        WorkflowStub stub = startStub("Failing");
        ApplicationFailure failure = (ApplicationFailure) catchThrowableOfType(WorkflowFailedException.class,
                () -> result(stub))
            .getCause();
        for (int i = 0; i < 9; i++) {
            assertThat(failure.getDetails().get(i, byte[].class)).isEqualTo(Payloads.bytes(QUARTER_MEGABYTE, i));
        }
        assertOwnReferences(EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, "Failing");
    }

    @Test
    void storesRawValuesUnchanged() {
        Payload raw = Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("application/x-test"))
            .putMetadata("owner", ByteString.copyFromUtf8("application"))
            .setData(ByteString.copyFrom(Payloads.bytes(QUARTER_MEGABYTE, 1)))
            .build();
        Object[] arguments = IntStream.range(0, 9).mapToObj((i) -> new RawValue(raw)).toArray();
        assertThat(run("RawDigests", arguments)).hasSize(9).containsOnly(Payloads.sha256(raw.getData().toByteArray()));
        assertThat(references()).extracting(Reference::stored).hasSize(3).containsOnly(raw);
    }

    /** The server keeps the last heartbeat of each activity: 8 MB are too many. */
    @Test
    void storesHeartbeatsOfActivitiesThatRunTogether() {
        assertThat(run("Heartbeats", TOGETHER, QUARTER_MEGABYTE)).hasSize(TOGETHER);
        assertThat(application.getS3().keys(application.getBucket())).filteredOn((key) -> key.contains(this.workflowId))
            .hasSizeGreaterThan(TOGETHER / 2);
    }

    @Test
    void storesSignalsThatAreSentTogether() {
        assertThat(run("SendingTogether", 20, QUARTER_MEGABYTE)).isEmpty();
        assertThat(references()).extracting(Reference::target)
            .isNotEmpty()
            .containsOnly(workflow(null, this.workflowId + "-child", null));
    }

    @Test
    void storesArgumentsOfASchedule() {
        ScheduleHandle schedule = application.getScheduleClient()
            .createSchedule(this.workflowId + "-schedule",
                    Schedule.newBuilder()
                        .setSpec(ScheduleSpec.newBuilder().build())
                        .setAction(ScheduleActionStartWorkflow.newBuilder()
                            .setWorkflowType("Digests")
                            .setArguments(bytes(9, QUARTER_MEGABYTE))
                            .setOptions(application.options(this.workflowId).build())
                            .build())
                        .build(),
                    ScheduleOptions.newBuilder().setTriggerImmediately(true).build());
        try {
            assertThat(((ScheduleActionStartWorkflow) schedule.describe().getSchedule().getAction()).getArguments()
                .get(0, byte[].class)).isEqualTo(Payloads.bytes(QUARTER_MEGABYTE, 0));
        }
        finally {
            schedule.delete();
        }
    }

    private List<String> run(String type, Object... arguments) {
        return result(startStub(type, arguments));
    }

    private WorkflowStub startStub(String type, Object... arguments) {
        WorkflowStub stub = application.getClient()
            .newUntypedWorkflowStub(type, application.options(this.workflowId).build());
        stub.start(arguments);
        return stub;
    }

    /** A dynamic workflow has no handlers before it runs. */
    private static void awaitHandlers(WorkflowStub stub) {
        stub.query("query", String[].class);
    }

    private static List<String> result(WorkflowStub stub) {
        return List.of(stub.getResult(String[].class));
    }

    private List<Reference> references() {
        return application.references(this.workflowId);
    }

    private void assertOwnReferences(EventType event, String type) {
        assertThat(references()).extracting(Reference::event, Reference::target)
            .isNotEmpty()
            .containsOnly(tuple(event, workflow(type, this.workflowId, application.runId(this.workflowId))));
    }

    private void assertReplays() {
        WorkflowExecutionHistory history = application.getClient().fetchHistory(this.workflowId);
        TestEnvironmentOptions options = TestEnvironmentOptions.newBuilder()
            .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                .setExternalStorage(application.getContext().getBean(ExternalStorage.class))
                .build())
            .build();
        try (TestWorkflowEnvironment environment = TestWorkflowEnvironment.newInstance(options)) {
            assertThatCode(() -> WorkflowReplayer.replayWorkflowExecution(history, environment, Adding.class))
                .doesNotThrowAnyException();
        }
    }

    private static Object[] bytes(int count, int size) {
        return IntStream.range(0, count).mapToObj((i) -> Payloads.bytes(size, i)).toArray();
    }

    private static List<String> digests(int count, int size) {
        return digests(bytes(count, size));
    }

    private static List<String> digests(Object... arguments) {
        return Stream.of(arguments).map((argument) -> Payloads.sha256((byte[]) argument)).toList();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Activities addingActivities() {
            return new Activities() {

                private final CyclicBarrier together = new CyclicBarrier(TOGETHER);

                @Override
                public String digest(byte[] bytes) {
                    return Payloads.sha256(bytes);
                }

                @Override
                public String beat(int index, int size) {
                    Activity.getExecutionContext().heartbeat(Payloads.bytes(size, index));
                    try {
                        // Until all have sent theirs.
                        this.together.await(30, TimeUnit.SECONDS);
                    }
                    catch (Exception ex) {
                        throw new IllegalStateException(ex);
                    }
                    return Integer.toString(index);
                }

                @Override
                public byte[] make(int index, int size) {
                    return Payloads.bytes(size, index);
                }

                @Override
                public List<String> nine(byte[] a, byte[] b, byte[] c, byte[] d, byte[] e, byte[] f, byte[] g, byte[] h,
                        byte[] i) {
                    Object[] all = { a, b, c, d, e, f, g, h, i };
                    if (Activity.getExecutionContext().getInfo().getAttempt() == 1) {
                        throw ApplicationFailure.newFailure("as asked", "Test", bytes(9, QUARTER_MEGABYTE));
                    }
                    return digests(all);
                }

            };
        }

    }

    @ActivityInterface
    public interface Activities {

        String digest(byte[] bytes);

        byte[] make(int index, int size);

        String beat(int index, int size);

        List<String> nine(byte[] a, byte[] b, byte[] c, byte[] d, byte[] e, byte[] f, byte[] g, byte[] h, byte[] i);

    }

    /** Does what its type says, with as many payloads as it is told. */
    public static class Adding implements DynamicWorkflow {

        private final List<String> received = new ArrayList<>();

        private boolean signaled;

        @Override
        public Object execute(EncodedValues arguments) {
            Workflow.registerListener((DynamicSignalHandler) (name, values) -> {
                this.received.addAll(digests(values));
                this.signaled = true;
            });
            Workflow.registerListener((DynamicQueryHandler) (name, values) -> digests(values));
            Workflow.registerListener((DynamicUpdateHandler) (name, values) -> {
                if (name.equals("gather")) {
                    Workflow.await(() -> this.signaled);
                    int index = values.get(0, Integer.class);
                    Workflow.sideEffect(byte[].class, () -> Payloads.bytes(QUARTER_MEGABYTE - 1024, index));
                    return Payloads.bytes(QUARTER_MEGABYTE, index);
                }
                return digests(values);
            });
            ActivityOptions options = ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofSeconds(30))
                .build();
            Activities activities = Workflow.newActivityStub(Activities.class, options);
            return switch (Workflow.getInfo().getWorkflowType()) {
                case "Digests" -> digests(arguments);
                case "RawDigests" -> IntStream.range(0, arguments.getSize())
                    .mapToObj((i) -> Payloads
                        .sha256(arguments.get(i, RawValue.class).getPayload().getData().toByteArray()))
                    .toList();
                case "Signals" -> {
                    Workflow.await(() -> this.signaled);
                    Workflow.await(Workflow::isEveryHandlerFinished);
                    yield this.received;
                }
                case "Sender" -> {
                    Workflow.newUntypedExternalWorkflowStub(arguments.get(0, String.class))
                        .signal("signal", bytes(9, QUARTER_MEGABYTE));
                    yield List.of();
                }
                case "Activities" -> all(arguments, (bytes) -> Async.function(activities::digest, bytes));
                case "Children" ->
                    all(arguments,
                            (bytes) -> Workflow
                                .newUntypedChildWorkflowStub("Digests",
                                        ChildWorkflowOptions.newBuilder()
                                            .setWorkflowId(
                                                    Workflow.getInfo().getWorkflowId() + "-" + Workflow.randomUUID())
                                            .build())
                                .executeAsync(String[].class, (Object) bytes)
                                .thenApply((digest) -> digest[0]));
                case "SideEffects" -> {
                    List<String> digests = new ArrayList<>();
                    for (int i = 0; i < arguments.get(0, Integer.class); i++) {
                        int index = i;
                        digests.add(Payloads.sha256(Workflow.sideEffect(byte[].class,
                                () -> Payloads.bytes(arguments.get(1, Integer.class), index))));
                    }
                    // Another task, so that the side effects are in history.
                    Workflow.sleep(Duration.ofMillis(1));
                    yield digests;
                }
                case "LocalActivities" -> {
                    Activities local = Workflow.newLocalActivityStub(Activities.class,
                            LocalActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofSeconds(30)).build());
                    List<Promise<byte[]>> results = new ArrayList<>();
                    for (int i = 0; i < arguments.get(0, Integer.class); i++) {
                        results.add(Async.function(local::make, i, arguments.get(1, Integer.class)));
                    }
                    yield results.stream().map((result) -> Payloads.sha256(result.get())).toList();
                }
                case "Memos" -> {
                    Map<String, Object> memo = new LinkedHashMap<>();
                    for (int i = 0; i < arguments.get(0, Integer.class); i++) {
                        memo.put("key-" + i, Payloads.bytes(arguments.get(1, Integer.class), i));
                    }
                    Workflow.upsertMemo(memo);
                    yield List.of();
                }
                case "GrowingMemo", "ChangingMemo" -> {
                    boolean growing = Workflow.getInfo().getWorkflowType().equals("GrowingMemo");
                    for (int i = 0; i < arguments.get(0, Integer.class); i++) {
                        Workflow.upsertMemo(
                                Map.of("key-" + (growing ? i : 0), Payloads.bytes(arguments.get(1, Integer.class), i)));
                        Workflow.sleep(Duration.ofMillis(1));
                    }
                    yield List.of();
                }
                case "Continuing" -> {
                    Workflow.continueAsNew("Digests", ContinueAsNewOptions.newBuilder().build(),
                            bytes(arguments.get(0, Integer.class), arguments.get(1, Integer.class)));
                    yield List.of();
                }
                case "Failing" ->
                    throw ApplicationFailure.newNonRetryableFailure("as asked", "Test", bytes(9, QUARTER_MEGABYTE));
                case "Sleeping" -> {
                    Workflow.sleep(Duration.ofSeconds(30));
                    yield List.of();
                }
                case "Heartbeats" -> {
                    List<Promise<String>> digests = new ArrayList<>();
                    for (int i = 0; i < arguments.get(0, Integer.class); i++) {
                        digests.add(Async.function(activities::beat, i, arguments.get(1, Integer.class)));
                    }
                    yield digests.stream().map(Promise::get).toList();
                }
                case "SendingTogether" -> {
                    String childId = Workflow.getInfo().getWorkflowId() + "-child";
                    ChildWorkflowStub child = Workflow.newUntypedChildWorkflowStub("Sleeping",
                            ChildWorkflowOptions.newBuilder().setWorkflowId(childId).build());
                    child.executeAsync(String[].class);
                    child.getExecution().get();
                    ExternalWorkflowStub receiver = Workflow.newUntypedExternalWorkflowStub(childId);
                    List<Promise<Void>> signals = new ArrayList<>();
                    for (int i = 0; i < arguments.get(0, Integer.class); i++) {
                        byte[] bytes = Payloads.bytes(arguments.get(1, Integer.class), i);
                        signals.add(Async.procedure(() -> receiver.signal("signal", bytes)));
                    }
                    signals.forEach(Promise::get);
                    yield List.of();
                }
                case "NineArguments" -> nineArguments(options);
                case "FailingActivity" -> List.of(Workflow.newUntypedActivityStub(options)
                    .execute("Nine", String[].class,
                            IntStream.range(0, 9).mapToObj((i) -> Payloads.bytes(100 * 1024, i)).toArray()));
                default -> throw new IllegalArgumentException(Workflow.getInfo().getWorkflowType());
            };
        }

        private static List<String> nineArguments(ActivityOptions options) {
            ActivityStub once = Workflow.newUntypedActivityStub(options.toBuilder()
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                .build());
            List<String> digests = new ArrayList<>();
            try {
                once.execute("Nine", String[].class, bytes(9, QUARTER_MEGABYTE));
            }
            catch (ActivityFailure ex) {
                ApplicationFailure failure = (ApplicationFailure) ex.getCause();
                for (int i = 0; i < 9; i++) {
                    digests.add(Payloads.sha256(failure.getDetails().get(i, byte[].class)));
                }
            }
            digests.addAll(List.of(Workflow.newUntypedActivityStub(options)
                .execute("Nine", String[].class, bytes(9, QUARTER_MEGABYTE))));
            return digests;
        }

        private static List<String> all(EncodedValues arguments, Function<byte[], Promise<String>> start) {
            List<Promise<String>> digests = new ArrayList<>();
            for (int i = 0; i < arguments.get(0, Integer.class); i++) {
                digests.add(start.apply(Payloads.bytes(arguments.get(1, Integer.class), i)));
            }
            return digests.stream().map(Promise::get).toList();
        }

        private static List<String> digests(EncodedValues values) {
            return IntStream.range(0, values.getSize())
                .mapToObj((i) -> Payloads.sha256(values.get(i, byte[].class)))
                .toList();
        }

    }

}
