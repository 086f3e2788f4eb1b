package io.github.claimcheck.temporal.benchmark;

import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Creates many payloads, a few at a time, keeps none of them, and then stays open until a
 * signal ends it.
 */
@WorkflowInterface
public interface CollectingWorkflow {

    int BATCH = 10;

    @WorkflowMethod
    void collect(Workload.Order order);

    /** Waits until all payloads are collected. */
    @UpdateMethod
    void awaitAll();

    @SignalMethod
    void end();

    /** Returns the number of collected bytes. */
    @QueryMethod
    long collected();

    /** The implementation. */
    class Implementation implements CollectingWorkflow {

        private final WorkloadActivities activities = Workflow.newActivityStub(WorkloadActivities.class,
                WorkloadActivities.options());

        private long collected;

        private boolean complete;

        private boolean ended;

        @Override
        public void collect(Workload.Order order) {
            for (int i = 0; i < order.count(); i += BATCH) {
                int first = i;
                // The SDK's cancellation scopes keep the results of their activities, for
                // as long as they live.
                Workflow.newDetachedCancellationScope(() -> this.collected += batch(order, first)).run();
            }
            this.complete = true;
            Workflow.await(() -> this.ended);
        }

        private long batch(Workload.Order order, int first) {
            List<Promise<byte[]>> batch = IntStream.range(first, Math.min(first + BATCH, order.count()))
                .mapToObj((i) -> Async.function(this.activities::make, order.size(), order.seed(i)))
                .toList();
            return batch.stream().mapToLong((promise) -> promise.get().length).sum();
        }

        @Override
        public void awaitAll() {
            Workflow.await(() -> this.complete);
        }

        @Override
        public void end() {
            this.ended = true;
        }

        @Override
        public long collected() {
            return this.collected;
        }

    }

}
