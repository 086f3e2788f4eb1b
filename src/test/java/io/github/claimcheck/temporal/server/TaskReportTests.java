package io.github.claimcheck.temporal.server;

import static io.temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE;
import static io.temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowTaskFailedEventAttributes;
import io.temporal.api.worker.v1.StorageDriverInfo;
import io.temporal.api.worker.v1.WorkerHeartbeat;
import io.temporal.api.worker.v1.WorkerListInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkerRequest;
import io.temporal.api.workflowservice.v1.ListWorkersRequest;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.spring.boot.TemporalOptionsCustomizer;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What Temporal and the log tell of external storage: the cause of failed workflow tasks,
 * the drivers of workers, and tasks that storage makes slow.
 */
@TemporalServerTest
@ExtendWith(OutputCaptureExtension.class)
class TaskReportTests {

    private static final int LARGE = 400_000;

    private final String taskQueue = UUID.randomUUID().toString();

    private final String workflowId = UUID.randomUUID().toString();

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
    void anObjectThatIsGoneIsTheCause() {
        WorkflowClient client = startClient();
        start(client, "echo", new byte[LARGE]);
        this.s3.keys(this.bucket).forEach((key) -> this.s3.delete(this.bucket, key));
        startWorker();
        assertStorageFailure(client, "ObjectNotFoundException");
    }

    @Test
    void aStoreThatIsDownIsTheCauseOnTheWayIn() {
        WorkflowClient client = startClient();
        start(client, "echo", new byte[LARGE]);
        this.gateway.on("GET", S3Gateway.cut());
        startWorker();
        assertStorageFailure(client, "StorageUnreachableException");
        this.gateway.on("GET", S3Gateway.Exchange::forward);
        assertThat(result(client)).hasSize(LARGE);
    }

    @Test
    void aStoreThatDeniesIsTheCauseOnTheWayOut() {
        WorkflowClient client = startClient();
        startWorker();
        this.gateway.on("PUT", S3Gateway.denied());
        start(client, "grow", new byte[1]);
        assertStorageFailure(client, "s3:PutObject");
        // What an operator types to find all of them.
        String query = "TemporalReportedProblems IN ('cause=WorkflowTaskFailedCauseExternalStorageFailure')";
        await().atMost(Duration.ofSeconds(90))
            .until(() -> client.listExecutions(query)
                .anyMatch((found) -> found.getExecution().getWorkflowId().equals(this.workflowId)));
        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        assertThat(result(client)).hasSize(LARGE);
    }

    @Test
    void aListThatIsTooLargeAndCannotBeStoredIsTheCause() {
        WorkflowClient client = startClient();
        startWorker("temporal.external-storage.threshold=1MB", "temporal.external-storage.max-inline-list-size=100KB");
        this.gateway.on("PUT", S3Gateway.denied());
        start(client, "grow", new byte[1]);
        assertStorageFailure(client, "s3:PutObject");
        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        assertThat(result(client)).hasSize(LARGE);
    }

    @Test
    void aDriverThatTheWorkerLacksIsTheCause() {
        WorkflowClient client = startClient();
        start(client, "echo", new byte[LARGE]);
        startWorker("temporal.external-storage.drivers.s3.name=new");
        assertStorageFailure(client, "No storage driver registered with name");
    }

    @Test
    void anApplicationsOwnDriverIsTheCauseWhateverItThrows() {
        ConfigurableApplicationContext application = run(List.of(OwnDriver.class), Stream.of());
        RecordingStorageDriver driver = application.getBean(RecordingStorageDriver.class);
        WorkflowClient client = application.getBean(WorkflowClient.class);
        driver.delay(Duration.ofMillis(10));
        driver.failWith(new UnsupportedOperationException("the tape is torn"));
        WorkflowStub workflow = stub(client, Duration.ofSeconds(10));
        workflow.start("grow", new byte[1]);
        assertStorageFailure(client, "the tape is torn");
        workflow.terminate("done");

        driver.recover();
        WorkflowStub second = stub(client, Duration.ofSeconds(10));
        second.start("echo", new byte[LARGE]);
        assertThat(second.getResult(byte[].class)).hasSize(LARGE);
    }

