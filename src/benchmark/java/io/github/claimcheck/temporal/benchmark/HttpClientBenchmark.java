package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Server;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The HTTP clients that the AWS SDK can use, on the same server, taking turns: the reason
 * why the starter uses Netty.
 */
final class HttpClientBenchmark implements Section {

    private static final int[] SIZES = { 1_000, 64_000, 1_000_000, 10_000_000 };

    private static final int[] IN_FLIGHT = { 1, 16 };

    private static final long BYTES_PER_ROUND = 40_000_000;

    private static final int MAX_OPERATIONS = 200;

    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);

    @Override
    public void run(BenchmarkEnvironment environment, Report report) throws Exception {
        S3Server server = S3Server.shared();
        Map<String, S3AsyncClient> clients = new LinkedHashMap<>();
        clients.put("Netty", netty(server, 64));
        clients.put("Netty, 16 connections", netty(server, 16));
        clients.put("AWS CRT", crt(server));
        report.heading("HTTP clients");
        report.text("Requests a second, put and get; medians of " + ROUNDS + " rounds.");
        report.table(0,
                Stream.concat(Stream.of("payload KB", "in flight"), clients.keySet().stream()).toArray(String[]::new));
        try {
            for (int size : SIZES) {
                byte[] content = Payloads.bytes(size, 1);
                for (int inFlight : IN_FLIGHT) {
                    measure(report, new ArrayList<>(clients.values()), environment.bucket(), content, inFlight);
                }
            }
        }
        finally {
            clients.values().forEach(S3AsyncClient::close);
        }
    }

    private static void measure(Report report, List<S3AsyncClient> clients, String bucket, byte[] content, int inFlight)
            throws InterruptedException {
        int operations = (int) Math.max(inFlight, Math.min(MAX_OPERATIONS, BYTES_PER_ROUND / content.length));
        List<List<Double>> puts = clients.stream().map((client) -> (List<Double>) new ArrayList<Double>()).toList();
        List<List<Double>> gets = clients.stream().map((client) -> (List<Double>) new ArrayList<Double>()).toList();
        for (int round = 0; round <= ROUNDS; round++) {
            for (int i = 0; i < clients.size(); i++) {
                int turn = (round + i) % clients.size();
                S3AsyncClient client = clients.get(turn);
                double put = rate(operations, inFlight,
                        (n) -> client.putObject((request) -> request.bucket(bucket).key("client-" + n % inFlight),
                                AsyncRequestBody.fromBytesUnsafe(content)));
                double get = rate(operations, inFlight,
                        (n) -> client.getObject((request) -> request.bucket(bucket).key("client-" + n % inFlight),
                                AsyncResponseTransformer.toBytes()));
                if (round > 0) {
                    puts.get(turn).add(put);
                    gets.get(turn).add(get);
                }
            }
        }
        List<Object> row = new ArrayList<>(List.of(content.length / 1000, inFlight));
        for (int i = 0; i < clients.size(); i++) {
            row.add(Report.format("%.0f / %.0f", Statistics.median(puts.get(i)), Statistics.median(gets.get(i))));
        }
        report.row(row.toArray());
    }

    /** Returns operations a second. */
    private static double rate(int operations, int inFlight, IntFunction<CompletableFuture<?>> operation)
            throws InterruptedException {
        Semaphore permits = new Semaphore(inFlight);
        List<CompletableFuture<?>> begun = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < operations; i++) {
            permits.acquire();
            begun.add(operation.apply(i).whenComplete((done, failure) -> permits.release()));
        }
        permits.acquire(inFlight);
        double seconds = (System.nanoTime() - start) / 1e9;
        begun.forEach(CompletableFuture::join);
        return operations / seconds;
    }

    private static S3AsyncClient netty(S3Server server, int connections) {
        return S3AsyncClient.builder()
            .endpointOverride(server.getEndpoint())
            .region(Region.US_EAST_1)
            .credentialsProvider(credentials())
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(connections))
            .build();
    }

    /** Comes with the module that signs for Multi-Region Access Points. */
    private static S3AsyncClient crt(S3Server server) {
        return S3AsyncClient.crtBuilder()
            .endpointOverride(server.getEndpoint())
            .region(Region.US_EAST_1)
            .credentialsProvider(credentials())
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            // In one request, as the driver needs it.
            .thresholdInBytes(100_000_000L)
            .minimumPartSizeInBytes(100_000_000L)
            .build();
    }

    private static StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider
            .create(AwsBasicCredentials.create(S3Server.ACCESS_KEY_ID, S3Server.SECRET_ACCESS_KEY));
    }

}
