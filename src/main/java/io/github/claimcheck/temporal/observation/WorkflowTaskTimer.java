package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.task.TaskTransfers;
import io.github.claimcheck.temporal.task.TaskTransfers.Amount;
import io.github.claimcheck.temporal.task.WorkflowTaskListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Records the time that each workflow task with transfers spent in external storage, for
 * either direction in which it had any. Thread-safe.
 */
@InternalApi
public final class WorkflowTaskTimer implements WorkflowTaskListener {

    /**
     * The name of the timer, with the tags {@code namespace} and {@code operation}. It
     * has no tag for the workflow's type: whoever can start a workflow can make up types.
     */
    static final String NAME = "temporal.external.storage.workflow.task";

    private final MeterRegistry meters;

    /**
     * Creates a timer.
     * @param meters records the time
     */
    public WorkflowTaskTimer(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void taskEnded(TaskTransfers transfers) {
        record(transfers, transfers.stored(), StorageDriverObservation.STORE);
        record(transfers, transfers.retrieved(), StorageDriverObservation.RETRIEVE);
    }

    private void record(TaskTransfers task, Amount amount, StorageDriverObservation operation) {
        if (amount.calls() > 0) {
            Timer.builder(NAME)
                .description("Time that workflow tasks spent in external storage")
                .tag("namespace", task.namespace())
                .tag("operation", operation.getOperation())
                .register(this.meters)
                .record(amount.time());
        }
    }

}
