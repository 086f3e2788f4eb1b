package com.example.stores;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import io.github.claimcheck.temporal.testing.AzuriteServerTest;
import io.github.claimcheck.temporal.testing.GcsServerTest;
import io.github.claimcheck.temporal.testing.RedisServerTest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The application on all stores at once, and routes that choose among them. */
@GcsServerTest
@AzuriteServerTest
@RedisServerTest
@SpringBootTest(properties = "spring.temporal.test-server.enabled=true")
@ActiveProfiles({ "gcs", "azure", "redis", "routes" })
class SeveralStoresTests {

    @Autowired
    private WorkflowClient client;

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry registry) {
        GcsTests.server(registry);
        AzureTests.server(registry);
        RedisTests.server(registry);
    }

    @ParameterizedTest
    @CsvSource({ "order-1, 3000000, gcp.gcsdriver", "order-2, 500000, redis", "archived-3, 3000000, azure.blobdriver",
            "archived-4, 500000, azure.blobdriver" })
    void aPayloadGoesWhereItsRouteLeads(String workflowId, int size, String driver) {
        ReverseWorkflow workflow = this.client.newWorkflowStub(ReverseWorkflow.class,
                WorkflowOptions.newBuilder()
                    .setTaskQueue(ReverseWorkflow.TASK_QUEUE)
                    .setWorkflowId(workflowId)
                    .build());

        assertThat(workflow.reverse("a" + "b".repeat(size))).isEqualTo("b".repeat(size) + "a");

        String input = this.client.fetchHistory(workflowId)
            .getEvents()
            .get(0)
            .getWorkflowExecutionStartedEventAttributes()
            .getInput()
            .getPayloads(0)
            .getData()
            .toStringUtf8();
        assertThat(JsonPath.<String>read(input, "$.driverName")).isEqualTo(driver);
    }

}
