package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.RetryState;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.ActivityClient;
import io.temporal.client.ActivityCompletionClient;
import io.temporal.client.ActivityFailedException;
import io.temporal.client.ActivityHandle;
import io.temporal.client.StartActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An activity whose heartbeat details are larger than the driver accepts fails without a
 * retry, whether the SDK stores them at once or later. Nothing else fails for them.
 */
@TemporalServerTest
class HeartbeatLimitTests {

    private static final byte[] SMALL = { 1 };

    private static final byte[] TOO_LARGE = Payloads.bytes(2 * 1024 * 1024, 1);

    private static final byte[] LARGER = Payloads.bytes(4 * 1024 * 1024, 2);

    private static final String DRIVERS = "temporal.external-storage.drivers.";

    private final String workflowId = UUID.randomUUID().toString();

    private final String taskQueue = UUID.randomUUID().toString();

    private final S3Server s3 = S3Server.shared();

    private final S3Gateway gateway = S3Gateway.to(this.s3);

    private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

    @AfterEach
    void close() {
        this.contexts.forEach(ConfigurableApplicationContext::close);
        this.gateway.close();
    }

    @Test
    void detailsThatAreStoredAtOnce() {
        WorkflowClient client = startWorker(DRIVERS + "s3.max-payload-size=1MB");
        assertFailsForTheLimit(client, Heartbeats.AT_ONCE);
    }

    /** The SDK stores details later if others are already on their way. */
    @Test
    void detailsThatAreStoredLater() {
        WorkflowClient client = startWorker(DRIVERS + "s3.max-payload-size=1MB");
        assertFailsForTheLimit(client, Heartbeats.LATER);
    }

    @Test
    void anActivityThatCatchesTheFailureContinuesWithSmallerDetails() {
        WorkflowClient client = startWorker(DRIVERS + "s3.max-payload-size=1MB");
        assertThat(run(client, Heartbeats.CATCH)).isEqualTo("caught 1, attempt 1");
    }

    /** The other activity of the run is as innocent as before. */
    @Test
    void otherActivitiesOfTheRunContinue() {
        WorkflowClient client = startWorker(DRIVERS + "s3.max-payload-size=1MB");
        assertThat(run(client, Heartbeats.BESIDE_A_SMALLER)).isEqualTo("other: attempt 1");
    }

    /** Its details are larger than the refused ones, but go to another driver. */
    @Test
    void anActivityOfTheRunThatStoresElsewhereContinues() {
        WorkflowClient client = startWorker(withSecondDriver(DRIVERS + "s3.max-payload-size=1MB",
                "temporal.external-storage.default-driver=s3", "temporal.external-storage.routes[0].min-size=3MB",
                "temporal.external-storage.routes[0].driver=second"));
        assertThat(run(client, Heartbeats.BESIDE_A_LARGER)).isEqualTo("other: attempt 1");
    }

    @Test
    void aStandaloneActivity() {
        WorkflowClient client = startWorker(DRIVERS + "s3.max-payload-size=1MB");
        ActivityHandle<String> activity = ActivityClient.newInstance(client.getWorkflowServiceStubs())
            .start(Heartbeating.class, Heartbeating::beat,
                    StartActivityOptions.newBuilder()
                        .setId(this.workflowId)
                        .setTaskQueue(this.taskQueue)
                        .setScheduleToCloseTimeout(Duration.ofSeconds(40))
                        .setHeartbeatTimeout(Duration.ofSeconds(5))
                        .build(),
                    Heartbeats.LATER);
        ActivityFailedException failed = catchThrowableOfType(ActivityFailedException.class, activity::getResult);
        assertThat(failed.getCause()).isInstanceOfSatisfying(ApplicationFailure.class, (failure) -> {
            assertThat(failure.isNonRetryable()).isTrue();
            assertThat(failure.getOriginalMessage()).contains(DRIVERS + "s3.max-payload-size");
        });
    }

    @Test
    void detailsThatAnotherDriverOfAFallbackAccepts() {
        WorkflowClient client = startWorker(
                withSecondDriver(DRIVERS + "s3.max-payload-size=1MB", DRIVERS + "both.type=fallback",
                        DRIVERS + "both.drivers=s3,second", "temporal.external-storage.default-driver=both"));
        assertThat(run(client, Heartbeats.FAIL_ONCE)).isEqualTo("attempt 2 after " + TOO_LARGE.length);
    }

    @Test
    void detailsWithinTheLimit() {
        assertThat(run(startWorker(), Heartbeats.FAIL_ONCE)).isEqualTo("attempt 2 after " + TOO_LARGE.length);
    }

