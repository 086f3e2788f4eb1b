package io.github.claimcheck.temporal.benchmark;

import com.sun.management.OperatingSystemMXBean;
import io.github.claimcheck.temporal.benchmark.ThroughputBenchmark.Comparison;
import io.github.claimcheck.temporal.testing.Allocations;
import io.github.claimcheck.temporal.testing.Certificates;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.github.claimcheck.temporal.testing.TlsRelay;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * What uploads cost beside time: the processors of client and server apart, with the
 * SHA-256 and with the AWS SDK's CRC32, and what they allocate.
 */
final class UploadCostBenchmark {

    private static final String PROPERTIES = "temporal.external-storage.";

    private static final int ROUNDS = 5;

    private static final long BYTES_PER_ROUND = 100_000_000;

    /** What G1 gives regions of their own, with the smallest regions that it makes. */
    private static final int HUMONGOUS = 512 * 1024;

    private static final OperatingSystemMXBean CLIENT = (OperatingSystemMXBean) ManagementFactory
        .getOperatingSystemMXBean();

    private final S3Server server;

    private final String bucket;

    private UploadCostBenchmark(S3Server server) {
        this.server = server;
        this.bucket = server.createBucket();
    }

    /** Runs all, which takes about two minutes, and adds tables to the report. */
    static void report(BenchmarkEnvironment environment, Report report) throws Exception {
        try (S3Server server = S3Server.start()) {
            UploadCostBenchmark benchmark = new UploadCostBenchmark(server);
            report.heading("What uploads cost");
            benchmark.reportProcessors(report);
            benchmark.reportAllocation(report);
        }
    }

