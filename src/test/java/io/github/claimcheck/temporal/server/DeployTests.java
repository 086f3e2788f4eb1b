package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.server.DeployApplication.StepwiseWorkflow;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are stopped and started again while workflows run, as a deploy does. */
@TemporalServerTest
class DeployTests {

    private static final int WORKFLOWS = 12;

    private final S3Server s3 = S3Server.shared();

    private final String bucket = this.s3.createBucket();

    private final String taskQueue = UUID.randomUUID().toString();

    private final WorkflowServiceStubs stubs = TemporalServer.shared().newStubs();

    private final WorkflowClient client = WorkflowClient.newInstance(this.stubs,
            WorkflowClientOptions.newBuilder().build());

    private final List<Process> processes = new ArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        this.processes.forEach(Process::destroyForcibly);
        this.stubs.shutdownNow();
    }

    /** One attempt for each activity: what a deploy cuts off is lost. */
    @Test
    void deploysSpendNoAttemptAndFailNoTask() throws Exception {
        Process worker = startWorker("root");
        List<String> workflows = startWorkflows(1);
        for (int deploy = 0; deploy < 2; deploy++) {
            awaitRunningActivities(workflows);
            stop(worker);
            worker = startWorker("root");
        }
        assertComplete(workflows);
        assertThat(events(workflows)).doesNotContain(EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
                EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED);
    }

    /** The Temporal starter shuts these workers down before anything else. */
    @Test
    void deploysOfWorkersInNonRootNamespacesLoseNothing() throws Exception {
        Process worker = startWorker("namespaces[0]");
        List<String> workflows = startWorkflows(1);
        awaitRunningActivities(workflows);
        stop(worker);
        startWorker("namespaces[0]");
        assertComplete(workflows);
        assertThat(events(workflows)).doesNotContain(EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
                EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED);
    }

    @Test
    void stopsAndKillsByTurnsLoseNothing() throws Exception {
        Process worker = startWorker("root");
        List<String> workflows = startWorkflows(0);
        for (int round = 0; round < 2; round++) {
            awaitRunningActivities(workflows);
            if (round % 2 == 0) {
                worker.destroyForcibly().waitFor();
            }
            else {
                stop(worker);
            }
            worker = startWorker("root");
        }
        assertComplete(workflows);
    }

    /** What is still running then fails with words that say so. */
    @Test
    void anActivityThatOutlivesTheShutdownPhaseSaysWhy() throws Exception {
        Process worker = startWorker("root", "--spring.lifecycle.timeout-per-shutdown-phase=100ms");
        List<String> workflows = startWorkflows(0);
        awaitRunningActivities(workflows);
        stop(worker);
        assertThat(log(worker)).contains("Workers still have tasks after 100 ms")
            .contains("Raise spring.lifecycle.timeout-per-shutdown-phase");
        startWorker("root");
        assertComplete(workflows);
    }

    private void stop(Process worker) throws InterruptedException {
        worker.destroy();
        assertThat(worker.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
    }

    private Process startWorker(String namespace, String... more) throws IOException {
        String prefix = "--spring.temporal." + (namespace.equals("root") ? "" : namespace + ".");
        Stream<String> properties = Stream.of(
                "--spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                prefix + "namespace=default", prefix + "workers[0].task-queue=" + this.taskQueue,
                prefix + "workers[0].workflow-classes[0]=" + DeployApplication.Implementation.class.getName(),
                prefix + "workers[0].activity-beans[0]=stepActivity");
        if (!namespace.equals("root")) {
            properties = Stream.concat(properties, Stream.of(prefix + "alias=other"));
        }
        List<String> command = Stream
            .of(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-classpath",
                    System.getProperty("java.class.path"), DeployApplication.class.getName()), properties,
                    Stream.of(this.s3.properties(this.bucket)).map("--"::concat), Stream.of(more))
            .flatMap((part) -> part)
            .toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(file(this.processes.size()).toFile())
            .start();
        this.processes.add(process);
        return process;
    }

    private Path file(int process) {
        return this.directory.resolve("worker-" + process + ".log");
    }

    private String log(Process worker) throws IOException {
        return Files.readString(file(this.processes.indexOf(worker)));
    }

    private List<String> startWorkflows(int maximumAttempts) {
        return IntStream.range(0, WORKFLOWS).mapToObj((i) -> {
            String workflowId = "deploy-" + UUID.randomUUID();
            WorkflowClient.start(this.client.newWorkflowStub(StepwiseWorkflow.class,
                    WorkflowOptions.newBuilder()
                        .setWorkflowId(workflowId)
                        .setTaskQueue(this.taskQueue)
                        .setWorkflowExecutionTimeout(Duration.ofMinutes(3))
                        .build())::run,
                    maximumAttempts);
            return workflowId;
        }).toList();
    }

    private void awaitRunningActivities(List<String> workflows) {
        await().atMost(Duration.ofSeconds(60))
            .until(() -> workflows.stream().filter(this::hasRunningActivity).limit(WORKFLOWS / 2).count() >= WORKFLOWS
                    / 2);
    }

    private boolean hasRunningActivity(String workflowId) {
        return this.stubs.blockingStub()
            .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                .setNamespace("default")
                .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                .build())
            .getPendingActivitiesList()
            .stream()
            .anyMatch((activity) -> activity.getState() == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED);
    }

    private void assertComplete(List<String> workflows) throws Exception {
        for (String workflow : workflows) {
            assertThat(this.client.newUntypedWorkflowStub(workflow).getResult(120, TimeUnit.SECONDS, Integer.class))
                .isEqualTo(DeployApplication.expected());
        }
    }

    private List<EventType> events(List<String> workflows) {
        return workflows.stream()
            .flatMap((workflow) -> this.client.fetchHistory(workflow).getEvents().stream())
            .map((event) -> event.getEventType())
            .toList();
    }

}
