package io.github.claimcheck.temporal.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Requests and bytes by workload, for client and worker in one process. */
final class RequestsBenchmark implements Section {

    private final List<String> workloads = new ArrayList<>();

    /** By workload, then by contender. */
    private final List<Traffic> measured = new ArrayList<>();

    @Override
    public void run(BenchmarkEnvironment environment, Report report) throws IOException {
        report.heading("Requests and bytes");
        report.table(2, "workload", "driver", "GET", "HEAD", "PUT", "MB down", "MB up");
        for (Workload workload : Workload.values()) {
            measure(environment, report, workload);
        }
        measureReplay(environment, report);
        measureTwoWorkers(environment, report);
        report.chart("requests", new BarChart("What workloads ask of S3", contenders(), this.workloads, List
            .of(panel("Requests", "%.0f", Traffic::requests), panel("MB down and up", "%.0f", Traffic::megabytes))));
    }

    private void measure(BenchmarkEnvironment environment, Report report, Workload workload) {
        List<Traffic> queried = new ArrayList<>();
        for (Contender contender : Contender.values()) {
            try (Application application = contender.start(environment)) {
                environment.takeTraffic();
                String workflowId = application.run(workload.order());
                add(report, workload.title(), contender, environment.takeTraffic(), this.measured);
                if (workload == Workload.PASS_THROUGH) {
                    application.query(workflowId);
                    queried.add(environment.takeTraffic());
                }
            }
        }
        this.workloads.add(workload.title());
        if (!queried.isEmpty()) {
            String title = "one query for 3 MB on that workflow, closed";
            this.workloads.add(title);
            for (Contender contender : Contender.values()) {
                add(report, title, contender, queried.get(contender.ordinal()), this.measured);
            }
        }
    }

    private void measureReplay(BenchmarkEnvironment environment, Report report) {
        String title = "the conversation, replayed after a worker restart";
        this.workloads.add(title);
        for (Contender contender : Contender.values()) {
            String taskQueue = Application.newId();
            String workflowId;
            try (Application application = contender.start(environment, taskQueue)) {
                workflowId = application.run(Workload.CONVERSATION.order());
            }
            try (Application application = contender.start(environment, taskQueue)) {
                environment.takeTraffic();
                application.query(workflowId);
                add(report, title, contender, environment.takeTraffic(), this.measured);
            }
        }
    }

    /** Which of the two gets a task is chance. */
    private void measureTwoWorkers(BenchmarkEnvironment environment, Report report) {
        String title = "20 make 1 MB each, 20 measure them, two workers";
        this.workloads.add(title);
        for (Contender contender : Contender.values()) {
            try (Application first = contender.start(environment);
                    Application second = contender.start(environment, first.taskQueue())) {
                environment.takeTraffic();
                second.run(Workload.FAN_OUT_AND_MEASURE.order());
                add(report, title, contender, environment.takeTraffic(), this.measured);
            }
        }
    }

    private static void add(Report report, String title, Contender contender, Traffic traffic, List<Traffic> measured) {
        measured.add(traffic);
        report.row(title, contender, traffic.gets(), traffic.heads(), traffic.puts(), traffic.megabytesDown(),
                traffic.megabytesUp());
    }

    private BarChart.Panel panel(String title, String format, ToDoubleFunction<Traffic> value) {
        return new BarChart.Panel(title,
                this.measured.stream()
                    .mapToDouble(value)
                    .mapToObj((number) -> new BarChart.Bar(number, Report.format(format, number)))
                    .toList());
    }

    static List<String> contenders() {
        return Stream.of(Contender.values()).map(Contender::toString).toList();
    }

}
