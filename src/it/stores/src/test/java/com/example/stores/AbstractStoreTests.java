package com.example.stores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.DefaultDataConverter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** The application on one store, with a Temporal server in the same process. */
@SpringBootTest(properties = "spring.temporal.test-server.enabled=true")
abstract class AbstractStoreTests {

    private static final int SIZE = 3 * 1024 * 1024;

    private final String driver;

    private final String[] claim;

    @Autowired
    private WorkflowClient client;

    @Autowired
    private MeterRegistry meters;

    /**
     * @param driver the name of the driver
     * @param claim the entries that its claims have besides the hash
     */
    AbstractStoreTests(String driver, String... claim) {
        this.driver = driver;
        this.claim = claim;
    }

    /** Returns what the store has under a claim. */
    abstract byte[] content(Map<String, String> claim);

    @Test
    void threeMegabytesGoThroughAWorkflowAndItsHistoryHoldsReferencesToTheStore() throws Exception {
        String text = "0123456789abcdef".repeat(SIZE / 16);
        String reversed = new StringBuilder(text).reverse().toString();
        WorkflowStub workflow = this.client.newUntypedWorkflowStub("ReverseWorkflow",
                WorkflowOptions.newBuilder().setTaskQueue(ReverseWorkflow.TASK_QUEUE).build());
        String workflowId = workflow.start(text).getWorkflowId();

        assertThat(workflow.getResult(String.class)).isEqualTo(reversed);

        List<HistoryEvent> events = this.client.fetchHistory(workflowId).getEvents();
        assertThat(stored(events.get(0).getWorkflowExecutionStartedEventAttributes().getInput().getPayloads(0)))
            .isEqualTo(text);
        assertThat(stored(events.get(events.size() - 1)
            .getWorkflowExecutionCompletedEventAttributes()
            .getResult()
            .getPayloads(0))).isEqualTo(reversed);
        // The last operation is counted a moment after its caller went on.
        await().untilAsserted(() -> {
            assertThat(timer("store").count()).isEqualTo(2);
            assertThat(timer("retrieve").count()).isEqualTo(2);
        });
    }

    /** Returns what is stored where a reference in history says. */
    private String stored(Payload payload) throws InvalidProtocolBufferException {
        DocumentContext reference = JsonPath.parse(payload.getData().toStringUtf8());
        assertThat(reference.<String>read("$.driverName")).isEqualTo(this.driver);
        Map<String, String> claim = reference.read("$.claimData");
        assertThat(claim).containsKeys(this.claim)
            .containsKeys("hash_algorithm", "hash_value")
            .hasSize(this.claim.length + 2);
        return DefaultDataConverter.STANDARD_INSTANCE.fromPayload(Payload.parseFrom(content(claim)), String.class,
                String.class);
    }

    private Timer timer(String operation) {
        return this.meters.get("temporal.external.storage." + operation)
            .tags("driver", this.driver, "error", "none")
            .timer();
    }

}
