package io.github.claimcheck.temporal.benchmark;

import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflowservice.v1.ResetStickyTaskQueueRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/**
 * What a payload costs in histories of any length: while the workflow runs, in memory and
 * on disk while it is open, and when it is replayed, by a process that has nothing of it
 * in memory and once more.
 */
final class GrowthBenchmark implements Section {

    private static final int[] REFERENCES = Arrays
        .stream(System.getProperty("benchmark.growth", "10,100,500,1000,3000").split(","))
        .mapToInt(Integer::parseInt)
        .toArray();

    private static final int SIZE = 300_000;

    /**
     * A longer history may not arrive within the time that a task has, and then never
     * does, unless one attempt leaves to the next what it got.
     */
    private static final int FITS_A_TASK = 1000;

    /**
     * After which a replay is given up that the Temporal server starts again and again.
     */
    private static final long PATIENCE_MILLIS = 60_000;

    /** By contender: what was measured for each number of references. */
    private final Map<String, List<Measured>> measured = new LinkedHashMap<>();

    @Override
    public void run(BenchmarkEnvironment environment, Report report) throws Exception {
        report.heading("Growth");
        report.text("A workflow that has payloads of 300 KB made, ten at a time, in cancellation scopes that end, and "
                + "stays open in the worker's cache; then a query in a process that has just started, and once more. "
                + "Heap is what is used at the end of the run, after a garbage collection, over what was used before. "
                + "Everything is per payload. A dash: no answer within " + PATIENCE_MILLIS / 1000 + " s.");
        report.table(1, "driver", "references", "run: requests", "MB", "ms", "heap, KB", "disk, KB", "replay: requests",
                "MB", "ms", "again: requests", "MB", "ms");
        measure(environment, report, "this starter", FITS_A_TASK,
                (queue, disk) -> new StarterApplication(environment, queue));
        measure(environment, report, "this starter, with a cache of 2 GB on disk", Integer.MAX_VALUE,
                (queue, disk) -> new StarterApplication(environment, queue,
                        "temporal.external-storage.cache.disk.directory=" + disk,
                        "temporal.external-storage.cache.disk.max-size=2GB"));
        measure(environment, report, "official style", FITS_A_TASK,
                (queue, disk) -> new OfficialStyleApplication(environment, queue));
        report.chart("growth", new LineChart("What a payload costs by the length of its history", "references",
                Arrays.stream(REFERENCES).mapToObj(String::valueOf).toList(), List.copyOf(this.measured.keySet()),
                List.of(panel("Run: requests per payload", (each) -> each.run().requests()),
                        panel("Replay after a restart: requests per payload", (each) -> each.replay().requests()),
                        panel("Replay after a restart: seconds",
                                (each) -> each.replay().millis() * each.references() / 1000),
                        panel("Replay again: seconds", (each) -> each.again().millis() * each.references() / 1000))));
    }

    private LineChart.Panel panel(String title, Function<Measured, Double> value) {
        return new LineChart.Panel(title,
                this.measured.values().stream().map((line) -> line.stream().map(value).toList()).toList());
    }

    private void measure(BenchmarkEnvironment environment, Report report, String title, int most,
            BiFunction<String, Path, Application> start) throws Exception {
        for (int references : IntStream.of(REFERENCES).filter((each) -> each <= most).toArray()) {
            Path disk = Files.createTempDirectory("growth");
            Measured result = measure(environment, references, (queue) -> start.apply(queue, disk), disk);
            FileSystemUtils.deleteRecursively(disk);
            this.measured.computeIfAbsent(title, (unknown) -> new ArrayList<>()).add(result);
            report.row(title, references, result.run().requests(), result.run().megabytes(), result.run().millis(),
                    result.heap(), result.disk(), cell(result.replay(), Cost::requests),
                    cell(result.replay(), Cost::megabytes), cell(result.replay(), Cost::millis),
                    cell(result.again(), Cost::requests), cell(result.again(), Cost::megabytes),
                    cell(result.again(), Cost::millis));
        }
    }

    private static Object cell(Cost cost, Function<Cost, Double> value) {
        return Double.isNaN(cost.millis()) ? "–" : value.apply(cost);
    }

    private static Measured measure(BenchmarkEnvironment environment, int references,
            Function<String, Application> start, Path disk) throws Exception {
        String queue = Application.newId();
        String id = Application.newId();
        Cost run;
        double heap;
        try (Application application = start.apply(queue)) {
            // Not reported: loads classes and opens connections.
            String warmUp = Application.newId();
            run(application, warmUp, 10);
            end(application.client().newUntypedWorkflowStub(warmUp));
            double heapBefore = usedHeap();
            run = cost(environment, references, () -> run(application, id, references));
            heap = usedHeap() - heapBefore;
        }
        double onDisk = size(disk);
        try (Application application = start.apply(queue)) {
            forgetWorker(application.client(), id);
            Cost replay = cost(environment, references, () -> query(application, id));
            Cost again = cost(environment, references, () -> query(application, id));
            end(application.client().newUntypedWorkflowStub(id));
            return new Measured(references, run, heap * 1000 / references, onDisk / 1000 / references, replay, again);
        }
    }

    /** Else the server would first offer the query to the process that is gone. */
    private static void forgetWorker(WorkflowClient client, String workflowId) {
        client.getWorkflowServiceStubs()
            .blockingStub()
            .resetStickyTaskQueue(ResetStickyTaskQueueRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                .build());
    }

    /** Asks as often as someone would who needs the answer. */
    private static boolean query(Application application, String workflowId) {
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (System.currentTimeMillis() < end) {
            try {
                application.client().newUntypedWorkflowStub(workflowId).query("collected", long.class);
                return true;
            }
            catch (WorkflowServiceException ex) {
                System.out.println("No answer: " + ex.getCause());
            }
        }
        return false;
    }

    private static Cost cost(BenchmarkEnvironment environment, int references, Work work) {
        environment.takeTraffic();
        boolean[] done = new boolean[1];
        double millis = Statistics.milliseconds(() -> done[0] = work.run());
        Traffic traffic = environment.takeTraffic();
        return done[0] ? new Cost((double) traffic.requests() / references, traffic.megabytes() / references,
                millis / references) : new Cost(Double.NaN, Double.NaN, Double.NaN);
    }

    /** Runs until all payloads are there, and leaves the workflow open. */
    static boolean run(Application application, String workflowId, int references) {
        CollectingWorkflow workflow = application.client()
            .newWorkflowStub(CollectingWorkflow.class, application.options(workflowId));
        WorkflowClient.start(workflow::collect, Workload.FAN_OUT.order(references, SIZE));
        workflow.awaitAll();
        return true;
    }

    private static void end(WorkflowStub workflow) {
        workflow.signal("end");
    }

    private static double usedHeap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
    }

    private static double size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).mapToDouble((file) -> {
                try {
                    return Files.size(file);
                }
                catch (IOException ex) {
                    throw new UncheckedIOException(ex);
                }
            }).sum();
        }
    }

    /** Something that may be given up. */
    private interface Work {

        boolean run();

    }

    /** What a payload costs; not a number if the work was given up. */
    private record Cost(double requests, double megabytes, double millis) {

    }

    private record Measured(int references, Cost run, double heap, double disk, Cost replay, Cost again) {

    }

}
