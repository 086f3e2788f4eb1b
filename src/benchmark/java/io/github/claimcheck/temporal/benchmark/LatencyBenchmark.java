package io.github.claimcheck.temporal.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a store's distance adds to the wall time of a workflow. Contenders and distances
 * take turns, and each run is compared with the one without distance of the same round,
 * so that what else the machine does falls on all of them.
 */
final class LatencyBenchmark implements Section {

    private static final List<Workload> WORKLOADS = List.of(Workload.PASS_THROUGH, Workload.TRANSFORM, Workload.FAN_OUT,
            Workload.FAN_OUT_AND_MEASURE, Workload.CONVERSATION);

    /** In milliseconds; the first is what the others are compared with. */
    private static final int[] DISTANCES = { 0, 5, 25, 100 };

    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);

    /** By distance, without the first: for each workload a bar of each contender. */
    private final List<List<BarChart.Bar>> bars = IntStream
        .range(1, DISTANCES.length).<List<BarChart.Bar>>mapToObj((i) -> new ArrayList<>()).toList();

    @Override
    public void run(BenchmarkEnvironment environment, Report report) throws IOException {
        report.heading("Latency");
        report.text("Wall time of a workflow with each request to S3 taking this much longer, and what that adds to "
                + "the time without, in milliseconds; medians of " + ROUNDS + " rounds.");
        report.table(1, "workload", "added per request", "this starter", "official style", "this starter adds",
                "official style adds", "ratio of what is added");
        try (Application starter = Contender.STARTER.start(environment);
                Application official = Contender.OFFICIAL_STYLE.start(environment)) {
            List<Application> applications = List.of(starter, official);
            for (Workload workload : WORKLOADS) {
                round(environment, applications, workload);
                report(report, workload,
                        IntStream.range(0, ROUNDS)
                            .mapToObj((i) -> round(environment, applications, workload))
                            .toList());
            }
        }
        finally {
            environment.delayRequests(Duration.ZERO);
        }
        report.chart("latency", new BarChart("What a store's distance adds to a workflow",
                RequestsBenchmark.contenders(), WORKLOADS.stream().map(Workload::title).toList(),
                IntStream.range(1, DISTANCES.length)
                    .mapToObj(
                            (i) -> new BarChart.Panel(DISTANCES[i] + " ms per request: ms added", this.bars.get(i - 1)))
                    .toList()));
    }

    /** Returns the times by distance and contender. */
    private static double[][] round(BenchmarkEnvironment environment, List<Application> applications,
            Workload workload) {
        double[][] times = new double[DISTANCES.length][applications.size()];
        for (int distance = 0; distance < DISTANCES.length; distance++) {
            environment.delayRequests(Duration.ofMillis(DISTANCES[distance]));
            for (int i = 0; i < applications.size(); i++) {
                Application application = applications.get(i);
                Workload.Order order = workload.order();
                times[distance][i] = Statistics.milliseconds(() -> application.run(order));
            }
        }
        environment.takeTraffic();
        return times;
    }

    private void report(Report report, Workload workload, List<double[][]> rounds) {
        for (int distance = 0; distance < DISTANCES.length; distance++) {
            double[] time = new double[2];
            double[] added = new double[2];
            for (int i = 0; i < time.length; i++) {
                int far = distance;
                int contender = i;
                time[i] = Statistics.median(rounds.stream().map((times) -> times[far][contender]).toList());
                added[i] = Statistics
                    .median(rounds.stream().map((times) -> times[far][contender] - times[0][contender]).toList());
            }
            String ratio = (distance > 0) ? Report.format("%.2f", added[0] / added[1]) : "";
            report.row(workload.title(), DISTANCES[distance], time[0], time[1], added[0], added[1], ratio);
            if (distance > 0) {
                this.bars.get(distance - 1)
                    .add(new BarChart.Bar(added[0], Report.format("%.0f (ratio %s)", added[0], ratio)));
                this.bars.get(distance - 1).add(new BarChart.Bar(added[1], Report.format("%.0f", added[1])));
            }
        }
    }

}
