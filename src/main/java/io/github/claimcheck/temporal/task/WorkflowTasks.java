package io.github.claimcheck.temporal.task;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The workflow tasks that the workers of this application are working on, with the
 * transfers of each.
 * <p>
 * The SDK does not tell drivers which task a payload belongs to. But it calls them on the
 * thread that handles the task, whose log context (MDC) has the id of the run, or on a
 * thread that has just completed another transfer of the task. A run has one workflow
 * task at a time, and its queries wait for each other. Without a log context, as with
 * {@code slf4j-nop}, no transfer is counted.
 * <p>
 * A task is over when the worker answers it. A worker does not answer if it cannot
 * retrieve the payloads of a further attempt: such a task is over when the run's next one
 * arrives, or after three minutes, when the server has long given it up.
 * <p>
 * Thread-safe.
 */
final class WorkflowTasks {

    /** The longest timeout of a workflow task is two minutes by default. */
    private static final Duration EXPIRY = Duration.ofMinutes(3);

    private static final int MAX_TASKS = 10_000;

    private final List<WorkflowTaskListener> listeners;

    private final Ticker clock;

    private final Cache<ByteString, WorkflowTask> byToken;

    /** The tasks that are not over, by the ids of their runs, the earliest first. */
    private final Map<String, Deque<WorkflowTask>> byRun = new ConcurrentHashMap<>();

    private final ThreadLocal<WorkflowTask> continued = new ThreadLocal<>();

    /**
     * Creates an empty set of tasks.
     * @param listeners are told of each task with transfers that is over
     * @param clock provides the time
     */
    WorkflowTasks(List<? extends WorkflowTaskListener> listeners, Ticker clock) {
        this.listeners = List.copyOf(listeners);
        this.clock = clock;
        this.byToken = Caffeine.newBuilder()
            .maximumSize(MAX_TASKS)
            .expireAfterWrite(EXPIRY)
            .ticker(clock)
            .scheduler(Scheduler.systemScheduler())
            .executor(BackgroundThreads.executor())
            .<ByteString, WorkflowTask>removalListener((token, task, cause) -> {
                if (task != null && cause.wasEvicted()) {
                    end(task, false);
                }
            })
            .build();
    }

    /** Begins a task, unless the server had none. */
    void received(String namespace, PollWorkflowTaskQueueResponse response) {
        if (response.getTaskToken().isEmpty()) {
            return;
        }
        WorkflowTask task = new WorkflowTask(namespace, response, now());
        List<WorkflowTask> abandoned = new ArrayList<>();
        this.byToken.put(response.getTaskToken(), task);
        this.byRun.compute(task.getRunId(), (run, known) -> {
            Deque<WorkflowTask> tasks = (known != null) ? known : new ConcurrentLinkedDeque<>();
            // A worker that is still at an earlier one turns to the new one afterwards.
            tasks.stream().filter((earlier) -> earlier.isAbandoned(task, now())).forEach(abandoned::add);
            tasks.add(task);
            return tasks;
        });
        abandoned.forEach((earlier) -> end(earlier, false));
    }

    /**
     * Ends a task that is being answered.
     * @param token the token of the task
     * @return the task; null if it is unknown, or was answered before without a failed
     * transfer
     */
    @Nullable WorkflowTask answered(ByteString token) {
        WorkflowTask task = this.byToken.getIfPresent(token);
        if (task != null) {
            end(task, true);
            // The answer may be sent again, and has to be the same then.
            if (!task.hasFailedTransfer()) {
                this.byToken.invalidate(token);
            }
        }
        return task;
    }

    private void end(WorkflowTask task, boolean answered) {
        this.byRun.computeIfPresent(task.getRunId(), (run, tasks) -> {
            tasks.remove(task);
            return tasks.isEmpty() ? null : tasks;
        });
        TaskTransfers transfers = task.end(answered, now());
        if (transfers != null) {
            this.listeners.forEach((listener) -> listener.taskEnded(transfers));
        }
    }

    long now() {
        return this.clock.read();
    }

    /** Returns the task that this thread works on; null if there is none. */
    @Nullable WorkflowTask current() {
        WorkflowTask task = this.continued.get();
        if (task != null) {
            return task;
        }
        String runId = MDC.get("RunId");
        // Activities have the id of their workflow's run, too.
        Deque<WorkflowTask> tasks = (runId != null && MDC.get("ActivityId") == null) ? this.byRun.get(runId) : null;
        // A query that arrived earlier waits for the task.
        return (tasks != null) ? tasks.stream().filter((open) -> !open.isQuery()).findFirst().orElse(tasks.peekFirst())
                : null;
    }

    /** Runs what follows a transfer of a task, such as the next transfer. */
    void continueWith(WorkflowTask task, Runnable next) {
        WorkflowTask outer = this.continued.get();
        this.continued.set(task);
        try {
            next.run();
        }
        finally {
            if (outer != null) {
                this.continued.set(outer);
            }
            else {
                this.continued.remove();
            }
        }
    }

}
