package io.github.claimcheck.temporal.benchmark;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What the driver itself costs, on a store that takes and gives contents for nothing,
 * beside what cannot be saved: one serialization and one SHA-256, or one SHA-256 and one
 * parsing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = "-Xmx2g")
public class CpuBenchmark {

    private static final StorageDriverStoreContext CONTEXT = StorageContexts.store(StorageContexts.workflow("order-1"));

    private static final String ALLOCATION = "gc.alloc.rate.norm";

    /** The serialized size. */
    @Param({ "262144", "3145728", "52428800" })
    public int size;

    private Payload payload;

    private byte[] content;

    private ContentAddressedStorageDriver driver;

    private List<StorageDriverClaim> claims;

    @Setup
    public void prepare() {
        byte[] data = Payloads.bytes(this.size, 1);
        this.payload = Payloads.of(data);
        this.content = this.payload.toByteArray();
        this.driver = new ContentAddressedStorageDriver("cpu", "cpu", Long.MAX_VALUE, "max", new NoStore(this.content));
        this.claims = this.driver.store(CONTEXT, List.of(this.payload)).join();
    }

    @Benchmark
    public Object storeByDriver() {
        return this.driver.store(CONTEXT, List.of(this.payload)).join();
    }

    @Benchmark
    public Object storeBare() {
        return sha256(this.payload.toByteArray());
    }

    @Benchmark
    public Object retrieveByDriver() {
        return this.driver.retrieve(StorageContexts.retrieve(), this.claims).join();
    }

    /**
     * The message keeps what it makes of the array: the digest alone could be optimized
     * away.
     */
    @Benchmark
    public Object retrieveBare() throws InvalidProtocolBufferException {
        return Map.entry(sha256(this.content), Payload.parseFrom(this.content));
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Runs all, which takes about two minutes, and adds a table to the report. */
    static void report(BenchmarkEnvironment environment, Report report) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder().include(CpuBenchmark.class.getName() + "\\..*")
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build()).run();
        Map<String, RunResult> byName = new HashMap<>();
        results.forEach((result) -> byName.put(
                result.getParams().getBenchmark().replaceAll(".*\\.", "") + " " + result.getParams().getParam("size"),
                result));
        report.heading("CPU and allocation");
        report.text("By JMH with its GC profiler, without a store: the driver beside `Payload.toByteArray()` and "
                + "SHA-256, and beside SHA-256 and `Payload.parseFrom`.");
        report.table(2, "operation", "payload", "driver ms", "bare ms", "time ratio", "driver allocates / payload",
                "bare allocates / payload");
        for (String operation : List.of("store", "retrieve")) {
            for (String size : List.of("262144", "3145728", "52428800")) {
                RunResult driver = byName.get(operation + "ByDriver " + size);
                RunResult bare = byName.get(operation + "Bare " + size);
                report.row(operation, Integer.parseInt(size) / 1024 + " KB",
                        Report.format("%.3f", milliseconds(driver)), Report.format("%.3f", milliseconds(bare)),
                        Report.format("%.2f", milliseconds(driver) / milliseconds(bare)),
                        Report.format("%.3f", allocation(driver) / Integer.parseInt(size)),
                        Report.format("%.3f", allocation(bare) / Integer.parseInt(size)));
            }
        }
    }

    /** The best iteration: what others do on the machine meanwhile only ever adds. */
    private static double milliseconds(RunResult result) {
        return result.getPrimaryResult().getStatistics().getMin() / 1000;
    }

    private static double allocation(RunResult result) {
        return result.getSecondaryResults().get(ALLOCATION).getScore();
    }

    /** Keeps nothing, and gives the same content always. */
    private record NoStore(byte[] content) implements ObjectStore {

        @Override
        public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
            return new Location(Map.of(KEY, "v0/d/sha256/" + hexDigest), false);
        }

        @Override
        public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
            return CompletableFuture.completedFuture(this.content);
        }

        @Override
        public String describe(Map<String, String> location) {
            return "nowhere";
        }

    }

}
