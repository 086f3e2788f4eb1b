package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.server.FaultApplication.Steps;
import io.github.claimcheck.temporal.server.FaultApplication.StepsWorkflow;
import io.github.claimcheck.temporal.testing.History;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests faults between a worker, a real Temporal server and the store: the reported
 * failure, that nothing is lost, and that the workflow completes by itself once the cause
 * is fixed.
 */
@TemporalServerTest
class FaultTests {

    private static final byte[] LARGE = Payloads.bytes(FaultApplication.THREE_MEGABYTES, 1);

    private static final byte[] SMALL = { 1 };

    private final S3Server s3 = S3Server.shared();

    private final S3Gateway gateway = S3Gateway.to(this.s3);

    private final String taskQueue = "faults-" + UUID.randomUUID();

    private final List<AutoCloseable> resources = new ArrayList<>();

    private final String bucket = this.s3.createBucket();

    private WorkflowClient client;

    @BeforeEach
    void startClient() {
        this.client = start(false, this.gateway.properties(this.bucket)).getBean(WorkflowClient.class);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : this.resources) {
            resource.close();
        }
        this.gateway.close();
    }

    @Test
    void workerWithoutTheStarterFailsTheTaskUntilOneWithItContinues() {
        ConfigurableApplicationContext without = start(true, "temporal.external-storage.enabled=false");
        String workflowId = startWorkflow(LARGE, Steps.SMALL);
        assertThat(workflowTaskFailure(workflowId)).containsIgnoringCase("external storage");
        without.close();
        startWorker();
        assertCompletes(workflowId, LARGE, Steps.SMALL);
    }

    @Test
    void workerWithARenamedDriverNamesTheMissingOne() {
        ConfigurableApplicationContext renamed = start(true,
                Stream
                    .concat(Stream.of(this.gateway.properties(this.bucket)),
                            Stream.of("temporal.external-storage.drivers.s3.name=new"))
                    .toArray(String[]::new));
        String workflowId = startWorkflow(LARGE, Steps.SMALL);
        assertThat(workflowTaskFailure(workflowId)).contains("No storage driver registered with name")
            .contains("aws.s3driver");
        renamed.close();
        startWorker();
        assertCompletes(workflowId, LARGE, Steps.SMALL);
    }

    @Test
    void workflowContinuesOnceAMissingObjectIsRestored() {
        String workflowId = startWorkflow(LARGE, Steps.SMALL);
        String key = onlyKey();
        byte[] object = this.s3.content(this.bucket, key);
        this.s3.delete(this.bucket, key);
        startWorker();
        assertThat(workflowTaskFailure(workflowId)).contains(key).contains("lifecycle rule");
        this.s3.put(this.bucket, key, object);
        assertCompletes(workflowId, LARGE, Steps.SMALL);
    }

    @Test
    void workflowNeverReadsAnAlteredObject() {
        String workflowId = startWorkflow(LARGE, Steps.SMALL);
        String key = onlyKey();
        byte[] object = this.s3.content(this.bucket, key);
        byte[] altered = object.clone();
        altered[object.length - 1]++;
        this.s3.put(this.bucket, key, altered);
        startWorker();
        assertThat(workflowTaskFailure(workflowId)).contains("is not the one that was stored").contains(key);
        this.s3.put(this.bucket, key, object);
        assertCompletes(workflowId, LARGE, Steps.SMALL);
    }

    @Test
    void storesOnceAMissingBucketIsCreated() {
        String late = "late-" + UUID.randomUUID();
        this.client = start(true, this.gateway.properties(late)).getBean(WorkflowClient.class);
        assertThatThrownBy(() -> startWorkflow(LARGE, Steps.SMALL)).hasStackTraceContaining("bucket=" + late);
        Steps steps = new Steps(LARGE.length, 0, 1);
        String workflowId = startWorkflow(SMALL, steps);
        assertThat(activityFailure(workflowId)).contains("bucket=" + late);
        this.s3.createBucket(late);
        assertCompletes(workflowId, SMALL, steps);
    }

    @Test
    void activityFailsUntilAWorkerHasValidCredentials() {
        String[] properties = Arrays.stream(this.gateway.properties(this.bucket))
            .map((property) -> property.replace(S3Server.SECRET_ACCESS_KEY, "wrong"))
            .toArray(String[]::new);
        ConfigurableApplicationContext wrong = start(true, properties);
        Steps steps = new Steps(400_000, 0, 1);
        String workflowId = startWorkflow(SMALL, steps);
        assertThat(activityFailure(workflowId)).contains("credentials.secret-access-key");
        wrong.close();
        startWorker();
        assertCompletes(workflowId, SMALL, steps);
    }

    @Test
    void failedStoreFailsTheWorkflowTaskButNotTheWorkflow() {
        startWorker();
        this.gateway.on("PUT", S3Gateway.denied());
        Steps steps = new Steps(1, 0, LARGE.length);
        String workflowId = startWorkflow(SMALL, steps);
        assertThat(workflowTaskFailure(workflowId)).contains("s3:PutObject").contains(this.bucket);
        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        assertCompletes(workflowId, SMALL, steps);
    }

    @Test
    void failedStoreOfAResultRetriesTheActivity() {
        startWorker();
        this.gateway.on("PUT", S3Gateway.denied());
        Steps steps = new Steps(LARGE.length, 0, 1);
        String workflowId = startWorkflow(SMALL, steps);
        assertThat(activityFailure(workflowId)).contains("s3:PutObject").contains(this.bucket);
        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        assertCompletes(workflowId, SMALL, steps);
    }

    @Test
    void failedStoreOfAHeartbeatLosesNothing() {
        startWorker();
        this.gateway.on("PUT", S3Gateway.denied());
        Steps steps = new Steps(1, LARGE.length, 1);
        String workflowId = startWorkflow(SMALL, steps);
        await().atMost(Duration.ofSeconds(30)).until(() -> this.gateway.count().getOrDefault("PUT", 0L) > 0);
        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        assertCompletes(workflowId, SMALL, steps);
    }

    @Test
    void failedStoreOfAQueryResultFailsOnlyTheQuery() {
        startWorker();
        String workflowId = startWorkflow(SMALL, Steps.SMALL);
        assertCompletes(workflowId, SMALL, Steps.SMALL);
        this.gateway.on("PUT", S3Gateway.denied());
        assertThatThrownBy(() -> query(workflowId)).hasStackTraceContaining("s3:PutObject");
        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        assertThat(query(workflowId)).isEqualTo(Payloads.bytes(LARGE.length, LARGE.length));
    }

    @Test
    void anotherWorkerTakesOverFromAWorkerKilledAfterAnUpload() throws Exception {
        S3Gateway.HoldAnswer held = new S3Gateway.HoldAnswer();
        this.gateway.on("PUT", held);
        Steps steps = new Steps(LARGE.length, 0, 1);
        String workflowId = startWorkflow(SMALL, steps);
        Process worker = startWorkerProcess();
        try {
            held.awaitAnswer();
        }
        finally {
            worker.destroyForcibly().waitFor();
        }
        // The activity's result is in the bucket, and nobody has heard of it.
        String orphan = onlyKey();
        held.release();
        this.gateway.on("PUT", S3Gateway.Exchange::forward);
        startWorker();
        assertCompletes(workflowId, SMALL, steps);
        assertThat(History.payloads(this.client, workflowId)).filteredOn(StorageReference::isReference)
            .extracting((reference) -> StorageReference.from(reference).claim().getClaimData().get("key"))
            .containsOnly(orphan);
    }

    private Process startWorkerProcess() throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-cp",
                        System.getProperty("java.class.path"), FaultApplication.class.getName()));
        command.addAll(List.of(arguments(true, this.gateway.properties(this.bucket))));
        return new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    }

    private byte[] query(String workflowId) {
        return this.client.newUntypedWorkflowStub(workflowId).query("bytes", byte[].class, LARGE.length);
    }

    private void startWorker() {
        start(true, this.gateway.properties(this.bucket));
    }

    private ConfigurableApplicationContext start(boolean worker, String... properties) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(FaultApplication.class)
            .web(WebApplicationType.NONE)
            .run(arguments(worker, properties));
        this.resources.add(0, context);
        return context;
    }

    private String[] arguments(boolean worker, String... properties) {
        Stream<String> workers = Stream
            .of("workers[0].task-queue=" + this.taskQueue,
                    "workers[0].workflow-classes[0]=" + FaultApplication.StepsWorkflowImplementation.class.getName(),
                    "workers[0].activity-beans[0]=stepsActivity")
            .map((property) -> "spring.temporal." + property);
        return Stream
            .of(Stream.of("spring.temporal.connection.target=" + TemporalServer.shared().getTarget()),
                    worker ? workers : Stream.<String>empty(), Stream.of(properties))
            .flatMap((each) -> each)
            .map((property) -> "--" + property)
            .toArray(String[]::new);
    }

    private String startWorkflow(byte[] input, Steps steps) {
        String workflowId = UUID.randomUUID().toString();
        WorkflowClient.start(this.client.newWorkflowStub(StepsWorkflow.class,
                WorkflowOptions.newBuilder()
                    .setWorkflowId(workflowId)
                    .setTaskQueue(this.taskQueue)
                    .setWorkflowExecutionTimeout(Duration.ofMinutes(3))
                    .build())::run,
                input, steps);
        return workflowId;
    }

    private void assertCompletes(String workflowId, byte[] input, Steps steps) {
        try {
            assertThat(this.client.newUntypedWorkflowStub(workflowId).getResult(90, TimeUnit.SECONDS, byte[].class))
                .isEqualTo(FaultApplication.expected(input, steps));
        }
        catch (TimeoutException ex) {
            throw new AssertionError("The workflow did not complete", ex);
        }
        assertThat(History.payloads(this.client, workflowId))
            .allMatch((payload) -> payload.getSerializedSize() < 256 * 1024)
            .filteredOn(StorageReference::isReference)
            .allSatisfy((reference) -> {
                Map<String, String> claim = StorageReference.from(reference).claim().getClaimData();
                assertThat(Payloads.sha256(this.s3.content(claim.get("bucket"), claim.get("key"))))
                    .isEqualTo(claim.get("hash_value"));
            });
    }

    /** Returns the message of the first failed workflow task in the history. */
    private String workflowTaskFailure(String workflowId) {
        return await().atMost(Duration.ofSeconds(60))
            .until(() -> this.client.fetchHistory(workflowId)
                .getEvents()
                .stream()
                .filter(HistoryEvent::hasWorkflowTaskFailedEventAttributes)
                .map((event) -> event.getWorkflowTaskFailedEventAttributes().getFailure().toString())
                .findFirst()
                .orElse(null), Objects::nonNull);
    }

    /** Returns the message of the last failure of the activity that is being retried. */
    private String activityFailure(String workflowId) {
        return await().atMost(Duration.ofSeconds(60))
            .until(() -> this.client.getWorkflowServiceStubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                    .setNamespace("default")
                    .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                    .build())
                .getPendingActivitiesList()
                .stream()
                .filter(PendingActivityInfo::hasLastFailure)
                .map((activity) -> activity.getLastFailure().toString())
                .findFirst()
                .orElse(null), Objects::nonNull);
    }

    private String onlyKey() {
        List<String> keys = this.s3.keys(this.bucket);
        assertThat(keys).hasSize(1);
        return keys.get(0);
    }

}
