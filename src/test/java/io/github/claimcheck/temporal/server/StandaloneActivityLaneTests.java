package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static io.github.claimcheck.temporal.testing.TransferWorkflow.shift;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.server.ServerApplication.Reference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.api.workflowservice.v1.DescribeActivityExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeActivityExecutionResponse;
import io.temporal.client.ActivityClient;
import io.temporal.client.ActivityClientOptions;
import io.temporal.client.ActivityFailedException;
import io.temporal.client.ActivityHandle;
import io.temporal.client.StartActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.common.converter.DataConverter;
import io.temporal.failure.ApplicationFailure;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests standalone activities on a real Temporal server. Their client supports neither
 * external storage nor plugins, but a data converter: with the application's, which the
 * starter has customized, it stores and retrieves.
 */
@TemporalServerTest
class StandaloneActivityLaneTests {

    private static ServerApplication application;

    private final String activityId = UUID.randomUUID().toString();

    private final byte[] input = Payloads.bytes(THREE_MEGABYTES, 1);

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class, ServerApplication.workflows(),
                "worker.activity-beans[0]=activities");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void storesInputAndResult() {
        ActivityHandle<byte[]> activity = client().start(Activities.class, Activities::handle, options(), this.input);
        assertThat(activity.getResult()).isEqualTo(shift(this.input, 1));

        DescribeActivityExecutionResponse description = describe();
        assertThat(application.references(description.getInput())).singleElement().satisfies((reference) -> {
            // The SDK's activity client tells the converter nothing of the activity.
            assertThat(reference.target()).isEqualTo("v0");
            assertThat(reference.data()).isEqualTo(this.input);
        });
        assertThat(application.references(description.getOutcome())).singleElement().satisfies((reference) -> {
            assertThat(reference.target()).isEqualTo(target("Handle", description.getRunId()));
            assertThat(reference.data()).isEqualTo(shift(this.input, 1));
        });
    }

    @Test
    void storesFailureAndHeartbeatDetails() {
        ActivityHandle<byte[]> activity = client().start(Activities.class, Activities::beatAndFail, options(),
                this.input);
        ApplicationFailure failure = (ApplicationFailure) catchThrowableOfType(ActivityFailedException.class,
                activity::getResult)
            .getCause();
        // The second attempt reads the details of the first one's heartbeat, and fails
        // with them.
        assertThat(failure.getDetails().get(byte[].class)).isEqualTo(shift(this.input, 2));

        DescribeActivityExecutionResponse description = describe();
        assertThat(application.references(description.getOutcome())).singleElement()
            .extracting(Reference::target)
            .isEqualTo(target("BeatAndFail", description.getRunId()));
    }

    @Test
    void storesAResultCompletedLater() {
        ActivityHandle<byte[]> activity = client().start(Activities.class, Activities::later, options(), this.input);
        await().atMost(Duration.ofSeconds(20)).until(() -> Implementation.LATER.containsKey(this.activityId));
        application.getClient()
            .newActivityCompletionClient()
            .completeStandalone(this.activityId, Optional.empty(), shift(this.input, 1));
        assertThat(activity.getResult()).isEqualTo(shift(this.input, 1));

        // Who reports knows the activity's ID only.
        assertThat(application.references(describe().getOutcome())).singleElement()
            .extracting(Reference::target)
            .isEqualTo(target(null, null));
    }

    @Test
    void storesAnInputThatTheServerWouldRejectOfAClientWithAnotherConverter() {
        ActivityClient plain = ActivityClient.newInstance(application.getContext().getBean(WorkflowServiceStubs.class));
        plain.start(Activities.class, Activities::handle, options(), this.input);
        assertThat(application.references(describe().getInput())).singleElement().satisfies((reference) -> {
            assertThat(reference.target()).isEqualTo(target("Handle", null));
            assertThat(reference.data()).isEqualTo(this.input);
        });
        assertThat(client().getHandle(this.activityId, null, byte[].class).getResult()).isEqualTo(shift(this.input, 1));
    }

    @Test
    void storesALargeHeader() {
        // The SDK's activity client asks no converter for headers.
        ActivityClient client = ActivityClient.newInstance(application.getContext().getBean(WorkflowServiceStubs.class),
                ActivityClientOptions.newBuilder()
                    .setDataConverter(application.getContext().getBean(DataConverter.class))
                    .setContextPropagators(List.of(new LargeContextPropagator()))
                    .build());
        assertThat(client.start(Activities.class, Activities::handle, options(), new byte[1]).getResult())
            .containsExactly(1);
        assertThat(application.references(describe().getInfo().getHeader())).singleElement().satisfies((reference) -> {
            assertThat(reference.target()).isEqualTo(target("Handle", null));
            assertThat(reference.data()).isEqualTo(Payloads.bytes(THREE_MEGABYTES, 1));
        });
    }

    private static ActivityClient client() {
        return application.getContext().getBean(ActivityClient.class);
    }

    private StartActivityOptions options() {
        return StartActivityOptions.newBuilder()
            .setId(this.activityId)
            .setTaskQueue(application.getTaskQueue())
            .setStartToCloseTimeout(Duration.ofSeconds(30))
            .setHeartbeatTimeout(Duration.ofSeconds(20))
            .setRetryOptions(
                    RetryOptions.newBuilder().setInitialInterval(Duration.ofMillis(100)).setMaximumAttempts(2).build())
            .build();
    }

    private String target(String type, String runId) {
        return "v0/ns/default/at/" + type + "/ai/" + this.activityId + "/ri/" + runId;
    }

    /** Describes the activity with its references. */
    private DescribeActivityExecutionResponse describe() {
        return application.getClient()
            .getWorkflowServiceStubs()
            .blockingStub()
            .describeActivityExecution(DescribeActivityExecutionRequest.newBuilder()
                .setNamespace("default")
                .setActivityId(this.activityId)
                .setIncludeInput(true)
                .setIncludeOutcome(true)
                .build());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Activities activities() {
            return new Implementation();
        }

        /** Creates a client as the configuration page shows. */
        @Bean
        ActivityClient activityClient(WorkflowServiceStubs stubs, DataConverter converter) {
            return ActivityClient.newInstance(stubs,
                    ActivityClientOptions.newBuilder().setDataConverter(converter).build());
        }

    }

    @ActivityInterface
    public interface Activities {

        @ActivityMethod
        byte[] handle(byte[] bytes);

        @ActivityMethod
        byte[] beatAndFail(byte[] bytes);

        @ActivityMethod
        byte[] later(byte[] bytes);

    }

    static class Implementation implements Activities {

        static final Map<String, byte[]> LATER = new ConcurrentHashMap<>();

        @Override
        public byte[] handle(byte[] bytes) {
            return shift(bytes, 1);
        }

        @Override
        public byte[] beatAndFail(byte[] bytes) {
            ActivityExecutionContext context = Activity.getExecutionContext();
            if (context.getInfo().getAttempt() == 1) {
                context.heartbeat(shift(bytes, 1));
                throw ApplicationFailure.newFailure("once", "Test");
            }
            throw ApplicationFailure.newNonRetryableFailure("as asked", "Test",
                    shift(context.getHeartbeatDetails(byte[].class).orElseThrow(), 1));
        }

        @Override
        public byte[] later(byte[] bytes) {
            ActivityExecutionContext context = Activity.getExecutionContext();
            context.doNotCompleteOnReturn();
            LATER.put(context.getInfo().getActivityId(), bytes);
            return null;
        }

    }

}
