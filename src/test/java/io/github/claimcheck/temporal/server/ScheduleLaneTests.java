package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static io.github.claimcheck.temporal.server.ServerApplication.workflow;
import static io.github.claimcheck.temporal.testing.TransferWorkflow.shift;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.server.ServerApplication.Reference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.workflow.v1.NewWorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeScheduleRequest;
import io.temporal.api.workflowservice.v1.DescribeScheduleResponse;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionExecutionStartWorkflow;
import io.temporal.client.schedules.ScheduleActionResult;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleClient;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.client.schedules.ScheduleClientPlugin;
import io.temporal.client.schedules.ScheduleDescription;
import io.temporal.client.schedules.ScheduleException;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.client.schedules.ScheduleListDescription;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.client.schedules.ScheduleSpec;
import io.temporal.client.schedules.ScheduleState;
import io.temporal.client.schedules.ScheduleUpdate;
import io.temporal.common.converter.EncodedValues;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/**
 * Tests schedules, for which the SDK has no external storage, on a real Temporal server.
 */
@TemporalServerTest
class ScheduleLaneTests {

    private static ServerApplication application;

    private final String scheduleId = UUID.randomUUID().toString();

    private final String workflowId = this.scheduleId + "-workflow";

    private final byte[] input = Payloads.bytes(THREE_MEGABYTES, 1);