    @Test
    void anApplicationsOwnDriverIsTheCauseOnTheWayIn() {
        ConfigurableApplicationContext sender = run(List.of(OwnDriver.class), Stream.of());
        WorkflowClient client = sender.getBean(WorkflowClient.class);
        RecordingStorageDriver driver = sender.getBean(RecordingStorageDriver.class);
        // The driver fails when the input has been stored, and before it is retrieved.
        client
            .newUntypedWorkflowStub("Report",
                    WorkflowOptions.newBuilder()
                        .setWorkflowId(this.workflowId)
                        .setTaskQueue(this.taskQueue)
                        .setStartDelay(Duration.ofSeconds(2))
                        .build())
            .start("echo", new byte[LARGE]);
        driver.failWith(new UnsupportedOperationException("the tape is torn"));
        assertStorageFailure(client, "the tape is torn");
    }

    @Test
    void whatWorkflowCodeThrowsIsNotTheStoresFault() {
        WorkflowClient client = startClient();
        startWorker();
        start(client, "throw", new byte[1]);
        WorkflowTaskFailedEventAttributes failed = failedTask(client);
        assertThat(failed.getFailure().toString()).contains("message: \"External storage is what");
        assertThat(failed.getCause()).isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
    }

    @Test
    void anActivityThatFailedForStorageIsNotTheTasksCause() {
        WorkflowClient client = startClient();
        startWorker();
        this.gateway.on("PUT", S3Gateway.denied());
        start(client, "rethrow", new byte[1]);
        WorkflowTaskFailedEventAttributes failed = failedTask(client);
        assertThat(failed.getFailure().toString()).contains("s3:PutObject");
        assertThat(failed.getCause()).isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
    }

    @Test
    void aTaskThatStorageMakesTimeOutIsLoggedOnceForEachAttempt(CapturedOutput output) {
        WorkflowClient client = startClient();
        stub(client, Duration.ofSeconds(2)).start("echo", new byte[LARGE]);
        this.gateway.on("GET", S3Gateway.delayed(Duration.ofMillis(5_500)));
        startWorker();
        String line = await().atMost(Duration.ofSeconds(30))
            .until(() -> slowTask(output, "INFO", "attempt 1"), Objects::nonNull);
        assertThat(line).containsPattern("spent \\d\\.\\d s on transfers")
            .contains("1 payload (4000")
            .contains("with [aws.s3driver]; namespace 'default', workflow type 'Report', workflow id '"
                    + this.workflowId + "'")
            .contains("setWorkflowTaskTimeout");
        this.gateway.on("GET", S3Gateway.Exchange::forward);
        assertThat(result(client)).hasSize(LARGE);
        assertThat(slowTasks(output, "attempt 1")).hasSize(1);
    }

    @Test
    void aTaskIsLoggedAsAWarningWithItsUploadsAndDownloads(CapturedOutput output) {
        WorkflowClient client = startClient();
        stub(client, Duration.ofSeconds(60)).start("grow", new byte[LARGE]);
        ConfigurableApplicationContext worker = startWorker("temporal.external-storage.cache.max-size=0");
        this.gateway.on("GET", S3Gateway.delayed(Duration.ofMillis(5_500)));
        this.gateway.on("PUT", S3Gateway.delayed(Duration.ofMillis(5_500)));
        assertThat(result(client)).hasSize(2 * LARGE);
        assertThat(slowTask(output, "WARN", "attempt 1")).containsPattern("spent 1[1-4]\\.\\d s on transfers")
            .containsPattern("1 payload \\(4\\d+ bytes\\) retrieved in [5-7]\\.\\d s")
            .containsPattern("1 payload \\(8\\d+ bytes\\) stored in [5-7]\\.\\d s");
        assertThat(slowTasks(output, "attempt 1")).hasSize(1);
        assertThat(timer(worker, "retrieve").count()).isOne();
        assertThat(timer(worker, "store").totalTime(TimeUnit.SECONDS)).isBetween(5d, 9d);
    }