    @Test
    void anActivityThatIsCompletedElsewhere() throws Exception {
        WorkflowClient client = startWorker(DRIVERS + "s3.max-payload-size=1MB");
        start(client, Heartbeats.ELSEWHERE);
        byte[] token = await().atMost(Duration.ofSeconds(30))
            .until(HeartbeatingImplementation.TOKEN::get, Objects::nonNull);
        ActivityCompletionClient completion = client.newActivityCompletionClient();
        assertThatThrownBy(() -> completion.heartbeat(token, TOO_LARGE))
            .hasStackTraceContaining("drivers.s3.max-payload-size");
        completion.heartbeat(token, SMALL);
        completion.complete(token, "elsewhere");
        assertThat(client.newUntypedWorkflowStub(this.workflowId).getResult(30, TimeUnit.SECONDS, String.class))
            .isEqualTo("elsewhere");
    }

    /** As the reference says. */
    @Test
    void doNotRetryTakesStorageFailures() {
        WorkflowClient client = startWorker();
        this.gateway.on("PUT", S3Gateway.denied());
        ApplicationFailure failure = failure(client, Heartbeats.LARGE_RESULT);
        assertThat(failure.getType()).isEqualTo("ExternalStorageTaskFailure");
        assertThat(failure.getOriginalMessage()).contains("s3:PutObject");
        assertOneAttempt(client);
    }

    private String[] withSecondDriver(String... properties) {
        return Stream.concat(
                Stream.concat(Stream.of(properties),
                        Stream.of(DRIVERS + "second.type=s3", DRIVERS + "second.name=second")),
                Stream.of(this.gateway.properties(this.s3.createBucket()))
                    .map((property) -> property.replace("drivers.s3.", "drivers.second.")))
            .toArray(String[]::new);
    }

    private void assertFailsForTheLimit(WorkflowClient client, String how) {
        ApplicationFailure failure = failure(client, how);
        assertThat(failure.isNonRetryable()).isTrue();
        assertThat(failure.getType()).isEqualTo("ExternalStorageTaskFailure");
        assertThat(failure.getOriginalMessage()).contains(DRIVERS + "s3.max-payload-size").contains("aws.s3driver");
        assertOneAttempt(client);
    }

    private ApplicationFailure failure(WorkflowClient client, String how) {
        WorkflowFailedException failed = catchThrowableOfType(WorkflowFailedException.class, () -> run(client, how));
        assertThat(failed).hasCauseInstanceOf(ActivityFailure.class);
        assertThat(((ActivityFailure) failed.getCause()).getRetryState())
            .isEqualTo(RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE);
        return (ApplicationFailure) failed.getCause().getCause();
    }

    private void assertOneAttempt(WorkflowClient client) {
        assertThat(client.fetchHistory(this.workflowId)
            .getEvents()
            .stream()
            .filter(HistoryEvent::hasActivityTaskStartedEventAttributes)
            .map((event) -> event.getActivityTaskStartedEventAttributes().getAttempt())).containsExactly(1);
    }

    private String run(WorkflowClient client, String how) {
        start(client, how);
        return client.newUntypedWorkflowStub(this.workflowId).getResult(String.class);
    }

    private WorkflowExecution start(WorkflowClient client, String how) {
        return WorkflowClient.start(client.newWorkflowStub(Heartbeats.class,
                WorkflowOptions.newBuilder()
                    .setWorkflowId(this.workflowId)
                    .setTaskQueue(this.taskQueue)
                    .setWorkflowExecutionTimeout(Duration.ofMinutes(1))
                    .build())::run,
                how);
    }

    private WorkflowClient startWorker(String... properties) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .run(Stream
                .of(Stream.of(this.gateway.properties(this.s3.createBucket())),
                        Stream.of("spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                                "spring.temporal.workers[0].task-queue=" + this.taskQueue,
                                "spring.temporal.workers[0].workflow-classes[0]="
                                        + Heartbeats.Implementation.class.getName(),
                                "spring.temporal.workers[0].activity-beans[0]=heartbeating"),
                        Stream.of(properties))
                .flatMap((each) -> each)
                .map("--"::concat)
                .toArray(String[]::new));
        this.contexts.add(context);
        return context.getBean(WorkflowClient.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Heartbeating heartbeating() {
            return new HeartbeatingImplementation();
        }

    }

    @WorkflowInterface
    public interface Heartbeats {

        /** The first heartbeat is too large. */
        String AT_ONCE = "at-once";

        /** The same, once another activity of the run has had a heartbeat. */
        String AT_ONCE_BESIDE_ANOTHER = "at-once-beside-another";

        /** The first heartbeat is small, and all others are too large. */
        String LATER = "later";

        /** Catches the failure, and goes on with small details. */
        String CATCH = "catch";

        /** Runs an activity with small heartbeats beside one with a too large one. */
        String BESIDE_A_SMALLER = "beside-a-smaller";

        /** Runs an activity with larger heartbeats beside one with a too large one. */
        String BESIDE_A_LARGER = "beside-a-larger";

        /** Fails after a large heartbeat, and finds its details in the next attempt. */
        String FAIL_ONCE = "fail-once";

