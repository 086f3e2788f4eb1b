package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static io.github.claimcheck.temporal.server.ServerApplication.workflow;
import static io.github.claimcheck.temporal.testing.TransferWorkflow.shift;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.claimcheck.temporal.server.ServerApplication.Reference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WithStartWorkflowOperation;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowTargetOptions;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.client.WorkflowUpdateHandle;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** Tests signals, queries and updates on a real Temporal server. */
@TemporalServerTest
class MessageLaneTests {

    private static ServerApplication application;

    private final String workflowId = UUID.randomUUID().toString();

    private final byte[] input = Payloads.bytes(THREE_MEGABYTES, 1);

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class,
                ServerApplication.workflows(Inbox.Implementation.class, Sender.Implementation.class));
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void storesSignals() {
        WorkflowStub workflow = startInbox();
        workflow.signal("put", this.input);
        assertThat(result(workflow)).isEqualTo(this.input);

        // A client that signals knows the workflow's ID only.
        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, workflow(null, this.workflowId, null)),
                    completed());
    }

    @Test
    void storesSignalsThatStartAWorkflow() {
        WorkflowStub workflow = inbox();
        workflow.signalWithStart("put", new Object[] { shift(this.input, 1) }, new Object[] { this.input });
        assertThat(result(workflow)).isEqualTo(shift(this.input, 1));

        String target = workflow("Inbox", this.workflowId, null);
        List<Reference> references = application.references(this.workflowId);
        assertThat(references).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, target),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, target), completed());
        assertThat(references.get(0).data()).isEqualTo(this.input);
    }

    @Test
    void storesSignalsToAnotherWorkflowForThatWorkflow() {
        WorkflowStub workflow = startInbox();
        String senderId = this.workflowId + "-sender";
        application.newWorkflow(Sender.class, senderId).send(this.workflowId, this.input);
        assertThat(result(workflow)).isEqualTo(shift(this.input, 1));

        String target = workflow(null, this.workflowId, null);
        assertThat(application.references(senderId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Sender", senderId, null)),
                    tuple(EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, target));
        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, target), completed());
    }

    @Test
    void storesQueriesOfRunningAndClosedWorkflows() {
        WorkflowStub workflow = startInbox();
        assertThat(workflow.query("shifted", byte[].class, this.input)).isEqualTo(shift(this.input, 1));
        String runId = application.runId(this.workflowId);
        // A client that queries knows the workflow's ID only, the worker knows the rest.
        String argument = workflow(null, this.workflowId, null);
        String result = workflow("Inbox", this.workflowId, runId);
        assertThat(targets()).containsExactlyInAnyOrder(argument, result);

        byte[] last = Payloads.bytes(1024, 2);
        workflow.signal("put", last);
        assertThat(result(workflow)).isEqualTo(last);
        byte[] other = Payloads.bytes(THREE_MEGABYTES, 3);
        assertThat(workflow.query("shifted", byte[].class, other)).isEqualTo(shift(other, 1));
        assertThat(targets()).containsExactlyInAnyOrder(argument, result, argument, result);
        // Queries leave no trace in history.
        assertThat(application.references(this.workflowId)).isEmpty();
    }

    @Test
    void storesAMessageToARunForThatRun() {
        startInbox();
        String runId = application.runId(this.workflowId);
        WorkflowStub workflow = application.getClient()
            .newUntypedWorkflowStub(
                    WorkflowTargetOptions.newBuilder().setWorkflowId(this.workflowId).setRunId(runId).build(),
                    Optional.empty());
        workflow.signal("put", this.input);
        assertThat(result(workflow)).isEqualTo(this.input);
        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, workflow(null, this.workflowId, runId)),
                    completed());
    }

    @Test
    void storesArgumentsAndResultsOfUpdates() {
        WorkflowStub workflow = startInbox();
        assertThat(workflow.update("exchange", byte[].class, this.input)).isEqualTo(shift(this.input, 1));
        assertThat(result(workflow)).isEqualTo(this.input);

        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, workflow(null, this.workflowId, null)),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
                            workflow("Inbox", this.workflowId, application.runId(this.workflowId))),
                    completed());
    }

    @Test
    void retrievesTheResultOfAnUpdateLater() {
        WorkflowStub workflow = startInbox();
        workflow.startUpdate(UpdateOptions.newBuilder(byte[].class)
            .setUpdateName("exchange")
            .setUpdateId("first")
            .setWaitForStage(WorkflowUpdateStage.ACCEPTED)
            .build(), this.input);
        result(workflow);
        WorkflowUpdateHandle<byte[]> handle = application.getClient()
            .newUntypedWorkflowStub(this.workflowId)
            .getUpdateHandle("first", byte[].class);
        assertThat(handle.getResult()).isEqualTo(shift(this.input, 1));
    }

    @Test
    void storesFailureDetailsOfAnUpdate() {
        WorkflowStub workflow = startInbox();
        ApplicationFailure failure = (ApplicationFailure) catchThrowableOfType(WorkflowUpdateException.class,
                () -> workflow.update("refuse", Void.class, this.input))
            .getCause();
        assertThat(failure.getDetails().get(byte[].class)).isEqualTo(shift(this.input, 1));
        workflow.signal("put", new byte[1]);
        result(workflow);

        assertThat(application.references(this.workflowId)).extracting(Reference::event)
            .containsExactly(EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
                    EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED);
    }

    @Test
    void storesUpdatesThatStartAWorkflow() {
        Inbox workflow = application.getClient()
            .newWorkflowStub(Inbox.class,
                    application.options(this.workflowId)
                        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
                        .build());
        byte[] exchanged = WorkflowClient.executeUpdateWithStart(workflow::exchange, shift(this.input, 1),
                UpdateOptions.<byte[]>newBuilder().setWaitForStage(WorkflowUpdateStage.COMPLETED).build(),
                new WithStartWorkflowOperation<>(workflow::open, this.input));
        assertThat(exchanged).isEqualTo(shift(this.input, 2));
        assertThat(result(application.getClient().newUntypedWorkflowStub(this.workflowId)))
            .isEqualTo(shift(this.input, 1));

        String runId = application.runId(this.workflowId);
        List<Reference> references = application.references(this.workflowId);
        assertThat(references).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Inbox", this.workflowId, null)),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, workflow("Inbox", this.workflowId, null)),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, workflow("Inbox", this.workflowId, runId)),
                    completed());
        assertThat(references.get(0).data()).isEqualTo(this.input);
        assertThat(references.get(1).data()).isEqualTo(shift(this.input, 1));
    }

    private WorkflowStub inbox() {
        return application.getClient().newUntypedWorkflowStub("Inbox", application.options(this.workflowId).build());
    }

    private WorkflowStub startInbox() {
        WorkflowStub workflow = inbox();
        workflow.start((Object) new byte[0]);
        return workflow;
    }

    private static byte[] result(WorkflowStub workflow) {
        return workflow.getResult(byte[].class);
    }

    private Tuple completed() {
        return tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
                workflow("Inbox", this.workflowId, application.runId(this.workflowId)));
    }

    /** Returns the targets of this workflow's objects in the bucket. */
    private List<String> targets() {
        return application.getS3()
            .keys(application.getBucket())
            .stream()
            .filter((key) -> key.contains(this.workflowId))
            .map((key) -> key.substring(0, key.indexOf("/d/sha256/")))
            .toList();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

    }

    /** Waits for bytes and returns them. */
    @WorkflowInterface
    public interface Inbox {

        @WorkflowMethod
        byte[] open(byte[] bytes);

        @SignalMethod
        void put(byte[] bytes);

        @QueryMethod
        byte[] shifted(byte[] bytes);

        @UpdateMethod
        byte[] exchange(byte[] bytes);

        @UpdateMethod
        void refuse(byte[] bytes);

        class Implementation implements Inbox {

            private byte[] received;

            @Override
            public byte[] open(byte[] bytes) {
                Workflow.await(() -> this.received != null && Workflow.isEveryHandlerFinished());
                return this.received;
            }

            @Override
            public void put(byte[] bytes) {
                this.received = bytes;
            }

            @Override
            public byte[] shifted(byte[] bytes) {
                return shift(bytes, 1);
            }

            @Override
            public byte[] exchange(byte[] bytes) {
                this.received = bytes;
                return shift(bytes, 1);
            }

            @Override
            public void refuse(byte[] bytes) {
                throw ApplicationFailure.newFailure("as asked", "Test", shift(bytes, 1));
            }

        }

    }

    @WorkflowInterface
    public interface Sender {

        @WorkflowMethod
        void send(String receiverId, byte[] bytes);

        class Implementation implements Sender {

            @Override
            public void send(String receiverId, byte[] bytes) {
                Workflow.newExternalWorkflowStub(Inbox.class, receiverId).put(shift(bytes, 1));
            }

        }

    }

}