    /**
     * The SDK begins a transfer beyond its limit on the thread that completes another.
     */
    @Test
    void transfersThatFollowOneAnotherAreOfOneTask(CapturedOutput output) {
        WorkflowClient client = startClient();
        WorkflowStub workflow = stub(client, Duration.ofSeconds(60));
        workflow.start("wait", Payloads.bytes(LARGE, 1));
        for (int seed = 2; seed <= 4; seed++) {
            workflow.signal("go", (Object) Payloads.bytes(LARGE, seed));
        }
        this.gateway.on("GET", S3Gateway.delayed(Duration.ofMillis(1_500)));
        startWorker("temporal.external-storage.max-concurrent-transfers=1");
        assertThat(result(client)).hasSize(LARGE);
        assertThat(slowTasks(output, "attempt 1")).singleElement()
            .asString()
            .containsPattern("4 payloads \\(16\\d+ bytes\\) retrieved in [6-9]\\.\\d s");
    }

    @Test
    void whatActivitiesTransferIsNotTheTasks(CapturedOutput output) {
        WorkflowClient client = startClient();
        ConfigurableApplicationContext worker = startWorker();
        start(client, "rethrow", new byte[1]);
        assertThat(result(client)).hasSize(1);
        assertThat(timer(worker, "store")).isNull();
        assertThat(timer(worker, "retrieve").count()).isOne();
    }

    @Test
    void workersTellTheServerTheirDrivers() {
        WorkflowClient client = startWorker("temporal.external-storage.drivers.archive.type=local-disk",
                "temporal.external-storage.drivers.archive.directory=target/task-report",
                "temporal.external-storage.drivers.second.type=local-disk",
                "temporal.external-storage.drivers.second.name=second",
                "temporal.external-storage.drivers.second.directory=target/task-report",
                "temporal.external-storage.default-driver=s3")
            .getBean(WorkflowClient.class);
        WorkflowServiceGrpc.WorkflowServiceBlockingStub server = client.getWorkflowServiceStubs().blockingStub();
        String key = await().atMost(Duration.ofSeconds(30))
            .until(() -> server
                .listWorkers(ListWorkersRequest.newBuilder()
                    .setNamespace("default")
                    .setQuery("TaskQueue='" + this.taskQueue + "'")
                    .build())
                .getWorkersList()
                .stream()
                .map(WorkerListInfo::getWorkerInstanceKey)
                .findFirst()
                .orElse(null), Objects::nonNull);
        WorkerHeartbeat worker = server
            .describeWorker(
                    DescribeWorkerRequest.newBuilder().setNamespace("default").setWorkerInstanceKey(key).build())
            .getWorkerInfo()
            .getWorkerHeartbeat();
        assertThat(worker.getDriversList()).extracting(StorageDriverInfo::getType)
            .containsExactlyInAnyOrder("aws.s3driver", "local-disk");
    }

    private static String slowTask(CapturedOutput output, String level, String attempt) {
        return slowTasks(output, attempt).stream().filter((line) -> line.contains(level)).findFirst().orElse(null);
    }

    private static List<String> slowTasks(CapturedOutput output, String attempt) {
        return Pattern.compile("(?m)^.*\\[TMPRL1104].*$")
            .matcher(output)
            .results()
            .map((line) -> line.group())
            .filter((line) -> line.contains(attempt))
            .toList();
    }

    private static Timer timer(ConfigurableApplicationContext worker, String operation) {
        return worker.getBean(MeterRegistry.class)
            .find("temporal.external.storage.workflow.task")
            .tags("namespace", "default", "operation", operation)
            .timer();
    }

