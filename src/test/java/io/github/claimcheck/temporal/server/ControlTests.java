package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.autoconfigure.ExternalStorageAutoConfiguration;
import io.github.claimcheck.temporal.autoconfigure.StorageDriverAutoConfiguration;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import io.temporal.payload.storage.ExternalStorage;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests, as a control, how a real Temporal server treats large payloads of an application
 * without the starter.
 */
@TemporalServerTest
class ControlTests {

    private static ServerApplication application;

    private final String workflowId = UUID.randomUUID().toString();

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class,
                ServerApplication.workflows(TransferWorkflow.Implementation.class),
                "worker.activity-beans[0]=transferActivity");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void serverRejectsALargeInput() {
        assertThat(application.getContext().getBeanProvider(ExternalStorage.class)).isEmpty();
        assertThatThrownBy(() -> start(Payloads.bytes(THREE_MEGABYTES, 1)))
            .hasStackTraceContaining("INVALID_ARGUMENT: Blob data size exceeds limit.");
    }

    @Test
    void serverFailsALargeActivityResult() {
        WorkflowStub workflow = start(new byte[1]);
        assertThatThrownBy(() -> workflow.getResult(byte[].class))
            .hasRootCauseMessage("Complete result exceeds size limit.");
    }

    private WorkflowStub start(byte[] input) {
        TransferWorkflow workflow = application.newWorkflow(TransferWorkflow.class, this.workflowId);
        WorkflowClient.start(workflow::transfer, input);
        return WorkflowStub.fromTyped(workflow);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = { StorageDriverAutoConfiguration.class, ExternalStorageAutoConfiguration.class })
    static class Application {

        @Bean
        TransferWorkflow.TransferActivity transferActivity() {
            return (bytes) -> Payloads.bytes(THREE_MEGABYTES, 1);
        }

    }

}
