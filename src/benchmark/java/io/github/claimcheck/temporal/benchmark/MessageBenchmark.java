package io.github.claimcheck.temporal.benchmark;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.store.s3.S3AsyncClientBuilderCustomizer;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.github.claimcheck.temporal.testing.ThrottledRelay;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * Whether the downloads of one message fill the network: the driver of the starter, with
 * its limits, beside the bare client that it uses, with as many requests in flight.
 */
final class MessageBenchmark implements Section {

    private static final int SIZE = 300_000;

    private static final int REFERENCES = 1_000;

    private static final int TRANSFERS = 64;

    private static final int ROUNDS = 5;

    private static final long[] RATES = { 20_000_000, 100_000_000, 10_000_000_000L };

    @Override
    public void run(BenchmarkEnvironment environment, Report report) {
        report.heading("One message");
        report.text(REFERENCES + " references to 300 KB each, retrieved by the driver with default limits and by the "
                + "bare client with " + TRANSFERS + " requests in flight, through a network of this rate; MB/s, "
                + "medians of " + ROUNDS + " rounds, taking turns. Without a limit, client and server share this "
                + "machine's processors, and the driver verifies and parses what it gets.");
        report.table(1, "network", "driver", "bare", "ratio");
        S3Server server = S3Server.shared();
        String bucket = server.createBucket();
        AtomicReference<S3AsyncClientBuilder> builder = new AtomicReference<>();
        try (ThrottledRelay relay = ThrottledRelay.to(server.getEndpoint(), RATES[RATES.length - 1])) {
            new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
                .withPropertyValues(S3Server.properties(bucket, relay.getEndpoint()))
                .withPropertyValues("temporal.external-storage.cache.max-size=0")
                .withBean(S3AsyncClientBuilderCustomizer.class, () -> builder::set)
                .run((context) -> {
                    StorageDriver driver = context.getBean(StorageDriver.class);
                    // The first client moved the service configuration elsewhere in the
                    // builder, which refuses to have it twice.
                    try (S3AsyncClient client = builder.get().serviceConfiguration((S3Configuration) null).build()) {
                        measure(report, relay, driver, client);
                    }
                });
        }
    }

    private static void measure(Report report, ThrottledRelay relay, StorageDriver driver, S3AsyncClient client)
            throws InterruptedException {
        List<Payload> payloads = IntStream.range(0, REFERENCES)
            .mapToObj((i) -> Payload.newBuilder().setData(ByteString.copyFrom(Payloads.bytes(SIZE, i))).build())
            .toList();
        List<StorageDriverClaim> claims = driver
            .store(StorageContexts.store(StorageContexts.workflow("wide")), payloads)
            .join();
        for (long rate : RATES) {
            relay.setBytesPerSecond(rate);
            List<Double> byDriver = new ArrayList<>();
            List<Double> byClient = new ArrayList<>();
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round <= ROUNDS; round++) {
                double[] rates = new double[2];
                for (int turn = 0; turn < 2; turn++) {
                    if ((round + turn) % 2 == 0) {
                        rates[0] = rate(() -> driver.retrieve(StorageContexts.retrieve(), claims).join());
                    }
                    else {
                        rates[1] = rate(() -> retrieve(client, claims));
                    }
                }
                if (round > 0) {
                    byDriver.add(rates[0]);
                    byClient.add(rates[1]);
                    ratios.add(rates[0] / rates[1]);
                }
            }
            report.row((rate < 1e9) ? rate / 1_000_000 + " MB/s" : "no limit", Statistics.median(byDriver),
                    Statistics.median(byClient), Report.format("%.2f", Statistics.median(ratios)));
        }
    }

    private static double rate(Runnable work) {
        return REFERENCES * (double) SIZE / 1000 / Statistics.milliseconds(work);
    }

    private static void retrieve(S3AsyncClient client, List<StorageDriverClaim> claims) {
        Semaphore permits = new Semaphore(TRANSFERS);
        List<CompletableFuture<?>> retrieved = new ArrayList<>();
        for (StorageDriverClaim claim : claims) {
            permits.acquireUninterruptibly();
            retrieved.add(client
                .getObject((request) -> request.bucket(claim.getClaimData().get("bucket"))
                    .key(claim.getClaimData().get("key")), AsyncResponseTransformer.toBytes())
                .whenComplete((done, failure) -> permits.release()));
        }
        CompletableFuture.allOf(retrieved.toArray(CompletableFuture<?>[]::new)).join();
    }

}