        /** Leaves the activity to a completion client. */
        String ELSEWHERE = "elsewhere";

        /** Has a result that must be stored. */
        String LARGE_RESULT = "large-result";

        @WorkflowMethod
        String run(String how);

        class Implementation implements Heartbeats {

            private final Heartbeating activity = Workflow.newActivityStub(Heartbeating.class,
                    ActivityOptions.newBuilder()
                        .setStartToCloseTimeout(Duration.ofSeconds(40))
                        .setHeartbeatTimeout(Duration.ofSeconds(5))
                        .setRetryOptions(RetryOptions.newBuilder()
                            .setInitialInterval(Duration.ofMillis(100))
                            .setDoNotRetry("ExternalStorageTaskFailure")
                            .build())
                        .build());

            /** Retries storage failures, unless they say not to. */
            private final Heartbeating retried = Workflow.newActivityStub(Heartbeating.class,
                    ActivityOptions.newBuilder()
                        .setStartToCloseTimeout(Duration.ofSeconds(40))
                        .setHeartbeatTimeout(Duration.ofSeconds(5))
                        .setRetryOptions(RetryOptions.newBuilder().setInitialInterval(Duration.ofMillis(100)).build())
                        .build());

            @Override
            public String run(String how) {
                if (how.equals(BESIDE_A_SMALLER) || how.equals(BESIDE_A_LARGER)) {
                    Promise<String> other = Async.function(this.retried::beat, how);
                    try {
                        this.retried.beat(AT_ONCE_BESIDE_ANOTHER);
                        return "The large one should fail";
                    }
                    catch (ActivityFailure ex) {
                        return "other: " + other.get();
                    }
                }
                return how.equals(LARGE_RESULT) ? this.activity.beat(how).substring(0, 1) : this.retried.beat(how);
            }

        }

    }

    @ActivityInterface
    public interface Heartbeating {

        String beat(String how);

    }

    public static class HeartbeatingImplementation implements Heartbeating {

        static final AtomicReference<byte[]> TOKEN = new AtomicReference<>();

        private final CountDownLatch beating = new CountDownLatch(1);

        private final CountDownLatch failed = new CountDownLatch(1);

        @Override
        public String beat(String how) {
            ActivityExecutionContext context = Activity.getExecutionContext();
            String attempt = "attempt " + context.getInfo().getAttempt();
            switch (how) {
                case Heartbeats.AT_ONCE -> {
                    context.heartbeat(TOO_LARGE);
                    return attempt;
                }
                case Heartbeats.LATER -> {
                    context.heartbeat(SMALL);
                    beat(context, TOO_LARGE, Duration.ofSeconds(20));
                    return attempt;
                }
                case Heartbeats.CATCH -> {
                    int caught = 0;
                    try {
                        context.heartbeat(TOO_LARGE);
                    }
                    catch (ApplicationFailure ex) {
                        caught++;
                    }
                    // Longer than the heartbeat's timeout.
                    beat(context, SMALL, Duration.ofSeconds(7));
                    return "caught " + caught + ", " + attempt;
                }
                case Heartbeats.BESIDE_A_SMALLER, Heartbeats.BESIDE_A_LARGER -> {
                    byte[] details = how.equals(Heartbeats.BESIDE_A_LARGER) ? LARGER : SMALL;
                    context.heartbeat(details);
                    this.beating.countDown();
                    await().atMost(Duration.ofSeconds(20)).until(() -> this.failed.getCount() == 0);
                    beat(context, details, Duration.ofSeconds(1));
                    return attempt;
                }
                case Heartbeats.AT_ONCE_BESIDE_ANOTHER -> {
                    await().atMost(Duration.ofSeconds(20)).until(() -> this.beating.getCount() == 0);
                    try {
                        context.heartbeat(TOO_LARGE);
                    }
                    finally {
                        this.failed.countDown();
                    }
                    return attempt;
                }
                case Heartbeats.FAIL_ONCE -> {
                    byte[] before = context.getLastHeartbeatDetails(byte[].class).orElse(SMALL);
                    context.heartbeat(TOO_LARGE);
                    if (context.getInfo().getAttempt() == 1) {
                        throw new IllegalStateException("The first attempt fails");
                    }
                    return attempt + " after " + before.length;
                }
                case Heartbeats.ELSEWHERE -> {
                    context.doNotCompleteOnReturn();
                    TOKEN.set(context.getTaskToken());
                    return "";
                }
                default -> {
                    return "x".repeat(TOO_LARGE.length);
                }
            }
        }

        private static void beat(ActivityExecutionContext context, byte[] details, Duration time) {
            long end = System.nanoTime() + time.toNanos();
            await().pollInterval(Duration.ofMillis(100)).atMost(time.plusSeconds(5)).until(() -> {
                context.heartbeat(details);
                return System.nanoTime() > end;
            });
        }

    }

}