    private void reportProcessors(Report report) throws Exception {
        report.text("CPU seconds of storing 100 MB, 8 in flight, of this process and of the server's; medians of "
                + (ROUNDS - 1) + " rounds. The bare client is given the SHA-256.");
        report.table(1, "who stores", "payload KB", "client CPU s", "server CPU s", "both");
        for (int size : new int[] { 1_000_000, 10_000_000 }) {
            List<Payload> payloads = payloads(size, 8);
            List<byte[]> contents = payloads.stream().map(Payload::toByteArray).toList();
            List<String> checksums = contents.stream()
                .map((content) -> Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Payloads.sha256(content))))
                .toList();
            runner("sha256").run((sha256) -> runner("sdk").run((sdk) -> {
                S3AsyncClient bare = ThroughputBenchmark.newClient(this.server, this.bucket);
                Map<String, IntFunction<CompletableFuture<?>>> contenders = new LinkedHashMap<>();
                contenders.put("driver, `upload-checksum: sha256`",
                        (i) -> store(sha256.getBean(StorageDriver.class), payloads.get(i % 8)));
                contenders.put("driver, `upload-checksum: sdk`",
                        (i) -> store(sdk.getBean(StorageDriver.class), payloads.get(i % 8)));
                contenders.put("bare client, SHA-256",
                        (i) -> bare.putObject(
                                (request) -> request.bucket(this.bucket)
                                    .key("bare-" + i % 8)
                                    .checksumSHA256(checksums.get(i % 8)),
                                AsyncRequestBody.fromBytesUnsafe(contents.get(i % 8))));
                contenders.put("SDK's default client, CRC32",
                        (i) -> this.server.getClient()
                            .putObject((request) -> request.bucket(this.bucket).key("sdk-" + i % 8),
                                    AsyncRequestBody.fromBytesUnsafe(contents.get(i % 8))));
                measureProcessors(report, size, contenders);
                bare.close();
            }));
        }
    }

    private void measureProcessors(Report report, int size, Map<String, IntFunction<CompletableFuture<?>>> contenders)
            throws InterruptedException {
        Map<String, List<Double>> client = new LinkedHashMap<>();
        Map<String, List<Double>> server = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, IntFunction<CompletableFuture<?>>> contender : contenders.entrySet()) {
                long clientBefore = CLIENT.getProcessCpuTime();
                long serverBefore = this.server.getCpuTime().toNanos();
                Comparison.rate(size, (int) (BYTES_PER_ROUND / size), 8, contender.getValue());
                if (round > 0) {
                    client.computeIfAbsent(contender.getKey(), (name) -> new ArrayList<>())
                        .add((CLIENT.getProcessCpuTime() - clientBefore) / 1e9);
                    server.computeIfAbsent(contender.getKey(), (name) -> new ArrayList<>())
                        .add((this.server.getCpuTime().toNanos() - serverBefore) / 1e9);
                }
            }
        }
        client.forEach((name, seconds) -> {
            double clients = Statistics.median(seconds);
            double servers = Statistics.median(server.get(name));
            report.row(name, size / 1000, Report.format("%.2f", clients), Report.format("%.2f", servers),
                    Report.format("%.2f", clients + servers));
        });
    }

    private void reportAllocation(Report report) throws Exception {
        report
            .text("Heap that the driver allocates for each byte stored, one payload at a time, and how many arrays of "
                    + HUMONGOUS / 1024 + " KB or more for each payload.");
        report.table(1, "protocol", "payload KB", "bytes allocated / byte stored", "large arrays / payload");
        Path directory = Files.createTempDirectory("benchmark");
        KeyStore key = Certificates.create(directory, "localhost");
        KeyStore trusted = Certificates.trusting(key);
        DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry("store",
                SslBundle.of(SslStoreBundle.of(null, null, trusted)));
        try (TlsRelay relay = new TlsRelay(Certificates.context(key, trusted), this.server.getPort(), false)) {
            for (int size : new int[] { 1_000_000, 10_000_000 }) {
                runner("sha256")
                    .run((context) -> measureAllocation(report, "HTTP", size, context.getBean(StorageDriver.class)));
                runner("sha256", relay.endpoint(), PROPERTIES + "drivers.s3.ssl.bundle=store")
                    .withBean(SslBundles.class, () -> bundles)
                    .run((context) -> measureAllocation(report, "HTTPS", size, context.getBean(StorageDriver.class)));
            }
        }
    }

    private static void measureAllocation(Report report, String protocol, int size, StorageDriver driver)
            throws Exception {
        int count = (int) (2 * BYTES_PER_ROUND / size);
        List<Payload> payloads = payloads(size, 10);
        for (int i = 0; i < 5 * count; i++) {
            store(driver, payloads.get(i % 10)).join();
        }
        Allocations before = Allocations.now();
        for (int i = 0; i < count; i++) {
            store(driver, payloads.get(i % 10)).join();
        }
        double allocated = (double) Allocations.now().since(before) / count / size;
        Path file = Files.createTempFile("uploads", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.ObjectAllocationOutsideTLAB");
            recording.start();
            for (int i = 0; i < count; i++) {
                store(driver, payloads.get(i % 10)).join();
            }
            recording.stop();
            recording.dump(file);
        }
        long large = RecordingFile.readAllEvents(file)
            .stream()
            .filter((event) -> event.getEventType().getName().equals("jdk.ObjectAllocationOutsideTLAB"))
            .filter((RecordedEvent event) -> event.getLong("allocationSize") >= HUMONGOUS)
            .count();
        report.row(protocol, size / 1000, Report.format("%.3f", allocated),
                Report.format("%.2f", (double) large / count));
    }

    private static List<Payload> payloads(int size, int count) {
        return IntStream.range(0, count).mapToObj((i) -> Payloads.of(Payloads.bytes(size, i))).toList();
    }

    private static CompletableFuture<?> store(StorageDriver driver, Payload payload) {
        return driver.store(StorageContexts.store(null), List.of(payload));
    }

    private ApplicationContextRunner runner(String checksum) {
        return runner(checksum, this.server.getEndpoint());
    }

    private ApplicationContextRunner runner(String checksum, URI endpoint, String... properties) {
        return new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withPropertyValues(S3Server.properties(this.bucket, endpoint))
            .withPropertyValues(PROPERTIES + "cache.max-size=0", PROPERTIES + "assume-stored-for=0",
                    PROPERTIES + "drivers.s3.upload-checksum=" + checksum)
            .withPropertyValues(properties);
    }

}
