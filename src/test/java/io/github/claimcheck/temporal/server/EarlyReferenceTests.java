package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.temporal.api.common.v1.Memo;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests references in a history that early releases of the Go and Python SDKs wrote.
 */
@TemporalServerTest
class EarlyReferenceTests {

    private final S3Server s3 = S3Server.shared();

    private final String bucket = this.s3.createBucket();

    private final String taskQueue = "early-references-" + UUID.randomUUID();

    private final byte[] input = Payloads.bytes(300_000, 1);

    private Payload reference() {
        byte[] stored = DefaultDataConverter.STANDARD_INSTANCE.toPayload(this.input).orElseThrow().toByteArray();
        String digest = Payloads.sha256(stored);
        this.s3.put(this.bucket, "v0/d/sha256/" + digest, stored);
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("json/external-storage-reference"))
            .setData(ByteString.copyFromUtf8("""
                    {"driver_name": "aws.s3driver", "driver_claim": {"claim_data": {"bucket": "%s", \
                    "key": "v0/d/sha256/%s", "hash_algorithm": "sha256", "hash_value": "%s"}}}
                    """.formatted(this.bucket, digest, digest)))
            .addExternalPayloads(Payload.ExternalPayloadDetails.newBuilder().setSizeBytes(stored.length))
            .build();
    }

    @Test
    void workersClientsAndTheDataConverterReadEarlyReferences() {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .properties(this.s3.properties(this.bucket))
            .properties("temporal.external-storage.read-early-references=true",
                    "spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                    "spring.temporal.workers[0].task-queue=" + this.taskQueue,
                    "spring.temporal.workers[0].workflow-classes[0]=" + TransferWorkflow.Implementation.class.getName(),
                    "spring.temporal.workers[0].activity-beans[0]=transferActivity")
            .run()) {
            WorkflowClient client = context.getBean(WorkflowClient.class);
            String workflowId = UUID.randomUUID().toString();
            client.getWorkflowServiceStubs()
                .blockingStub()
                .startWorkflowExecution(StartWorkflowExecutionRequest.newBuilder()
                    .setNamespace("default")
                    .setWorkflowId(workflowId)
                    .setRequestId(workflowId)
                    .setWorkflowType(WorkflowType.newBuilder().setName("TransferWorkflow"))
                    .setTaskQueue(TaskQueue.newBuilder().setName(this.taskQueue))
                    .setInput(io.temporal.api.common.v1.Payloads.newBuilder().addPayloads(reference()))
                    .setMemo(Memo.newBuilder().putAllFields(Map.of("input", reference())))
                    .build());

            assertThat(client.newUntypedWorkflowStub(workflowId).getResult(byte[].class))
                .isEqualTo(TransferWorkflow.shift(this.input, 2));
            assertThat(
                    client.newUntypedWorkflowStub(workflowId).describe().getMemo("input", byte[].class, byte[].class))
                .isEqualTo(this.input);
            assertThat(context.getBean(DataConverter.class).fromPayload(reference(), byte[].class, byte[].class))
                .isEqualTo(this.input);
        }
    }

    @Configuration
    @EnableAutoConfiguration
    static class Application {

        @Bean
        TransferWorkflow.TransferActivity transferActivity() {
            return (input) -> TransferWorkflow.shift(input, 1);
        }

    }

}
