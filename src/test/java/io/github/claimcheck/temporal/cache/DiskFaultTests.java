package io.github.claimcheck.temporal.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A disk of 1 MB that is full, read-only, or unmounted. */
@ExtendWith(OutputCaptureExtension.class)
class DiskFaultTests {

    private static final int SIZE = 100_000;

    @TempDir
    private Path parent;

    private Path disk;

    private DiskCache cache;

    @BeforeEach
    void mount() throws Exception {
        this.disk = Files.createDirectories(this.parent.resolve("disk"));
        assumeTrue(command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", this.disk.toString()),
                "This user may not mount a file system. Run the tests as root on Linux");
    }

    @AfterEach
    void unmount() throws Exception {
        if (this.cache != null) {
            this.cache.close();
            while (command("umount", "-l", this.disk.toString())) {
                // There may be two.
            }
        }
    }

    private static boolean command(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor() == 0;
        }
        catch (IOException ex) {
            return false;
        }
    }

    private void open(long maxSize) {
        this.cache = new DiskCache(this.disk.resolve("cache"), maxSize);
    }

    private static Payload payload(int number) {
        return Payloads.of(Payloads.bytes(SIZE, number));
    }

    private static String name(Payload payload) {
        String digest = Payloads.sha256(payload.toByteArray());
        return DiskCache.name("place", new StorageDriverClaim(Map.of("key", digest)), digest);
    }

    private void store(int number) {
        join(this.cache.stored(name(payload(number)), payload(number)));
    }

    private long found(int... numbers) {
        return IntStream.of(numbers)
            .filter((number) -> join(
                    this.cache.read(name(payload(number)), (size) -> CompletableFuture.completedFuture(null))) != null)
            .count();
    }

    private static <T> T join(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static void assertOneWarning(CapturedOutput output, String problem) {
        assertThat(output.getAll().lines().filter((line) -> line.contains(" WARN "))).singleElement()
            .asString()
            .contains(problem, "temporal.external-storage.cache.disk");
    }

    @Test
    void aFullDiskKeepsWhatItHas(CapturedOutput output) throws IOException {
        open(100_000_000);

        IntStream.range(0, 30).forEach(this::store);

        assertThat(found(IntStream.range(0, 30).toArray())).isBetween(8L, 10L);
        assertThat(this.cache.getStatistics().entries()).isEqualTo(found(IntStream.range(0, 30).toArray()));
        assertOneWarning(output, "No space left");
        try (Stream<Path> files = Files.list(this.disk.resolve("cache"))) {
            assertThat(files.filter((file) -> file.toString().endsWith(".tmp"))).isEmpty();
        }
    }

    @Test
    void aDiskThatBecomesReadOnlyIsRead(CapturedOutput output) throws Exception {
        open(500_000);
        IntStream.range(0, 4).forEach(this::store);
        // The file that is locked is open for writing, so the first mount stays.
        assertThat(command("mount", "--bind", this.disk.toString(), this.disk.toString())).isTrue();
        assertThat(command("mount", "-o", "remount,bind,ro", this.disk.toString())).isTrue();

        IntStream.range(4, 8).forEach(this::store);

        assertThat(found(0, 1, 2, 3)).isEqualTo(4);
        assertThat(found(4, 5, 6, 7)).isZero();
        assertThat(IntStream.range(0, 8).filter((number) -> this.cache.mayContain(name(payload(number)))))
            .containsExactlyInAnyOrder(0, 1, 2, 3);
        assertOneWarning(output, "Read-only");
    }

    @Test
    void aReadOnlyDiskIsRead(CapturedOutput output) throws Exception {
        open(500_000);
        store(0);
        this.cache.close();
        assertThat(command("mount", "-o", "remount,ro", this.disk.toString())).isTrue();

        open(500_000);
        store(1);

        assertThat(found(0)).isOne();
        assertThat(found(1)).isZero();
        assertOneWarning(output, "Read-only");
    }

    @Test
    void anUnmountedDiskIsDoneWithout(CapturedOutput output) throws Exception {
        open(500_000);
        IntStream.range(0, 4).forEach(this::store);
        assertThat(command("umount", "-l", this.disk.toString())).isTrue();

        assertThat(found(0, 1, 2, 3)).isZero();
        IntStream.range(0, 4).forEach(this::store);

        assertThat(found(0, 1, 2, 3)).isZero();
        assertThat(this.disk.resolve("cache")).doesNotExist();
        assertOneWarning(output, "NoSuchFile");
    }

}
