package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static io.github.claimcheck.temporal.server.ServerApplication.workflow;
import static io.github.claimcheck.temporal.testing.TransferWorkflow.shift;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_MARKER_RECORDED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.server.ServerApplication.Reference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.client.ActivityCompletionClient;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tests activities of workflows on a real Temporal server. */
@TemporalServerTest
class ActivityLaneTests {

    private static ServerApplication application;

    private final String workflowId = UUID.randomUUID().toString();

    private final byte[] input = Payloads.bytes(THREE_MEGABYTES, 1);

    @BeforeAll
    static void start() {
        application = new ServerApplication(
                Application.class, ServerApplication.workflows(Calling.Implementation.class,
                        CallingLocally.Implementation.class, Canceling.Implementation.class),
                "worker.activity-beans[0]=activities");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void storesInputAndResult() {
        assertThat(call("Shift")).isEqualTo(shift(this.input, 1));

        // What an activity takes and gives belongs to the workflow that called it.
        String target = workflow("Calling", this.workflowId, runId());
        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(started(), tuple(EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, target),
                    tuple(EVENT_TYPE_ACTIVITY_TASK_COMPLETED, target),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, target));
    }

    @Test
    void storesHeartbeatDetailsForTheNextAttempt() {
        WorkflowStub workflow = startCalling("Beat");
        // The second attempt waits, so that there is a pending activity to look at.
        await().atMost(Duration.ofSeconds(30)).until(() -> Implementation.SECOND_ATTEMPTS.containsKey(this.workflowId));
        PendingActivityInfo pending = application.describe(this.workflowId).getPendingActivities(0);
        assertThat(pending.getAttempt()).isEqualTo(2);
        assertThat(application.references(pending.getHeartbeatDetails())).singleElement().satisfies((reference) -> {
            assertThat(reference.target()).isEqualTo(workflow("Calling", this.workflowId, runId()));
            assertThat(reference.data()).isEqualTo(shift(this.input, 1));
        });
        // What failed the first attempt is there, too, with its details.
        assertThat(application.references(pending.getLastFailure())).singleElement()
            .extracting(Reference::data)
            .isEqualTo(shift(this.input, 2));
        Implementation.SECOND_ATTEMPTS.get(this.workflowId).countDown();
        // The second attempt returns the details of the first one's heartbeat.
        assertThat(workflow.getResult(byte[].class)).isEqualTo(shift(this.input, 1));
    }

