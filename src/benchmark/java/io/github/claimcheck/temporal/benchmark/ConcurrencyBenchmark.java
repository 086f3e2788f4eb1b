package io.github.claimcheck.temporal.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What {@code max-concurrent-transfers} is worth: the reason for its default. */
final class ConcurrencyBenchmark implements Section {

    private static final int[] TRANSFERS = { 3, 8, 16, 32, 64, 128 };

    private static final int DISTANCE = 25;

    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);

    @Override
    public void run(BenchmarkEnvironment environment, Report report) {
        report.heading("Transfers at the same time");
        report.text("Wall time in milliseconds of 50 activities that make 1 MB each, and of a query afterwards in a "
                + "process that has none of it, for each `max-concurrent-transfers`, with " + DISTANCE
                + " ms added to each request; medians of " + ROUNDS + " rounds.");
        report.table(0,
                Stream.concat(Stream.of(""), IntStream.of(TRANSFERS).mapToObj(String::valueOf)).toArray(String[]::new));
        List<StarterApplication> applications = IntStream.of(TRANSFERS)
            .mapToObj((transfers) -> new StarterApplication(environment, Application.newId(),
                    "temporal.external-storage.max-concurrent-transfers=" + transfers,
                    "temporal.external-storage.cache.max-size=0"))
            .toList();
        List<List<Double>> runs = Stream.generate(() -> (List<Double>) new ArrayList<Double>())
            .limit(TRANSFERS.length)
            .toList();
        List<List<Double>> queries = Stream.generate(() -> (List<Double>) new ArrayList<Double>())
            .limit(TRANSFERS.length)
            .toList();
        try {
            environment.delayRequests(Duration.ofMillis(DISTANCE));
            for (int round = 0; round <= ROUNDS; round++) {
                for (int i = 0; i < TRANSFERS.length; i++) {
                    Application application = applications.get(i);
                    Workload.Order order = Workload.FAN_OUT.order();
                    List<String> workflowId = new ArrayList<>();
                    double run = Statistics.milliseconds(() -> workflowId.add(application.run(order)));
                    double query = Statistics.milliseconds(() -> application.query(workflowId.get(0)));
                    if (round > 0) {
                        runs.get(i).add(run);
                        queries.get(i).add(query);
                    }
                }
                environment.takeTraffic();
            }
        }
        finally {
            environment.delayRequests(Duration.ZERO);
            applications.forEach(Application::close);
        }
        row(report, "run", runs);
        row(report, "query", queries);
    }

    private static void row(Report report, String what, List<List<Double>> times) {
        report.row(Stream.concat(Stream.of(what), times.stream().map(Statistics::median)).toArray());
    }

}
