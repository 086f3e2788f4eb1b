package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.benchmark.DriverTrace.Before;
import io.github.claimcheck.temporal.benchmark.DriverTrace.Operation;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who asks for each download, and why the payload was not in memory. Writes what drivers
 * are asked for, in order, to the directory in the system property
 * {@code benchmark.traces}, for the tests of the cache.
 */
final class TraceBenchmark implements Section {

    private static final int SIZE = 300_000;

    private static final int MANY = Integer.getInteger("benchmark.references", 1_000);

    private static final int WIDE = 400;

    private Report report;

    @Override
    public void run(BenchmarkEnvironment environment, Report report) throws Exception {
        this.report = report;
        report.heading("Who asks for what");
        report.text("Each payload that the SDK asks drivers for, by the message that refers to it and the event in "
                + "it: how many came from memory, from a download in flight, and from the store, because this "
                + "process never had the payload or has it no more. \"MB since\" is the median of what was stored and "
                + "downloaded between.");
        collect(environment);
        scatter(environment);
        for (Workload workload : Workload.values()) {
            DriverTrace trace = new DriverTrace();
            try (Application application = start(environment, Application.newId(), trace)) {
                String id = application.run(workload.order());
                application.query(id);
                record(workload.name().toLowerCase().replace('_', '-'), workload.title() + ", and a query",
                        trace.take());
            }
        }
        twoReplays(environment);
    }

    private void collect(BenchmarkEnvironment environment) throws IOException {
        DriverTrace trace = new DriverTrace();
        List<Operation> all = new ArrayList<>();
        String queue = Application.newId();
        String id = Application.newId();
        try (Application application = start(environment, queue, trace)) {
            phase(MANY + " references: the run", trace, all, () -> GrowthBenchmark.run(application, id, MANY));
        }
        trace.restart();
        try (Application application = start(environment, queue, trace)) {
            WorkflowStub workflow = application.client().newUntypedWorkflowStub(id);
            phase("first query after a restart", trace, all, () -> workflow.query("collected", long.class));
            phase("the same query again", trace, all, () -> workflow.query("collected", long.class));
            workflow.signal("end");
            workflow.getResult(Void.class);
            trace.messages().takeMessages();
            all.addAll(trace.take());
            phase("query after the end", trace, all, () -> workflow.query("collected", long.class));
            phase("and again", trace, all, () -> workflow.query("collected", long.class));
        }
        record("collect-" + MANY,
                MANY + " activities make 300 KB each, ten at a time; restart; two queries; the end; " + "two queries",
                all);
    }

    private void scatter(BenchmarkEnvironment environment) throws IOException {
        DriverTrace worker = new DriverTrace();
        List<Operation> all = new ArrayList<>();
        try (Application application = start(environment, Application.newId(), worker)) {
            Workload.Order order = Workload.SCATTER.order(WIDE, SIZE);
            phase(WIDE + " activities get 300 KB each, in one task", worker, all, () -> application.run(order));
        }
        record("scatter-" + WIDE, WIDE + " activities get 300 KB each, in one task", all);
    }

    private void twoReplays(BenchmarkEnvironment environment) throws IOException {
        DriverTrace trace = new DriverTrace();
        List<Operation> all = new ArrayList<>();
        String queue = Application.newId();
        List<String> ids = List.of(Application.newId(), Application.newId());
        try (Application application = start(environment, queue, trace)) {
            ids.forEach((id) -> GrowthBenchmark.run(application, id, WIDE));
            all.addAll(trace.take());
            trace.messages().takeMessages();
        }
        trace.restart();
        try (Application application = start(environment, queue, trace)) {
            phase("two workflows of " + WIDE + " references, replayed at once after a restart", trace, all,
                    () -> ids.stream()
                        .map((id) -> CompletableFuture.runAsync(
                                () -> application.client().newUntypedWorkflowStub(id).query("collected", long.class)))
                        .toList()
                        .forEach(CompletableFuture::join));
        }
        record("two-replays-" + WIDE, "two workflows with " + WIDE + " activities that make 300 KB each; restart; a "
                + "query of each at once", all);
    }

    private static Application start(BenchmarkEnvironment environment, String queue, DriverTrace trace) {
        return new StarterApplication(environment.temporalTarget(),
                environment.gateway().properties(environment.bucket()), queue, trace::register);
    }

    private void phase(String title, DriverTrace trace, List<Operation> all, Runnable work) {
        trace.take();
        trace.messages().takeMessages();
        double time;
        try {
            time = Statistics.milliseconds(work);
        }
        catch (RuntimeException ex) {
            this.report.text(title + ": " + ex);
            time = -1;
        }
        List<Operation> operations = trace.take();
        all.addAll(operations);
        this.report.text(Report.format("**%s**: %.1f s, %d PUT, %d GET (%.0f MB); messages with references: %s", title,
                time / 1000, operations.stream().filter(Operation::isStore).count(),
                operations.stream().filter(Operation::isDownload).count(),
                operations.stream().filter(Operation::isDownload).mapToLong(Operation::size).sum() / 1e6,
                trace.messages().takeMessages()));
        this.report.table(2, "asked by", "event", "asked", "memory", "in flight", "never had", "had", "MB since",
                "s since", "failed");
        Map<MessageTrace.Asker, List<Operation>> byAsker = operations.stream()
            .filter((operation) -> !operation.isStore())
            .collect(Collectors.groupingBy(Operation::asker, LinkedHashMap::new, Collectors.toList()));
        byAsker.forEach((asker, asked) -> {
            List<Operation> had = in(asked, Before.HAD).toList();
            this.report.row(asker.message(), asker.event(), asked.size(), in(asked, Before.MEMORY).count(),
                    in(asked, Before.IN_FLIGHT).count(), in(asked, Before.NEVER_HAD).count(), had.size(),
                    had.isEmpty() ? "" : median(had.stream().map((each) -> each.bytesAgo() / 1e6).toList()),
                    had.isEmpty() ? "" : median(had.stream().map((each) -> each.millisAgo() / 1e3).toList()),
                    asked.stream().filter(Operation::failed).count());
        });
    }

    private static double median(List<Double> values) {
        return Statistics.median(values);
    }

    private static Stream<Operation> in(List<Operation> operations, Before before) {
        return operations.stream().filter((operation) -> operation.before() == before);
    }

    private static void record(String name, String title, List<Operation> operations) throws IOException {
        String directory = System.getProperty("benchmark.traces");
        if (directory == null) {
            return;
        }
        Map<Integer, Integer> numbers = new LinkedHashMap<>();
        StringBuilder trace = new StringBuilder("# " + title + ". S: stored, R: asked for; payload, bytes\n");
        for (Operation operation : operations) {
            if (operation.size() > 0) {
                int number = numbers.computeIfAbsent(operation.payload(), (unknown) -> numbers.size() + 1);
                trace.append(operation.isStore() ? "S " : "R ")
                    .append(number)
                    .append(' ')
                    .append(operation.size())
                    .append('\n');
            }
        }
        Files.createDirectories(Path.of(directory));
        Files.writeString(Path.of(directory, name + ".txt"), trace, StandardCharsets.UTF_8);
    }

}
