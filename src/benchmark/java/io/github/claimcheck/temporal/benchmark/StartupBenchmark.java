package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the starter adds to the start of a small application with one worker, which is a
 * process of its own each time, and to its first workflow.
 */
final class StartupBenchmark {

    private static final String DRIVERS = "--temporal.external-storage.drivers.";

    private static final int ROUNDS = 5;

    /** Libraries that such an application does not have. */
    private static final String OTHERS = ".*(azure|google/(cloud|api-client|http-client|oauth-client|auth|apis|api/gax)"
            + "|redis|lettuce|reactor|micrometer|prometheus|actuator|junit|mockito|byte-buddy|assertj|archunit|jmh"
            + "|spring-(test|web|webmvc|webflux|messaging|oxm|tx|data)"
            + "|spring-boot-(test|starter-test|starter-actuator|data|persistence|transaction|health|loader)"
            + "|temporal-(testing|test-server)|aws-crt|opencensus|servlet|jsonassert|xmlunit|cron-utils"
            + "|netty-(tcnative|codec-native|resolver-dns|codec-http3)).*";

    /** What the starter brings along with itself. */
    private static final String BROUGHT = ".*/(software/amazon/awssdk|io/netty|caffeine|reactive-streams).*\\.jar";

    private StartupBenchmark() {
    }

    /** Runs all, which takes about four minutes, and adds a table to the report. */
    static void report(BenchmarkEnvironment environment, Report report) throws Exception {
        report.heading("Start-up");
        if (!TemporalServer.isAvailable()) {
            report.text("Needs a real Temporal server.");
            return;
        }
        String starter = Path.of(ObjectStore.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
        List<String> libraries = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter((entry) -> !entry.equals(starter) && !entry.matches(OTHERS))
            .toList();
        String without = String.join(File.pathSeparator, libraries);
        String with = starter + File.pathSeparator + without;
        Path directory = Files.createTempDirectory("startup");
        try (S3Server server = S3Server.start()) {
            Map<String, Variant> variants = new LinkedHashMap<>();
            variants.put("without the starter", new Variant(without));
            variants.put("`enabled: false`", new Variant(with, "--temporal.external-storage.enabled=false"));
            variants.put("local disk", new Variant(with, DRIVERS + "local-disk.directory=" + directory));
            variants.put("S3",
                    new Variant(with,
                            Arrays.stream(server.properties(server.createBucket()))
                                .map((property) -> "--" + property)
                                .toArray(String[]::new)));
            for (int round = 0; round < ROUNDS; round++) {
                for (Variant variant : variants.values()) {
                    variant.run();
                }
            }
            report(report, variants);
        }
        report.text(Report.format(
                "Class path: the libraries that the starter brings along with S3, which are the AWS SDK, "
                        + "Netty and Caffeine, are %.1f MB of jars, and its own classes %.1f MB.",
                megabytes(libraries.stream().filter((entry) -> entry.matches(BROUGHT)).map(Path::of)),
                megabytes(files(Path.of(starter)))));
    }

    private static void report(Report report, Map<String, Variant> variants) {
        report.text("A small application with one worker, until it is ready, and a first workflow with a payload of "
                + "300 KB after that; medians of " + ROUNDS + " starts. CPU is that of the whole process. Threads, "
                + "memory and classes are those two seconds later, after a garbage collection.");
        report.table(1, "application", "ready ms", "CPU ms", "threads", "resident MB", "heap MB", "classes",
                "first workflow ms", "CPU ms", "threads then", "resident MB then");
        variants.forEach((name, variant) -> report.row(name, variant.number(0, 0, 1), variant.number(0, 1, 1),
                variant.number(0, 2, 1), variant.number(0, 3, 1 << 10), variant.number(0, 4, 1 << 20),
                variant.number(0, 5, 1), variant.number(1, 0, 1), variant.number(1, 1, 1), variant.number(1, 2, 1),
                variant.number(1, 3, 1 << 10)));
    }

    private static double megabytes(Stream<Path> files) throws IOException {
        long size = 0;
        for (Path file : files.toList()) {
            size += Files.size(file);
        }
        return size / 1e6;
    }

    private static Stream<Path> files(Path start) throws IOException {
        try (Stream<Path> files = Files.walk(start)) {
            return files.filter(Files::isRegularFile).toList().stream();
        }
    }

    /** An application, and what its starts have cost. */
    private static final class Variant {

        private final List<String> command;

        private final List<List<long[]>> results = List.of(new ArrayList<>(), new ArrayList<>());

        Variant(String classPath, String... properties) {
            this.command = Stream.concat(
                    Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-cp",
                            classPath, StartupApplication.class.getName(),
                            "--spring.temporal.connection.target=" + TemporalServer.shared().getTarget()),
                    Arrays.stream(properties))
                .toList();
        }

        void run() throws IOException {
            Process process = new ProcessBuilder(this.command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            List<long[]> numbers = output.lines()
                .filter((line) -> line.startsWith(StartupApplication.RESULT))
                .map((line) -> Arrays.stream(line.substring(StartupApplication.RESULT.length()).split(" "))
                    .mapToLong(Long::parseLong)
                    .toArray())
                .collect(Collectors.toList());
            if (numbers.size() != 2) {
                throw new IllegalStateException(output);
            }
            this.results.get(0).add(numbers.get(0));
            this.results.get(1).add(numbers.get(1));
        }

        /** Returns a median, in a unit. */
        String number(int step, int index, int unit) {
            return Report.format("%.0f",
                    Statistics.median(this.results.get(step).stream().map((each) -> (double) each[index]).toList())
                            / unit);
        }

    }

}