    private void assertStorageFailure(WorkflowClient client, String text) {
        WorkflowTaskFailedEventAttributes failed = failedTask(client);
        assertThat(failed.getFailure().toString()).contains(text);
        assertThat(failed.getCause()).isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE);
    }

    private WorkflowTaskFailedEventAttributes failedTask(WorkflowClient client) {
        return await().atMost(Duration.ofSeconds(60))
            .until(() -> client.fetchHistory(this.workflowId)
                .getEvents()
                .stream()
                .filter(HistoryEvent::hasWorkflowTaskFailedEventAttributes)
                .map(HistoryEvent::getWorkflowTaskFailedEventAttributes)
                .findFirst()
                .orElse(null), Objects::nonNull);
    }

    private byte[] result(WorkflowClient client) {
        return client.newUntypedWorkflowStub(this.workflowId).getResult(byte[].class);
    }

    private void start(WorkflowClient client, String what, byte[] input) {
        stub(client, Duration.ofSeconds(10)).start(what, input);
    }

    private WorkflowStub stub(WorkflowClient client, Duration taskTimeout) {
        return client.newUntypedWorkflowStub("Report",
                WorkflowOptions.newBuilder()
                    .setWorkflowId(this.workflowId)
                    .setTaskQueue(this.taskQueue)
                    .setWorkflowTaskTimeout(taskTimeout)
                    .setWorkflowExecutionTimeout(Duration.ofMinutes(3))
                    .build());
    }

    private WorkflowClient startClient() {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Client.class).web(WebApplicationType.NONE)
            .run(arguments(Stream.of(this.gateway.properties(this.bucket))));
        this.contexts.add(context);
        return context.getBean(WorkflowClient.class);
    }

    private ConfigurableApplicationContext startWorker(String... properties) {
        return run(List.of(), Stream.concat(Stream.of(this.gateway.properties(this.bucket)), Stream.of(properties)));
    }

    private ConfigurableApplicationContext run(List<Class<?>> configurations, Stream<String> properties) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Client.class, Worker.class)
            .sources(configurations.toArray(Class<?>[]::new))
            .web(WebApplicationType.NONE)
            .run(arguments(Stream.concat(properties,
                    Stream.of("spring.temporal.workers[0].task-queue=" + this.taskQueue,
                            "spring.temporal.workers[0].workflow-classes[0]=" + ReportWorkflow.class.getName(),
                            "spring.temporal.workers[0].activity-beans[0]=growing"))));
        this.contexts.add(0, context);
        return context;
    }

    private static String[] arguments(Stream<String> properties) {
        return Stream
            .concat(Stream.of("spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                    "logging.level.io.github.claimcheck.temporal.task=info"), properties)
            .map("--"::concat)
            .toArray(String[]::new);
    }

    @WorkflowInterface
    public interface Report {

        @WorkflowMethod
        byte[] run(String what, byte[] input);

        @SignalMethod
        void go(byte[] bytes);

    }

    @ActivityInterface
    public interface Growing {

        byte[] grow(byte[] input);

    }

    /** Does as its first argument says. */
    public static class ReportWorkflow implements Report {

        private byte[] signalled;

        @Override
        public byte[] run(String what, byte[] input) {
            switch (what) {
                case "echo":
                    return input;
                case "grow":
                    return Payloads.bytes(input.length + LARGE - (input.length == 1 ? 1 : 0), 3);
                case "wait":
                    Workflow.await(() -> this.signalled != null);
                    return this.signalled;
                case "throw":
                    throw new IllegalStateException("External storage is what this workflow is about");
                default:
                    try {
                        Workflow
                            .newActivityStub(Growing.class,
                                    ActivityOptions.newBuilder()
                                        .setStartToCloseTimeout(Duration.ofSeconds(30))
                                        .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                                        .build())
                            .grow(input);
                        return new byte[1];
                    }
                    catch (ActivityFailure ex) {
                        throw new IllegalStateException("External storage failed an activity", ex);
                    }
            }
        }

        @Override
        public void go(byte[] bytes) {
            this.signalled = bytes;
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Client {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        TemporalOptionsCustomizer<WorkflowClientOptions.Builder> frequentHeartbeats() {
            return (options) -> options.setWorkerHeartbeatInterval(Duration.ofSeconds(1));
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Worker {

        @Bean
        Growing growing() {
            return (input) -> Payloads.bytes(LARGE, 5);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnDriver {

        @Bean
        StorageDriver driver() {
            return new RecordingStorageDriver("tape");
        }

    }

}
