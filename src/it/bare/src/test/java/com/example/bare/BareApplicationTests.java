package com.example.bare;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.common.v1.Payload;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * The application as its main method starts it, with a Temporal server in the same
 * process.
 */
class BareApplicationTests {

    private static final String TEST_SERVER = "--spring.temporal.test-server.enabled=true";

    @TempDir
    private Path directory;

    /** Otherwise the tests below would not show what they are to show. */
    @ParameterizedTest
    @ValueSource(
            strings = { "io.micrometer.core.instrument.MeterRegistry", "io.micrometer.observation.ObservationRegistry",
                    "io.micrometer.common.KeyValue", "software.amazon.awssdk.services.s3.S3AsyncClient" })
    void theClassPathIsBare(String className) {
        assertThat(ClassUtils.isPresent(className, null)).isFalse();
    }

    @Test
    void withNoDriverConfiguredTheApplicationWorksWithoutExternalStorage() {
        byte[] content = content(300 * 1024);
        try (ConfigurableApplicationContext context = SpringApplication.run(BareApplication.class, TEST_SERVER)) {
            assertThat(context.getBeanProvider(ExternalStorage.class)).isEmpty();
            assertThat(context.getBeanProvider(StorageDriver.class)).isEmpty();

            assertThat(echo(context, content)).hasSize(2)
                .allSatisfy((payload) -> assertThat(payload.getData().toByteArray()).isEqualTo(content));
        }
    }

    @Test
    void withALocalDirectoryConfiguredLargePayloadsGoThere() throws IOException {
        byte[] content = content(3 * 1024 * 1024);
        try (ConfigurableApplicationContext context = SpringApplication.run(BareApplication.class, TEST_SERVER,
                "--temporal.external-storage.drivers.local-disk.directory=" + this.directory)) {
            assertThat(echo(context, content)).hasSize(2).allSatisfy((payload) -> {
                assertThat(payload.getMetadataOrThrow("messageType").toStringUtf8())
                    .isEqualTo("temporal.api.sdk.v1.ExternalStorageReference");
                assertThat(payload.getData().toStringUtf8()).contains("\"local-disk\"");
                assertThat(payload.getSerializedSize()).isLessThan(1024);
            });
        }
        // The input is stored before there is a run, the result in the run.
        List<Path> files = files();
        assertThat(files).hasSize(2);
        for (Path file : files) {
            assertThat(Payload.parseFrom(Files.readAllBytes(file)).getData().toByteArray()).isEqualTo(content);
        }
    }

    /** Runs the workflow and returns the payloads of its history. */
    private static List<Payload> echo(ConfigurableApplicationContext context, byte[] content) {
        WorkflowClient client = context.getBean(WorkflowClient.class);
        WorkflowStub workflow = client.newUntypedWorkflowStub("EchoWorkflow",
                WorkflowOptions.newBuilder().setTaskQueue(EchoWorkflow.TASK_QUEUE).build());
        String workflowId = workflow.start((Object) content).getWorkflowId();
        assertThat(workflow.getResult(byte[].class)).isEqualTo(content);

        List<HistoryEvent> events = client.fetchHistory(workflowId).getEvents();
        HistoryEvent started = events.get(0);
        HistoryEvent completed = events.get(events.size() - 1);
        return Stream
            .of(started.getWorkflowExecutionStartedEventAttributes().getInput(),
                    completed.getWorkflowExecutionCompletedEventAttributes().getResult())
            .flatMap((payloads) -> payloads.getPayloadsList().stream())
            .toList();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(this.directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }

}
