package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowClientPlugin;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests replay of a real server's history with references, in the SDK's test environment.
 */
@TemporalServerTest
class ReplayTests {

    private static ServerApplication application;

    private static WorkflowExecutionHistory history;

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class,
                ServerApplication.workflows(TransferWorkflow.Implementation.class),
                "worker.activity-beans[0]=transferActivity");
        String workflowId = UUID.randomUUID().toString();
        application.newWorkflow(TransferWorkflow.class, workflowId).transfer(Payloads.bytes(THREE_MEGABYTES, 1));
        assertThat(application.references(workflowId)).hasSize(4);
        // By way of JSON, as a history is downloaded and kept for tests.
        history = WorkflowExecutionHistory.fromJson(application.getClient().fetchHistory(workflowId).toJson(true),
                workflowId);
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void replaysReferencesWithTheApplicationsExternalStorage() throws Exception {
        replay(WorkflowClientOptions.newBuilder()
            .setExternalStorage(application.getContext().getBean(ExternalStorage.class)),
                TransferWorkflow.Implementation.class);
    }

    @Test
    void replaysReferencesWithTheStartersPlugin() throws Exception {
        replay(WorkflowClientOptions.newBuilder()
            .setPlugins(application.getContext().getBean("externalStoragePlugin", WorkflowClientPlugin.class)),
                TransferWorkflow.Implementation.class);
    }

    @Test
    void failsWithoutExternalStorage() {
        assertThatThrownBy(() -> replay(WorkflowClientOptions.newBuilder(), TransferWorkflow.Implementation.class))
            .hasStackTraceContaining("[TMPRL1105] Encountered a reference to a payload in external storage, but no "
                    + "external storage is configured to retrieve it")
            .hasStackTraceContaining("WorkflowClientOptions.Builder.setExternalStorage");
    }

    @Test
    void failsForAChangedWorkflow() {
        // The payloads come back, and so does the reason to replay at all.
        assertThatThrownBy(() -> replay(
                WorkflowClientOptions.newBuilder()
                    .setExternalStorage(application.getContext().getBean(ExternalStorage.class)),
                ChangedImplementation.class))
            .hasStackTraceContaining("[TMPRL1100]");
    }

    private static void replay(WorkflowClientOptions.Builder options, Class<?> implementation) throws Exception {
        try (TestWorkflowEnvironment environment = TestWorkflowEnvironment
            .newInstance(TestEnvironmentOptions.newBuilder().setWorkflowClientOptions(options.build()).build())) {
            WorkflowReplayer.replayWorkflowExecution(history, environment, implementation);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        TransferWorkflow.TransferActivity transferActivity() {
            return new TransferWorkflow.ActivityImplementation();
        }

    }

    /** Sleeps before calling its activity, unlike in the history. */
    public static class ChangedImplementation extends TransferWorkflow.Implementation {

        @Override
        public byte[] transfer(byte[] input) {
            Workflow.sleep(Duration.ofMinutes(1));
            return super.transfer(input);
        }

    }

}
