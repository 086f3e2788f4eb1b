package io.github.claimcheck.temporal.task;

import io.github.claimcheck.temporal.internal.InternalApi;

/**
 * Is told of workflow tasks with transfers. Implementations are thread-safe, do not block
 * and do not throw.
 */
@FunctionalInterface
@InternalApi
public interface WorkflowTaskListener {

    /**
     * Called once for each task that is over and had a transfer.
     * @param transfers the task's transfers
     */
    void taskEnded(TaskTransfers transfers);

}
