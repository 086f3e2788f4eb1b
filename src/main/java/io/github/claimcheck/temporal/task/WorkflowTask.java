package io.github.claimcheck.temporal.task;

import io.github.claimcheck.temporal.task.TaskTransfers.Amount;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** A workflow task, or a query, that a worker has received. Thread-safe. */
final class WorkflowTask {

    /** A worker waits up to five seconds for its turn at the run. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final String namespace;

    private final String workflowType;

    private final String workflowId;

    private final String runId;

    private final int attempt;

    private final boolean query;

    private final BusyTime busy = new BusyTime();

    private final Direction retrieved = new Direction();

    private final Direction stored = new Direction();

    private long lastSeen;

    private boolean ended;

    WorkflowTask(String namespace, PollWorkflowTaskQueueResponse task, long now) {
        // The response holds the history, so it is not kept.
        this.namespace = namespace;
        this.workflowType = task.getWorkflowType().getName();
        this.workflowId = task.getWorkflowExecution().getWorkflowId();
        this.runId = task.getWorkflowExecution().getRunId();
        this.attempt = task.getAttempt();
        this.query = task.hasQuery();
        this.lastSeen = now;
    }

    boolean isQuery() {
        return this.query;
    }

    String getRunId() {
        return this.runId;
    }

    Direction retrieved() {
        return this.retrieved;
    }

    Direction stored() {
        return this.stored;
    }

    synchronized boolean hasFailedTransfer() {
        return this.retrieved.failed + this.stored.failed > 0;
    }

    /**
     * Returns whether no worker works on the task any more, though it was not answered.
     * @param next the next task that the server has sent for the run
     * @param now the time
     */
    synchronized boolean isAbandoned(WorkflowTask next, long now) {
        return this.busy.getInFlight() == 0
                // The server sends a workflow task only when the one before is over.
                && ((!this.query && !next.query) || hasFailedTransfer() || now - this.lastSeen > IDLE.toNanos());
    }

    /**
     * Ends the task.
     * @return the task's transfers; null if there are none, or the task had ended before
     */
    synchronized @Nullable TaskTransfers end(boolean answered, long now) {
        boolean first = !this.ended;
        this.ended = true;
        return (first && this.retrieved.calls + this.stored.calls > 0) ? new TaskTransfers(this.namespace,
                this.workflowType, this.workflowId, this.runId, this.attempt, answered,
                Duration.ofNanos(this.busy.until(now)), this.retrieved.amount(now), this.stored.amount(now)) : null;
    }

    /** The task's downloads or its uploads. */
    final class Direction {

        private final BusyTime time = new BusyTime();

        private final Set<String> drivers = new TreeSet<>();

        private int calls;

        private int failed;

        private int payloads;

        private long bytes;

        private Direction() {
        }

        void begin(String driver, long now) {
            synchronized (WorkflowTask.this) {
                this.calls++;
                this.drivers.add(driver);
                this.time.begin(now);
                WorkflowTask.this.busy.begin(now);
                WorkflowTask.this.lastSeen = now;
            }
        }

        /**
         * Ends one call.
         * @param transferred the payloads, unless the call failed
         * @param failure the failure, or null
         */
        void end(List<Payload> transferred, @Nullable Throwable failure, long now) {
            synchronized (WorkflowTask.this) {
                this.time.end(now);
                WorkflowTask.this.busy.end(now);
                WorkflowTask.this.lastSeen = now;
                this.failed += (failure == null || failure instanceof CancellationException) ? 0 : 1;
                this.payloads += transferred.size();
                this.bytes += transferred.stream().mapToLong(Payload::getSerializedSize).sum();
            }
        }

        private Amount amount(long now) {
            return new Amount(this.calls, this.failed, this.time.getInFlight(), this.payloads, this.bytes,
                    List.copyOf(this.drivers), Duration.ofNanos(this.time.until(now)));
        }

    }

}