    private final byte[] memo = Payloads.bytes(THREE_MEGABYTES, 2);

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class,
                ServerApplication.workflows(Scheduled.Implementation.class));
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @AfterEach
    void delete() {
        try {
            handle().delete();
        }
        catch (ScheduleException ex) {
            // The test has not come to create it.
        }
    }

    @Test
    void storesInputAndMemoOfANewSchedule() {
        create();
        assertStored(this.input);
    }

    @Test
    void describesInputAndMemo() {
        create();
        ScheduleDescription description = handle().describe();
        ScheduleActionStartWorkflow action = action(description.getSchedule());
        assertThat(action.getArguments().get(0, byte[].class)).isEqualTo(this.input);
        assertThat(((EncodedValues) action.getOptions().getMemo().get("workflow")).get(0, byte[].class))
            .isEqualTo(this.memo);
    }

    @Test
    void keepsTheMemoOfTheScheduleInline() {
        // It becomes the memo of a workflow of the server's, whose worker has no external
        // storage.
        byte[] own = Payloads.bytes(ServerApplication.THRESHOLD, 3);
        create(ScheduleOptions.newBuilder().setMemo(Map.of("schedule", own)).build());
        assertThat(handle().describe().getMemo("schedule", byte[].class)).isEqualTo(own);
        Payload payload = describe().getMemo().getFieldsOrThrow("schedule");
        assertThat(StorageReference.isReference(payload)).isFalse();
        assertThat(payload.getSerializedSize()).isGreaterThanOrEqualTo(ServerApplication.THRESHOLD);
        await().atMost(Duration.ofSeconds(20))
            .untilAsserted(() -> assertThat(application.getScheduleClient()
                .listSchedules()
                .filter((listed) -> listed.getScheduleId().equals(this.scheduleId))).singleElement()
                .extracting((ScheduleListDescription listed) -> listed.getMemo("schedule", byte[].class))
                .isEqualTo(own));
        assertStored(this.input);
    }

    @Test
    void serverRejectsALargeMemoOfTheSchedule() {
        ScheduleOptions options = ScheduleOptions.newBuilder()
            .setMemo(Map.of("schedule", Payloads.bytes(THREE_MEGABYTES, 3)))
            .build();
        assertThatThrownBy(() -> create(options)).hasStackTraceContaining("INVALID_ARGUMENT: Memo size exceeds limit.");
    }

    @Test
    void storesInputAndMemoOfAnUpdatedSchedule() {
        create();
        byte[] newInput = Payloads.bytes(THREE_MEGABYTES, 4);
        byte[] newMemo = Payloads.bytes(THREE_MEGABYTES, 5);
        handle().update((current) -> new ScheduleUpdate(Schedule.newBuilder(current.getDescription().getSchedule())
            .setAction(newAction(newInput, newMemo))
            .build()));

        assertThat(references(action().getInput())).containsExactly(newInput);
        assertThat(references(action().getMemo().getFieldsOrThrow("workflow"))).containsExactly(newMemo);
        ScheduleActionStartWorkflow action = action(handle().describe().getSchedule());
        assertThat(action.getArguments().get(0, byte[].class)).isEqualTo(newInput);
    }

    @Test
    void keepsReferencesInAnUnrelatedUpdate() {
        create();
        NewWorkflowExecutionInfo before = action();
        List<String> objects = application.getS3().keys(application.getBucket());
        handle().update((current) -> new ScheduleUpdate(Schedule.newBuilder(current.getDescription().getSchedule())
            .setState(ScheduleState.newBuilder().setPaused(true).setNote("changed").build())
            .build()));

        assertThat(describe().getSchedule().getState().getNotes()).isEqualTo("changed");
        assertThat(action().getInput()).isEqualTo(before.getInput());
        assertThat(action().getMemo()).isEqualTo(before.getMemo());
        assertThat(application.getS3().keys(application.getBucket())).containsExactlyElementsOf(objects);
        assertStored(this.input);
    }

    @Test
    void startedWorkflowReadsInputAndMemo() {
        create();
        handle().trigger();
        String started = await().atMost(Duration.ofSeconds(30)).until(() -> {
            List<ScheduleActionResult> actions = handle().describe().getInfo().getRecentActions();
            return actions.isEmpty() ? null
                    : ((ScheduleActionExecutionStartWorkflow) actions.get(0).getAction()).getWorkflowId();
        }, (id) -> id != null);
        assertThat(application.getClient().newUntypedWorkflowStub(started).getResult(byte[].class))
            .isEqualTo(shift(this.input, this.memo[0]));

        // The workflow is stored for before it exists: the schedule knows neither run nor
        // the ID with the time in it,
        // and the SDK does not tell the converter the type.
        String target = workflow(null, this.workflowId, null);
        List<Reference> references = application.references(started);
        assertThat(references).extracting(Reference::event, Reference::target)
            .containsExactlyInAnyOrder(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, target),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, target), tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
                            workflow("Scheduled", started.replace(":", "%3A"), application.runId(started))));
    }

    @Test
    void storesALargeHeaderOfTheClientsContextPropagator() {
        ScheduleClient client = ScheduleClient.newInstance(application.getClient().getWorkflowServiceStubs(),
                ScheduleClientOptions.newBuilder()
                    .setContextPropagators(List.of(new LargeContextPropagator()))
                    .setPlugins(application.getContext().getBean(ScheduleClientPlugin.class))
                    .build());
        client.createSchedule(this.scheduleId,
                Schedule.newBuilder()
                    .setAction(newAction(this.input, this.memo))
                    .setSpec(ScheduleSpec.newBuilder().build())
                    .build(),
                ScheduleOptions.newBuilder().build());
        assertThat(application.references(action().getHeader())).singleElement()
            .extracting(Reference::data)
            .isEqualTo(Payloads.bytes(THREE_MEGABYTES, 1));
    }

    /**
     * The SDK asks no converter for headers, and these propagators do not pass through
     * the client's options.
     */
    @Test
    void storesAHeaderOfTheActionsContextPropagatorThatTheServerWouldReject() {
        Schedule schedule = Schedule.newBuilder()
            .setAction(ScheduleActionStartWorkflow.newBuilder()
                .setWorkflowType("Scheduled")
                .setOptions(options().setContextPropagators(List.of(new LargeContextPropagator())).build())
                .build())
            .setSpec(ScheduleSpec.newBuilder().build())
            .build();
        application.getScheduleClient().createSchedule(this.scheduleId, schedule, ScheduleOptions.newBuilder().build());
        assertThat(application.references(action().getHeader())).singleElement().satisfies((reference) -> {
            assertThat(reference.target()).isEqualTo(workflow("Scheduled", action().getWorkflowId(), null));
            assertThat(reference.data()).isEqualTo(Payloads.bytes(THREE_MEGABYTES, 1));
        });
    }

    private void create() {
        create(ScheduleOptions.newBuilder().build());
    }

    private void create(ScheduleOptions options) {
        Schedule schedule = Schedule.newBuilder()
            .setAction(newAction(this.input, this.memo))
            .setSpec(ScheduleSpec.newBuilder().build())
            .build();
        application.getScheduleClient().createSchedule(this.scheduleId, schedule, options);
    }

    private ScheduleActionStartWorkflow newAction(byte[] input, byte[] memo) {
        return ScheduleActionStartWorkflow.newBuilder()
            .setWorkflowType(Scheduled.class)
            .setOptions(options().setMemo(Map.of("workflow", memo)).build())
            .setArguments((Object) input)
            .build();
    }

    private WorkflowOptions.Builder options() {
        return WorkflowOptions.newBuilder().setWorkflowId(this.workflowId).setTaskQueue(application.getTaskQueue());
    }

    private ScheduleHandle handle() {
        return application.getScheduleClient().getHandle(this.scheduleId);
    }

    private static ScheduleActionStartWorkflow action(Schedule schedule) {
        return (ScheduleActionStartWorkflow) schedule.getAction();
    }

    /**
     * Asserts that the server has references, with the targets that the SDK passes to the
     * converter.
     */
    private void assertStored(byte[] expectedInput) {
        String target = workflow(null, this.workflowId, null);
        assertThat(application.references(action().getInput())).singleElement().satisfies((reference) -> {
            assertThat(reference.target()).isEqualTo(target);
            assertThat(reference.data()).isEqualTo(expectedInput);
        });
        assertThat(application.references(action().getMemo())).singleElement().satisfies((reference) -> {
            assertThat(reference.target()).isEqualTo(target);
            assertThat(reference.data()).isEqualTo(this.memo);
        });
    }

    private List<byte[]> references(Message message) {
        return application.references(message).stream().map(Reference::data).toList();
    }

    private NewWorkflowExecutionInfo action() {
        return describe().getSchedule().getAction().getStartWorkflow();
    }

    /** Describes the schedule with its references. */
    private DescribeScheduleResponse describe() {
        return application.getClient()
            .getWorkflowServiceStubs()
            .blockingStub()
            .describeSchedule(DescribeScheduleRequest.newBuilder()
                .setNamespace("default")
                .setScheduleId(this.scheduleId)
                .build());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

    }

    @WorkflowInterface
    public interface Scheduled {

        @WorkflowMethod
        byte[] run(byte[] bytes);

        class Implementation implements Scheduled {

            @Override
            public byte[] run(byte[] bytes) {
                return shift(bytes, Workflow.getMemo("workflow", byte[].class, byte[].class)[0]);
            }

        }

    }

}
