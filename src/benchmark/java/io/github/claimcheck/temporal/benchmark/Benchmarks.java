package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.TemporalServer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the starter against a driver like those of the official SDKs. Arguments: the
 * directory for the results, and the sections to run, with commas between them; all if
 * there are none.
 */
public final class Benchmarks {

    private static final Map<String, Section> SECTIONS = new LinkedHashMap<>();

    static {
        SECTIONS.put("requests", new RequestsBenchmark());
        SECTIONS.put("latency", new LatencyBenchmark());
        SECTIONS.put("concurrency", new ConcurrencyBenchmark());
        SECTIONS.put("clients", new HttpClientBenchmark());
        SECTIONS.put("throughput", ThroughputBenchmark::report);
        SECTIONS.put("uploads", UploadCostBenchmark::report);
        SECTIONS.put("message", new MessageBenchmark());
        SECTIONS.put("cpu", CpuBenchmark::report);
        SECTIONS.put("startup", StartupBenchmark::report);
        SECTIONS.put("growth", new GrowthBenchmark());
        SECTIONS.put("trace", new TraceBenchmark());
        SECTIONS.put("sdks", new OfficialSdksBenchmark());
    }

    private Benchmarks() {
    }

    public static void main(String[] arguments) throws Exception {
        List<String> names = Arrays.stream(arguments)
            .skip(1)
            .flatMap((argument) -> Arrays.stream(argument.split(",")))
            .filter((name) -> !name.isBlank())
            .toList();
        if (!SECTIONS.keySet().containsAll(names)) {
            throw new IllegalArgumentException("Sections are " + SECTIONS.keySet() + ", not " + names);
        }
        Report report = new Report(Path.of(arguments[0]));
        report.text("On " + (TemporalServer.isAvailable() ? "a real Temporal server" : "the SDK's test server")
                + " and S3Proxy, all on one machine with " + Runtime.getRuntime().availableProcessors()
                + " processors, Java " + Runtime.version().feature() + ".");
        try (BenchmarkEnvironment environment = BenchmarkEnvironment.start()) {
            for (String name : names.isEmpty() ? SECTIONS.keySet() : names) {
                SECTIONS.get(name).run(environment, report);
                // Whatever the next one does.
                report.write();
            }
        }
        // Threads of clients that are shared in the process must not keep it.
        System.exit(0);
    }

}
