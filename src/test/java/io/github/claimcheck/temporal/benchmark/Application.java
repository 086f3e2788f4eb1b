package io.github.claimcheck.temporal.benchmark;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.worker.Worker;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;

/**
 * A workflow client and a worker, with caches of their own, as in a separate process.
 */
interface Application extends AutoCloseable {

    WorkflowClient client();

    String taskQueue();

    @Override
    void close();

    default WorkflowOptions options(String workflowId) {
        return WorkflowOptions.newBuilder()
            .setWorkflowId(workflowId)
            .setTaskQueue(taskQueue())
            .setWorkflowExecutionTimeout(Duration.ofMinutes(10))
            .build();
    }

    /** Runs a workload to completion and returns its workflow ID. */
    default String run(Workload.Order order) {
        String workflowId = newId();
        byte[] input = order.input();
        byte[] result = client().newWorkflowStub(WorkloadWorkflow.class, options(workflowId)).run(order, input);
        if (order.workload() == Workload.PASS_THROUGH && !Arrays.equals(input, result)) {
            throw new IllegalStateException("What came back is not what was sent");
        }
        return workflowId;
    }

    /**
     * Queries a closed workflow for its result, for which a worker must replay its
     * history.
     */
    default byte[] query(String workflowId) {
        return client().newWorkflowStub(WorkloadWorkflow.class, workflowId).result();
    }

    static void register(Worker worker) {
        worker.registerWorkflowImplementationTypes(WorkloadWorkflow.Implementation.class,
                CollectingWorkflow.Implementation.class);
        worker.registerActivitiesImplementations(new WorkloadActivities.Implementation(),
                new WorkloadActivities.MeasureAll());
    }

    static String newId() {
        return UUID.randomUUID().toString();
    }

}
