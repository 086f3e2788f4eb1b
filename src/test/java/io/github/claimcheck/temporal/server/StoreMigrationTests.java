package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.History;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.github.claimcheck.temporal.testing.TransferWorkflow.TransferActivity;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tests migrating the payloads of a running workflow to another store. */
@TemporalServerTest
class StoreMigrationTests {

    private static final String S3 = "aws.s3driver";

    private static final String DISK = "disk";

    private final S3Server s3 = S3Server.start();

    private final String bucket = this.s3.createBucket();

    private final String taskQueue = "migration-" + UUID.randomUUID();

    private final List<AutoCloseable> resources = new ArrayList<>(List.of(this.s3));

    @TempDir
    private Path directory;

    private ConfigurableApplicationContext worker;

    private WorkflowClient client;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : this.resources) {
            resource.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void migratesARunningWorkflow(boolean workerFirst) {
        deployWorker("s3");
        deployClient("s3");
        WorkflowStub workflow = start(2);
        awaitRounds(workflow, 1);
        assertThat(drivers(workflow)).containsExactly(S3, S3, S3);

        if (workerFirst) {
            deployWorker("disk");
        }
        else {
            deployClient("disk");
        }
        workflow = this.client.newUntypedWorkflowStub(workflow.getExecution().getWorkflowId());
        workflow.signal("add", (Object) Payloads.bytes(1_000_000, 2));
        awaitRounds(workflow, 2);
        // The signal is the client's, the activity's input and result are the worker's.
        String workers = workerFirst ? DISK : S3;
        assertThat(drivers(workflow)).containsExactly(S3, S3, S3, workerFirst ? S3 : DISK, workers, workers);

        if (workerFirst) {
            deployClient("disk");
        }
        else {
            deployWorker("disk");
        }
        workflow = this.client.newUntypedWorkflowStub(workflow.getExecution().getWorkflowId());
        workflow.signal("add", (Object) Payloads.bytes(1_000_000, 3));
        assertThat(result(workflow)).isEqualTo(expected(1, 2, 3));
        assertThat(drivers(workflow)).endsWith(DISK, DISK, DISK, DISK).hasSize(10);

        // A worker that has nothing in memory reads the whole history, from both stores.
        deployWorker("disk");
        assertThat(workflow.query("added", byte[].class)).isEqualTo(Payloads.bytes(1_000_000, 3));
        int keysOfS3 = this.s3.keys(this.bucket).size();
        WorkflowStub next = start(0);
        assertThat(result(next)).isEqualTo(expected(1));
        assertThat(drivers(next)).containsExactly(DISK, DISK, DISK, DISK);
        assertThat(this.s3.keys(this.bucket)).hasSize(keysOfS3);
    }

    @Test
    void continuesWhileTheFirstStoreIsDown() throws Exception {
        deployWorker("durable");
        deployClient("durable");
        WorkflowStub workflow = start(2);
        awaitRounds(workflow, 1);

        this.s3.kill();
        workflow.signal("add", (Object) Payloads.bytes(1_000_000, 2));
        awaitRounds(workflow, 2);
        this.s3.resume();
        workflow.signal("add", (Object) Payloads.bytes(1_000_000, 3));

        assertThat(result(workflow)).isEqualTo(expected(1, 2, 3));
        assertThat(drivers(workflow)).hasSize(10).containsOnly("fallback");
        assertThat(holders(workflow)).containsExactly(S3, S3, S3, DISK, DISK, DISK, S3, S3, S3, S3);
        // A worker that has nothing in memory reads the whole history, from both stores.
        deployWorker("durable");
        assertThat(workflow.query("added", byte[].class)).isEqualTo(Payloads.bytes(1_000_000, 3));
    }

    private void deployWorker(String defaultDriver) {
        if (this.worker != null) {
            this.worker.close();
        }
        this.worker = deploy(defaultDriver, "spring.temporal.workers[0].task-queue=" + this.taskQueue,
                "spring.temporal.workers[0].workflow-classes[0]=" + CollectingImplementation.class.getName(),
                "spring.temporal.workers[0].activity-beans[0]=transferActivity");
    }

    private void deployClient(String defaultDriver) {
        this.client = deploy(defaultDriver).getBean(WorkflowClient.class);
    }

    private ConfigurableApplicationContext deploy(String defaultDriver, String... properties) {
        String prefix = "temporal.external-storage.";
        String[] arguments = Stream
            .of(Stream.of(properties), Stream.of(this.s3.properties(this.bucket)),
                    Stream.of("spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                            prefix + "default-driver=" + defaultDriver, prefix + "drivers.disk.type=local-disk",
                            prefix + "drivers.disk.name=" + DISK, prefix + "drivers.disk.directory=" + this.directory),
                    // A driver that holds others is there only where it is used.
                    defaultDriver.equals("durable") ? Stream.of(prefix + "drivers.durable.type=fallback",
                            prefix + "drivers.durable.drivers=s3,disk") : Stream.<String>empty())
            .flatMap((each) -> each)
            .map((property) -> "--" + property)
            .toArray(String[]::new);
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .run(arguments);
        this.resources.add(0, context);
        return context;
    }

    private WorkflowStub start(int messages) {
        WorkflowStub workflow = this.client.newUntypedWorkflowStub("CollectingWorkflow",
                WorkflowOptions.newBuilder()
                    .setWorkflowId(UUID.randomUUID().toString())
                    .setTaskQueue(this.taskQueue)
                    .setWorkflowExecutionTimeout(Duration.ofMinutes(3))
                    .build());
        workflow.start(Payloads.bytes(1_000_000, 1), messages);
        return workflow;
    }

    private void awaitRounds(WorkflowStub workflow, int rounds) {
        await().atMost(Duration.ofSeconds(60))
            .until(() -> this.client.fetchHistory(workflow.getExecution().getWorkflowId())
                .getEvents()
                .stream()
                .filter((event) -> event.hasActivityTaskCompletedEventAttributes())
                .count() == rounds);
    }

    private static byte[] result(WorkflowStub workflow) {
        try {
            return workflow.getResult(90, TimeUnit.SECONDS, byte[].class);
        }
        catch (TimeoutException ex) {
            throw new AssertionError("The workflow did not complete", ex);
        }
    }

    private static byte[] expected(int... seeds) {
        byte[] expected = new byte[1_000_000];
        for (int seed : seeds) {
            add(expected, TransferWorkflow.shift(Payloads.bytes(1_000_000, seed), 1));
        }
        return expected;
    }

    private static void add(byte[] sum, byte[] bytes) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += bytes[i];
        }
    }

    /** Returns the name of the driver of each large payload in the history. */
    private List<String> drivers(WorkflowStub workflow) {
        return references(workflow).map(StorageReference::driverName).toList();
    }

    /**
     * Returns the name of the delegate that has the payload, for each payload of a
     * composite driver.
     */
    private List<String> holders(WorkflowStub workflow) {
        return references(workflow).flatMap((reference) -> reference.claim().getClaimData().keySet().stream()).toList();
    }

    private Stream<StorageReference> references(WorkflowStub workflow) {
        return History.payloads(this.client, workflow.getExecution().getWorkflowId())
            .stream()
            .filter(StorageReference::isReference)
            .map(StorageReference::from);
    }

    /**
     * Passes its input and each message to an activity, and returns the sum of the
     * results.
     */
    @WorkflowInterface
    public interface CollectingWorkflow {

        @WorkflowMethod
        byte[] collect(byte[] input, int messages);

        @SignalMethod
        void add(byte[] message);

        @QueryMethod
        byte[] added();

    }

    /** The implementation, which does not refer to external storage. */
    public static class CollectingImplementation implements CollectingWorkflow {

        private final TransferActivity activity = Workflow.newActivityStub(TransferActivity.class,
                ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofSeconds(30)).build());

        private final Queue<byte[]> messages = new ArrayDeque<>();

        private byte[] added = new byte[0];

        @Override
        public byte[] collect(byte[] input, int messages) {
            byte[] sum = new byte[input.length];
            StoreMigrationTests.add(sum, this.activity.handle(input));
            for (int i = 0; i < messages; i++) {
                Workflow.await(() -> !this.messages.isEmpty());
                StoreMigrationTests.add(sum, this.activity.handle(this.messages.remove()));
            }
            return sum;
        }

        @Override
        public void add(byte[] message) {
            this.added = message;
            this.messages.add(message);
        }

        @Override
        public byte[] added() {
            return this.added;
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        TransferActivity transferActivity() {
            return new TransferWorkflow.ActivityImplementation();
        }

    }

}
