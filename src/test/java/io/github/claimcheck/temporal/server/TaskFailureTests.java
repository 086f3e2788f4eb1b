package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.server.FaultApplication.Steps;
import io.github.claimcheck.temporal.server.FaultApplication.StepsWorkflow;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tasks that fail for storage: none is tried many times a second, and none is tried again
 * that cannot succeed.
 */
@TemporalServerTest
class TaskFailureTests {

    private static final byte[] SMALL = Payloads.bytes(100, 2);

    private static final int TOO_LARGE = 2 * 1024 * 1024;

    private final String taskQueue = UUID.randomUUID().toString();

    private final S3Server s3 = S3Server.shared();

    private final S3Gateway gateway = S3Gateway.to(this.s3);

    private final String bucket = this.s3.createBucket();

    private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

    @AfterEach
    void close() {
        this.contexts.forEach(ConfigurableApplicationContext::close);
        this.gateway.close();
    }

    @Test
    void aWorkflowWhoseResultIsTooLargeWaitsAtASlowPaceUntilTheLimitIsRaised() {
        ConfigurableApplicationContext limited = startWorker("1MB");
        String workflowId = start(client(limited), new Steps(1, 0, TOO_LARGE));
        assertThat(attemptsAfter(Duration.ofSeconds(20), client(limited), workflowId)).isBetween(3, 12);
        limited.close();
        WorkflowClient client = client(startWorker("50MB"));
        assertThat(client.newUntypedWorkflowStub(workflowId).getResult(byte[].class)).hasSize(TOO_LARGE);
    }

    @Test
    void aStoreThatDeniesIsNotAskedManyTimesASecond() {
        ConfigurableApplicationContext worker = startWorker("50MB");
        this.gateway.on("PUT", S3Gateway.denied());
        String workflowId = start(client(worker), new Steps(1, 0, TOO_LARGE));
        assertThat(attemptsAfter(Duration.ofSeconds(20), client(worker), workflowId)).isBetween(3, 12);
        assertThat(this.gateway.count().get("PUT")).isLessThanOrEqualTo(12);
        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        assertThat(client(worker).newUntypedWorkflowStub(workflowId).getResult(byte[].class)).hasSize(TOO_LARGE);
    }

    @Test
    void anActivityWhoseResultIsTooLargeFailsWithoutARetry() {
        WorkflowClient client = client(startWorker("1MB"));
        String workflowId = start(client, new Steps(TOO_LARGE, 0, 1));
        WorkflowFailedException failed = catchThrowableOfType(WorkflowFailedException.class,
                () -> client.newUntypedWorkflowStub(workflowId).getResult(byte[].class));
        assertThat(failed).hasCauseInstanceOf(ActivityFailure.class);
        assertThat(failed.getCause().getCause()).isInstanceOfSatisfying(ApplicationFailure.class, (failure) -> {
            assertThat(failure.isNonRetryable()).isTrue();
            assertThat(failure.getOriginalMessage()).contains("drivers.s3.max-payload-size");
        });
    }

    /** Returns how often a workflow task has been tried by then. */
    private static int attemptsAfter(Duration time, WorkflowClient client, String workflowId) {
        long end = System.nanoTime() + time.toNanos();
        await().pollInterval(Duration.ofSeconds(1))
            .atMost(time.plusSeconds(30))
            .until(() -> System.nanoTime() > end && attempts(client, workflowId) > 0);
        return attempts(client, workflowId);
    }

    private static int attempts(WorkflowClient client, String workflowId) {
        return client.getWorkflowServiceStubs()
            .blockingStub()
            .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                .setNamespace("default")
                .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                .build())
            .getPendingWorkflowTask()
            .getAttempt();
    }

    private static WorkflowClient client(ConfigurableApplicationContext context) {
        return context.getBean(WorkflowClient.class);
    }

    private String start(WorkflowClient client, Steps steps) {
        String workflowId = UUID.randomUUID().toString();
        WorkflowClient.start(client.newWorkflowStub(StepsWorkflow.class,
                WorkflowOptions.newBuilder()
                    .setWorkflowId(workflowId)
                    .setTaskQueue(this.taskQueue)
                    .setWorkflowExecutionTimeout(Duration.ofMinutes(3))
                    .build())::run,
                SMALL, steps);
        return workflowId;
    }

    private ConfigurableApplicationContext startWorker(String maxPayloadSize) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(FaultApplication.class)
            .web(WebApplicationType.NONE)
            .run(Stream
                .concat(Stream.of(this.gateway.properties(this.bucket)),
                        Stream.of("temporal.external-storage.drivers.s3.max-payload-size=" + maxPayloadSize,
                                "spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                                "spring.temporal.workers[0].task-queue=" + this.taskQueue,
                                "spring.temporal.workers[0].workflow-classes[0]="
                                        + FaultApplication.StepsWorkflowImplementation.class.getName(),
                                "spring.temporal.workers[0].activity-beans[0]=stepsActivity"))
                .map("--"::concat)
                .toArray(String[]::new));
        this.contexts.add(context);
        return context;
    }

}
