package io.github.claimcheck.temporal.benchmark;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import java.lang.management.ManagementFactory;

/**
 * What a payload costs in histories of any length: while the workflow runs, in memory
 * while it is open, and when it is replayed.
 */
final class GrowthBenchmark implements Section {

    private static final int[] REFERENCES = { 10, 100, 500 };

    private static final int SIZE = 300_000;

    @Override
    public void run(BenchmarkEnvironment environment, Report report) throws InterruptedException {
        report.heading("Growth");
        report.text("A workflow that has payloads of 300 KB made, ten at a time, in cancellation scopes that end, and "
                + "stays open in the worker's cache. Heap is what is used then, after a garbage collection, over what "
                + "was used before. At last the workflow ends, and a query replays it.");
        report.table(1, "driver", "references", "requests per payload", "MB per payload", "ms per payload", "heap, MB",
                "replay: requests per payload", "replay: MB per payload", "replay: ms per payload");
        for (Contender contender : Contender.values()) {
            for (int references : REFERENCES) {
                try (Application application = contender.start(environment)) {
                    measure(environment, report, contender, application, references);
                }
            }
        }
    }

    private static void measure(BenchmarkEnvironment environment, Report report, Contender contender,
            Application application, int references) throws InterruptedException {
        // Not reported: loads classes and opens connections.
        end(run(application, Workload.FAN_OUT.order(REFERENCES[0], SIZE)));
        double heapBefore = usedHeap();
        environment.takeTraffic();
        WorkflowStub[] workflow = new WorkflowStub[1];
        double time = Statistics
            .milliseconds(() -> workflow[0] = run(application, Workload.FAN_OUT.order(references, SIZE)));
        Traffic traffic = environment.takeTraffic();
        double heap = usedHeap() - heapBefore;
        end(workflow[0]);
        environment.takeTraffic();
        double replayTime = Statistics.milliseconds(() -> workflow[0].query("collected", long.class));
        Traffic replay = environment.takeTraffic();
        report.row(contender, references, (double) traffic.requests() / references, traffic.megabytes() / references,
                time / references, heap, (double) replay.requests() / references, replay.megabytes() / references,
                replayTime / references);
    }

    /** Runs until all payloads are there, and leaves the workflow open. */
    private static WorkflowStub run(Application application, Workload.Order order) {
        CollectingWorkflow workflow = application.client()
            .newWorkflowStub(CollectingWorkflow.class, application.options(Application.newId()));
        WorkflowClient.start(workflow::collect, order);
        workflow.awaitAll();
        return WorkflowStub.fromTyped(workflow);
    }

    private static void end(WorkflowStub workflow) {
        workflow.signal("end");
        workflow.getResult(Void.class);
    }

    private static double usedHeap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
    }

}