    @Test
    void storesFailureDetails() {
        assertThat(call("Fail")).isEqualTo(shift(this.input, 1));

        String target = workflow("Calling", this.workflowId, runId());
        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(started(), tuple(EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, target),
                    tuple(EVENT_TYPE_ACTIVITY_TASK_FAILED, target),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, target));
    }

    @Test
    void storesArgumentsAndResultOfALocalActivity() {
        assertThat(application.newWorkflow(CallingLocally.class, this.workflowId).call(this.input))
            .isEqualTo(shift(this.input, 2));

        String target = workflow("CallingLocally", this.workflowId, runId());
        List<Reference> references = application.references(this.workflowId);
        // One marker holds both.
        assertThat(references).extracting(Reference::event, Reference::target)
            .containsExactly(
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("CallingLocally", this.workflowId, null)),
                    tuple(EVENT_TYPE_MARKER_RECORDED, target), tuple(EVENT_TYPE_MARKER_RECORDED, target),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, target));
        assertThat(references.subList(1, 3)).extracting(Reference::data)
            .containsExactlyInAnyOrder(shift(this.input, 1), shift(this.input, 2));
    }

    @Test
    void storesAResultCompletedByToken() {
        WorkflowStub workflow = startCalling("Later");
        completionClient().complete(later().getTaskToken(), shift(this.input, 1));
        assertThat(workflow.getResult(byte[].class)).isEqualTo(shift(this.input, 1));

        assertThat(target(EVENT_TYPE_ACTIVITY_TASK_COMPLETED))
            // The token names the task to the server only: the SDK does not know whose it
            // is.
            .isEqualTo("v0");
    }

    @Test
    void storesAResultCompletedById() {
        WorkflowStub workflow = startCalling("Later");
        ActivityInfo activity = later();
        completionClient().complete(this.workflowId, Optional.of(activity.getWorkflowRunId()), activity.getActivityId(),
                shift(this.input, 1));
        assertThat(workflow.getResult(byte[].class)).isEqualTo(shift(this.input, 1));

        assertThat(target(EVENT_TYPE_ACTIVITY_TASK_COMPLETED)).isEqualTo(workflow(null, this.workflowId, runId()));
    }

    @Test
    void storesHeartbeatsAndFailuresReportedByAClient() {
        WorkflowStub workflow = startCalling("Later");
        ActivityInfo activity = later();
        completionClient().heartbeat(activity.getTaskToken(), this.input);
        assertThat(application
            .references(application.describe(this.workflowId).getPendingActivities(0).getHeartbeatDetails()))
            .singleElement()
            .extracting(Reference::data)
            .isEqualTo(this.input);
        completionClient().completeExceptionally(activity.getTaskToken(),
                ApplicationFailure.newNonRetryableFailure("as asked", "Test", shift(this.input, 1)));
        assertThat(workflow.getResult(byte[].class)).isEqualTo(shift(this.input, 1));

        assertThat(target(EVENT_TYPE_ACTIVITY_TASK_FAILED)).isEqualTo("v0");
    }

    @Test
    void storesCancellationDetails() {
        Canceling workflow = application.newWorkflow(Canceling.class, this.workflowId);
        WorkflowClient.start(workflow::call);
        ActivityInfo activity = later();
        workflow.cancel();
        // The server takes the details only once it knows that the workflow cancels.
        await().atMost(Duration.ofSeconds(20))
            .until(() -> application.events(this.workflowId)
                .stream()
                .anyMatch((event) -> event.getEventType() == EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED));
        completionClient().reportCancellation(activity.getTaskToken(), this.input);
        assertThat(WorkflowStub.fromTyped(workflow).getResult(byte[].class)).isEqualTo(shift(this.input, 1));

        assertThat(target(EVENT_TYPE_ACTIVITY_TASK_CANCELED)).isEqualTo("v0");
    }

    private static ActivityCompletionClient completionClient() {
        return application.getClient().newActivityCompletionClient();
    }

    private WorkflowStub startCalling(String activity) {
        WorkflowStub workflow = application.getClient()
            .newUntypedWorkflowStub("Calling", application.options(this.workflowId).build());
        workflow.start(activity, this.input);
        return workflow;
    }

    private byte[] call(String activity) {
        return startCalling(activity).getResult(byte[].class);
    }

    private ActivityInfo later() {
        await().atMost(Duration.ofSeconds(20)).until(() -> Implementation.LATER.containsKey(this.workflowId));
        return Implementation.LATER.get(this.workflowId);
    }

    private String target(EventType event) {
        return application.references(this.workflowId)
            .stream()
            .filter((reference) -> reference.event() == event)
            .map(Reference::target)
            .reduce((first, second) -> first + second)
            .orElseThrow();
    }

    private Tuple started() {
        return tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Calling", this.workflowId, null));
    }

    private String runId() {
        return application.runId(this.workflowId);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Activities activities() {
            return new Implementation();
        }

    }

    @ActivityInterface
    public interface Activities {

        @ActivityMethod
        byte[] shift(byte[] bytes);

        @ActivityMethod
        byte[] beat(byte[] bytes);

        @ActivityMethod
        byte[] fail(byte[] bytes);

        @ActivityMethod
        byte[] later(byte[] bytes);

    }

    static class Implementation implements Activities {

        /** The activities that complete later, by workflow id. */
        static final Map<String, ActivityInfo> LATER = new ConcurrentHashMap<>();

        /** The latches of second attempts, by workflow id. */
        static final Map<String, CountDownLatch> SECOND_ATTEMPTS = new ConcurrentHashMap<>();

        @Override
        public byte[] shift(byte[] bytes) {
            return TransferWorkflow.shift(bytes, 1);
        }

        @Override
        public byte[] beat(byte[] bytes) {
            ActivityExecutionContext context = Activity.getExecutionContext();
            if (context.getInfo().getAttempt() == 1) {
                context.heartbeat(shift(bytes));
                throw ApplicationFailure.newFailure("once", "Test", shift(shift(bytes)));
            }
            CountDownLatch latch = new CountDownLatch(1);
            SECOND_ATTEMPTS.put(context.getInfo().getWorkflowId(), latch);
            try {
                latch.await();
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
            return context.getHeartbeatDetails(byte[].class).orElseThrow();
        }

        @Override
        public byte[] fail(byte[] bytes) {
            throw ApplicationFailure.newNonRetryableFailure("as asked", "Test", shift(bytes));
        }

        @Override
        public byte[] later(byte[] bytes) {
            ActivityExecutionContext context = Activity.getExecutionContext();
            context.doNotCompleteOnReturn();
            LATER.put(context.getInfo().getWorkflowId(), context.getInfo());
            return null;
        }

    }

    /**
     * Calls the given activity and returns its result or failure details.
     */
    @WorkflowInterface
    public interface Calling {

        @WorkflowMethod
        byte[] call(String activity, byte[] bytes);

        class Implementation implements Calling {

            @Override
            public byte[] call(String activity, byte[] bytes) {
                try {
                    return Workflow
                        .newUntypedActivityStub(ActivityOptions.newBuilder()
                            .setStartToCloseTimeout(Duration.ofSeconds(60))
                            .setHeartbeatTimeout(Duration.ofSeconds(30))
                            .setRetryOptions(RetryOptions.newBuilder()
                                .setInitialInterval(Duration.ofMillis(100))
                                .setMaximumAttempts(2)
                                .build())
                            .build())
                        .execute(activity, byte[].class, bytes);
                }
                catch (ActivityFailure ex) {
                    return ((ApplicationFailure) ex.getCause()).getDetails().get(byte[].class);
                }
            }

        }

    }

    @WorkflowInterface
    public interface CallingLocally {

        @WorkflowMethod
        byte[] call(byte[] bytes);

        class Implementation implements CallingLocally {

            @Override
            public byte[] call(byte[] bytes) {
                byte[] shifted = Workflow
                    .newLocalActivityStub(Activities.class,
                            LocalActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofSeconds(30)).build())
                    .shift(TransferWorkflow.shift(bytes, 1));
                // Another task, so that the marker is in history.
                Workflow.sleep(Duration.ofMillis(1));
                return shifted;
            }

        }

    }

    /**
     * Cancels its activity on a signal, and returns the shifted details of the
     * cancellation.
     */
    @WorkflowInterface
    public interface Canceling {

        @WorkflowMethod
        byte[] call();

        @SignalMethod
        void cancel();

        class Implementation implements Canceling {

            private final Activities activities = Workflow.newActivityStub(Activities.class,
                    ActivityOptions.newBuilder()
                        .setStartToCloseTimeout(Duration.ofSeconds(60))
                        .setHeartbeatTimeout(Duration.ofSeconds(30))
                        .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                        .build());

            private Promise<byte[]> result;

            private final CancellationScope scope = Workflow
                .newCancellationScope(() -> this.result = Async.function(this.activities::later, new byte[1]));

            @Override
            public byte[] call() {
                this.scope.run();
                try {
                    return this.result.get();
                }
                catch (ActivityFailure ex) {
                    return TransferWorkflow.shift(((CanceledFailure) ex.getCause()).getDetails().get(byte[].class), 1);
                }
            }

            @Override
            public void cancel() {
                this.scope.cancel();
            }

        }

    }

}
