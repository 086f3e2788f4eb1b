package io.github.claimcheck.temporal.plugin;

import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import io.temporal.worker.WorkerPlugin;
import java.util.function.BiConsumer;

/**
 * A worker plugin that changes nothing about workers, for those that are about worker
 * factories.
 */
abstract class WorkerFactoryPlugin implements WorkerPlugin {

    @Override
    public void configureWorkerFactory(WorkerFactoryOptions.Builder builder) {
    }

    @Override
    public void configureWorker(String taskQueue, WorkerOptions.Builder builder) {
    }

    @Override
    public void initializeWorker(String taskQueue, Worker worker) {
    }

    @Override
    public void startWorker(String taskQueue, Worker worker, BiConsumer<String, Worker> next) {
        next.accept(taskQueue, worker);
    }

    @Override
    public void shutdownWorker(String taskQueue, Worker worker, BiConsumer<String, Worker> next) {
        next.accept(taskQueue, worker);
    }

    @Override
    public void replayWorkflowExecution(Worker worker, WorkflowExecutionHistory history, ReplayCallback next)
            throws Exception {
        next.replay(worker, history);
    }

}
