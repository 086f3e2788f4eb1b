package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.server.LargeHistoryApplication.LargeHistoryWorkflow;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.ThrottledRelay;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers with 512 MB that have lost their memory, and a history of 1,000 payloads of 300
 * KB, which takes 15 seconds to download: longer than the timeout of a workflow task.
 */
@TemporalServerTest
@Tag("slow")
@TestInstance(Lifecycle.PER_CLASS)
class LargeHistoryTests {

    private static final int PAYLOADS = 1000;

    private static final int SIZE = 300_000;

    private static final long BYTES_PER_SECOND = 20_000_000;

    /** What may be in flight when a worker is killed. */
    private static final int IN_FLIGHT = 64;

    private final S3Server s3 = S3Server.shared();

    private final String bucket = this.s3.createBucket();

    private final S3Gateway gateway = S3Gateway.to(this.s3);

    private final ThrottledRelay relay = ThrottledRelay.to(this.gateway.getEndpoint(), BYTES_PER_SECOND);

    private final String taskQueue = "large-" + UUID.randomUUID();

    private final WorkflowServiceStubs stubs = TemporalServer.shared().newStubs();

    private final WorkflowClient client = WorkflowClient.newInstance(this.stubs,
            WorkflowClientOptions.newBuilder().build());

    private final List<Process> processes = new ArrayList<>();

    private final String workflowId = "large-" + UUID.randomUUID();

    private final LargeHistoryWorkflow workflow = this.client.newWorkflowStub(LargeHistoryWorkflow.class,
            WorkflowOptions.newBuilder().setWorkflowId(this.workflowId).setTaskQueue(this.taskQueue).build());

    private Path logs;

    private Path cache;

    /** By a worker with a fast network, which then is gone. */
    @BeforeAll
    void makeTheHistory(@TempDir Path logs) throws Exception {
        this.logs = logs;
        Process worker = startWorker(this.gateway.properties(this.bucket));
        WorkflowClient.start(this.workflow::run, PAYLOADS, SIZE);
        await().atMost(Duration.ofMinutes(4)).until(() -> this.gateway.count().getOrDefault("PUT", 0L) >= PAYLOADS);
        await().atMost(Duration.ofMinutes(1)).until(() -> this.workflow.collected() == PAYLOADS);
        worker.destroyForcibly().waitFor();
    }

    @BeforeEach
    void startCold(@TempDir Path directory) {
        this.cache = directory.resolve("cache");
        this.gateway.reset();
    }

    @AfterEach
    void killWorkers() throws InterruptedException {
        for (Process process : this.processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @AfterAll
    void close() {
        this.relay.close();
        this.gateway.close();
        this.stubs.shutdownNow();
    }

    private Process startWorker(String[] s3, String... more) throws IOException {
        List<String> command = Stream
            .of(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-classpath",
                    System.getProperty("java.class.path"), LargeHistoryApplication.class.getName()),
                    Stream
                        .of("spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                                "spring.temporal.workers[0].task-queue=" + this.taskQueue,
                                "spring.temporal.workers[0].workflow-classes[0]="
                                        + LargeHistoryApplication.Implementation.class.getName(),
                                "spring.temporal.workers[0].activity-beans[0]=makeActivity")
                        .map("--"::concat),
                    Stream.of(s3).map("--"::concat), Stream.of(more))
            .flatMap((part) -> part)
            .toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(this.logs.resolve("worker-" + this.processes.size() + ".log").toFile())
            .start();
        this.processes.add(process);
        return process;
    }

    private Process startSlowWorker(String... more) throws IOException {
        return startWorker(S3Server.properties(this.bucket, this.relay.getEndpoint()), more);
    }

    private String[] cacheOnDisk() {
        return new String[] { "--temporal.external-storage.cache.disk.directory=" + this.cache,
                "--temporal.external-storage.cache.disk.max-size=1GB" };
    }

    private long gets() {
        return this.gateway.count().getOrDefault("GET", 0L);
    }

    private void awaitGets(long number) {
        await().atMost(Duration.ofMinutes(2)).until(() -> gets() >= number);
    }

    /** Waits until a worker has worked on everything, the last signal included. */
    private void assertGoesOn() {
        await().atMost(Duration.ofMinutes(4)).until(() -> {
            List<HistoryEvent> events = history();
            EventType last = events.get(events.size() - 1).getEventType();
            return last == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
                    || last == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED;
        });
    }

    private List<HistoryEvent> history() {
        return this.client.fetchHistory(this.workflowId).getEvents();
    }

    /** Returns the number of tasks that timed out since the last signal. */
    private long timedOutTasks() {
        List<EventType> types = history().stream().map(HistoryEvent::getEventType).toList();
        return types.subList(types.lastIndexOf(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED), types.size())
            .stream()
            .filter((type) -> type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT)
            .count();
    }

    private long filesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(this.cache)) {
            return files.filter((file) -> file.getFileName().toString().length() > IN_FLIGHT).count();
        }
    }

    @Test
    void goesOnAfterAColdStart() throws Exception {
        startSlowWorker(cacheOnDisk());
        this.workflow.step();

        assertGoesOn();

        assertThat(gets()).isEqualTo(PAYLOADS);
        assertThat(timedOutTasks()).isBetween(0L, 2L);
        assertThat(filesOnDisk()).isEqualTo(PAYLOADS);
    }

    /**
     * The next attempt finds what is still in memory, and downloads the rest again. Where
     * the machine is busy, the workflow does not go on at all.
     */
    @Test
    void anAttemptRepeatsDownloadsWithoutACacheOnDisk() throws Exception {
        startSlowWorker();
        this.workflow.step();

        awaitGets(PAYLOADS + PAYLOADS / 10);
    }

    @Test
    void attemptsOfWorkersThatAreKilledAddUp() throws Exception {
        this.workflow.step();
        for (int kill = 1; kill <= 3; kill++) {
            Process worker = startSlowWorker(cacheOnDisk());
            awaitGets(kill * 250L);
            worker.destroyForcibly().waitFor();
        }
        startSlowWorker(cacheOnDisk());

        assertGoesOn();

        assertThat(gets()).isBetween((long) PAYLOADS, (long) PAYLOADS + 3 * IN_FLIGHT);
        assertThat(filesOnDisk()).isEqualTo(PAYLOADS);
    }

    /** The cliff: workers that live for less than the download never go on. */
    @Test
    void attemptsOfWorkersThatAreKilledDoNotAddUpWithoutACacheOnDisk() throws Exception {
        this.workflow.step();
        for (int kill = 1; kill <= 3; kill++) {
            Process worker = startSlowWorker();
            awaitGets(kill * 250L);
            worker.destroyForcibly().waitFor();
        }

        assertThat(this.gateway.requests().stream().map(S3Gateway.Request::path).distinct().count())
            .as("objects that were downloaded")
            .isLessThan(500);
    }

}
