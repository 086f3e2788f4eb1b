package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * References that somebody has written who may start workflows: their tasks fail with a
 * short message.
 */
@TemporalServerTest
@ExtendWith(OutputCaptureExtension.class)
class ForgedReferenceTests {

    private static final String FORGED_LINE = "2026-01-01 00:00:00 ERROR forged";

    private final String taskQueue = UUID.randomUUID().toString();

    private final S3Server s3 = S3Server.shared();

    private final WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(TemporalServer.shared().getTarget()).build());

    @AfterEach
    void close() {
        this.stubs.shutdownNow();
    }

    @Test
    void failsInFewWords(CapturedOutput output) {
        String text = ("\\n" + FORGED_LINE + "x".repeat(1_000)).repeat(1_700);
        String key = "v0/d/sha256/" + "0".repeat(64);
        List<String> forged = List.of("{\"driverName\":\"" + text + "\"}",
                "{\"driverName\":\"\\n" + FORGED_LINE + "\"}", "{\"" + text + "\":]}",
                "{\"driverName\":\"aws.s3driver\",\"claimData\":{\"key\":\"" + text + "\"}}",
                "{\"driverName\":\"aws.s3driver\",\"claimData\":{\"bucket\":\"\\n" + FORGED_LINE + "\",\"key\":\"" + key
                        + "\",\"hash_algorithm\":\"sha256\",\"hash_value\":\"" + "0".repeat(64) + "\"}}",
                "{\"driverName\":\"aws.s3driver\",\"claimData\":{\"bucket\":\"other\",\"key\":\"" + key
                        + "\",\"hash_algorithm\":\"sha256\",\"hash_value\":\"" + "0".repeat(64) + "\"}}");
        try (ConfigurableApplicationContext worker = startWorker()) {
            List<String> workflows = forged.stream().map(this::start).toList();

            for (String workflowId : workflows) {
                await().atMost(Duration.ofSeconds(60)).until(() -> !failures(workflowId).isEmpty());
                assertThat(failures(workflowId)).allSatisfy((failure) -> {
                    assertThat(failure.toString()).doesNotContain("x".repeat(400));
                    assertThat(messages(failure)).hasSizeLessThan(3_000).doesNotContain("\n" + FORGED_LINE);
                });
                this.stubs.blockingStub()
                    .terminateWorkflowExecution(TerminateWorkflowExecutionRequest.newBuilder()
                        .setNamespace("default")
                        .setWorkflowExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                        .build());
            }
        }
        assertThat(output.getAll().lines().filter((line) -> line.startsWith(FORGED_LINE))).isEmpty();
        assertThat(output.getAll().lines().mapToInt(String::length).max().orElse(0)).isLessThan(3_000);
    }

    private List<Failure> failures(String workflowId) {
        return this.stubs.blockingStub()
            .getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                .setNamespace("default")
                .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                .build())
            .getHistory()
            .getEventsList()
            .stream()
            .filter(HistoryEvent::hasWorkflowTaskFailedEventAttributes)
            .map((event) -> event.getWorkflowTaskFailedEventAttributes().getFailure())
            .toList();
    }

    private static String messages(Failure failure) {
        return failure.getMessage() + (failure.hasCause() ? "\ncaused by " + messages(failure.getCause()) : "");
    }

    private String start(String json) {
        String workflowId = UUID.randomUUID().toString();
        Payload reference = Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("json/protobuf"))
            .putMetadata("messageType", ByteString.copyFromUtf8("temporal.api.sdk.v1.ExternalStorageReference"))
            .setData(ByteString.copyFromUtf8(json))
            .build();
        this.stubs.blockingStub()
            .startWorkflowExecution(StartWorkflowExecutionRequest.newBuilder()
                .setNamespace("default")
                .setRequestId(UUID.randomUUID().toString())
                .setWorkflowId(workflowId)
                .setWorkflowType(WorkflowType.newBuilder().setName("StepsWorkflow"))
                .setTaskQueue(TaskQueue.newBuilder().setName(this.taskQueue))
                .setInput(Payloads.newBuilder().addPayloads(reference))
                .build());
        return workflowId;
    }

    private ConfigurableApplicationContext startWorker() {
        return new SpringApplicationBuilder(FaultApplication.class).web(WebApplicationType.NONE)
            .run(Stream
                .concat(Stream.of(this.s3.properties(this.s3.createBucket())),
                        Stream.of("spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                                "spring.temporal.workers[0].task-queue=" + this.taskQueue,
                                "spring.temporal.workers[0].workflow-classes[0]="
                                        + FaultApplication.StepsWorkflowImplementation.class.getName(),
                                "spring.temporal.workers[0].activity-beans[0]=stepsActivity"))
                .map("--"::concat)
                .toArray(String[]::new));
    }

}
