package io.github.claimcheck.temporal.benchmark;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.store.s3.S3AsyncClientBuilderCustomizer;
import io.github.claimcheck.temporal.store.s3.S3TestDrivers;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * The S3 driver beside the client that it uses, which the starter made, and beside a
 * client as the AWS SDK makes it: the same objects, to and from a server in a process of
 * its own, taking turns. The bare client neither serializes nor hashes nor verifies. The
 * SDK's default computes a CRC32.
 */
final class ThroughputBenchmark implements AutoCloseable {

    private static final StorageDriverStoreContext CONTEXT = StorageContexts.store(null);

    private static final int[] SIZES = { 1_000, 64_000, 1_000_000, 10_000_000, 50_000_000 };

    private static final int ROUNDS = 7;

    private static final int MAX_OPERATIONS = 200;

    private static final long BYTES_PER_ROUND = 60_000_000;

    private static final long BYTES_IN_FLIGHT = 200_000_000;

    private final S3Server server = S3Server.start();

    private final String bucket = this.server.createBucket();

    private final S3AsyncClient client = newClient(this.server, this.bucket);

    private final S3AsyncClient sdk = this.server.getClient();

    private final ContentAddressedStorageDriver driver = S3TestDrivers.of(this.client, this.bucket);

    private ThroughputBenchmark() {
    }

    /** Returns a client as the starter makes it. */
    static S3AsyncClient newClient(S3Server server, String bucket) {
        AtomicReference<S3AsyncClientBuilder> made = new AtomicReference<>();
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withPropertyValues(server.properties(bucket))
            .withBean(S3AsyncClientBuilderCustomizer.class, () -> made::set)
            .run((context) -> context.getBean(StorageDriver.class));
        // The first client moved the service configuration elsewhere in the builder,
        // which refuses to have it twice.
        return made.get().serviceConfiguration((S3Configuration) null).build();
    }

    /** Runs all, which takes about three minutes, and adds a table to the report. */
    static void report(BenchmarkEnvironment environment, Report report) throws InterruptedException {
        try (ThroughputBenchmark benchmark = new ThroughputBenchmark()) {
            report.heading("Throughput");
            report.text("The S3 driver beside the bare client that it uses, which is given the SHA-256 and neither "
                    + "serializes nor hashes nor verifies, and beside the AWS SDK's default client, which uploads with "
                    + "a CRC32; MB/s, and the ratio of the driver to each, medians of " + (ROUNDS - 1) + " rounds.");
            report.table(0, "payload KB", "in flight", "store: driver", "bare", "SDK", "to bare", "to SDK",
                    "retrieve: driver", "bare", "SDK", "to bare", "to SDK");
            for (int size : SIZES) {
                benchmark.measure(report, size, 1);
                benchmark.measure(report, size, (int) Math.min(16, BYTES_IN_FLIGHT / size));
            }
        }
    }

    private void measure(Report report, int size, int inFlight) throws InterruptedException {
        List<Payload> payloads = IntStream.range(0, inFlight).mapToObj((i) -> payload(size, i)).toList();
        List<byte[]> contents = payloads.stream().map(Payload::toByteArray).toList();
        List<String> checksums = contents.stream()
            .map((content) -> Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Payloads.sha256(content))))
            .toList();
        List<StorageDriverClaim> claims = this.driver.store(CONTEXT, payloads).join();
        Comparison store = new Comparison(
                List.of((i) -> this.driver.store(CONTEXT, List.of(payloads.get(i % inFlight))),
                        (i) -> this.client.putObject(
                                (request) -> request.bucket(this.bucket)
                                    .key("bare-" + i % inFlight)
                                    .checksumSHA256(checksums.get(i % inFlight)),
                                AsyncRequestBody.fromBytesUnsafe(contents.get(i % inFlight))),
                        (i) -> this.sdk.putObject((request) -> request.bucket(this.bucket).key("sdk-" + i % inFlight),
                                AsyncRequestBody.fromBytesUnsafe(contents.get(i % inFlight)))));
        Comparison retrieve = new Comparison(List.of(
                (i) -> this.driver.retrieve(StorageContexts.retrieve(), List.of(claims.get(i % inFlight))),
                (i) -> this.client.getObject((request) -> request.bucket(this.bucket).key("bare-" + i % inFlight),
                        AsyncResponseTransformer.toBytes()),
                (i) -> this.sdk.getObject((request) -> request.bucket(this.bucket).key("sdk-" + i % inFlight),
                        AsyncResponseTransformer.toBytes())));
        int operations = (int) Math.max(inFlight, Math.min(MAX_OPERATIONS, BYTES_PER_ROUND / size));
        for (int round = 0; round < ROUNDS; round++) {
            store.turn(round, size, operations, inFlight);
            retrieve.turn(round, size, operations, inFlight);
        }
        report.row(Stream.of(Stream.of(size / 1000, inFlight), store.cells(), retrieve.cells())
            .flatMap((cells) -> cells)
            .toArray());
    }

    private static Payload payload(int size, int number) {
        byte[] data = Payloads.bytes(size, number);
        return Payload.newBuilder().setData(ByteString.copyFrom(data)).build();
    }

    @Override
    public void close() {
        this.client.close();
        this.server.close();
    }

    /** Several that take turns, the driver first. The first round is for warming up. */
    static final class Comparison {

        private final List<IntFunction<CompletableFuture<?>>> contenders;

        private final List<List<Double>> rates;

        private final List<List<Double>> ratios;

        Comparison(List<IntFunction<CompletableFuture<?>>> contenders) {
            this.contenders = contenders;
            this.rates = contenders.stream().map((contender) -> (List<Double>) new ArrayList<Double>()).toList();
            this.ratios = contenders.stream().map((contender) -> (List<Double>) new ArrayList<Double>()).toList();
        }

        void turn(int round, int size, int operations, int inFlight) throws InterruptedException {
            int count = this.contenders.size();
            double[] rate = new double[count];
            for (int i = 0; i < count; i++) {
                int turn = (round + i) % count;
                rate[turn] = rate(size, operations, inFlight, this.contenders.get(turn));
            }
            for (int i = 0; i < count && round > 0; i++) {
                this.rates.get(i).add(rate[i]);
                this.ratios.get(i).add(rate[0] / rate[i]);
            }
        }

        /** Returns megabytes per second. */
        static double rate(int size, int operations, int inFlight, IntFunction<CompletableFuture<?>> transfer)
                throws InterruptedException {
            Semaphore permits = new Semaphore(inFlight);
            AtomicReference<Throwable> failed = new AtomicReference<>();
            long start = System.nanoTime();
            for (int i = 0; i < operations; i++) {
                permits.acquire();
                transfer.apply(i).whenComplete((done, failure) -> {
                    if (failure != null) {
                        failed.set(failure);
                    }
                    permits.release();
                });
            }
            permits.acquire(inFlight);
            double seconds = (System.nanoTime() - start) / 1e9;
            if (failed.get() != null) {
                throw new IllegalStateException("A transfer failed", failed.get());
            }
            return (double) operations * size / 1e6 / seconds;
        }

        Stream<String> cells() {
            return Stream.concat(this.rates.stream(), this.ratios.stream().skip(1))
                .map((values) -> Report.format("%.2f", Statistics.median(values)));
        }

    }

}
