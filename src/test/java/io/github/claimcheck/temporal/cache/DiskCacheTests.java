package io.github.claimcheck.temporal.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class DiskCacheTests {

    private static final int SIZE = 10_000;

    /** The size of a file of {@link #SIZE}, in whole blocks. */
    private static final long ON_DISK = 3 * 4096;

    @TempDir
    private Path parent;

    private final Deque<DiskCache> caches = new ArrayDeque<>();

    private Path directory() {
        return this.parent.resolve("cache");
    }

    private DiskCache cache() {
        return cache(10 * ON_DISK);
    }

    private DiskCache cache(long maxSize) {
        DiskCache cache = new DiskCache(directory(), maxSize);
        this.caches.add(cache);
        return cache;
    }

    @AfterEach
    void close() {
        this.caches.forEach(DiskCache::close);
    }

    private static Payload payload(int number) {
        return Payloads.of(Payloads.bytes(SIZE, number));
    }

    private static String name(Payload payload) {
        String digest = Payloads.sha256(payload.toByteArray());
        return DiskCache.name("place", new StorageDriverClaim(Map.of("key", digest)), digest);
    }

    private static void store(DiskCache cache, int... numbers) {
        IntStream.of(numbers).mapToObj(DiskCacheTests::payload).forEach((payload) -> {
            join(cache.stored(name(payload), payload));
        });
    }

    private static boolean has(DiskCache cache, int number) {
        Payload payload = payload(number);
        byte[] content = join(cache.read(name(payload), (size) -> CompletableFuture.completedFuture(null)));
        try {
            assertThat((content != null) ? Payload.parseFrom(content) : payload).isEqualTo(payload);
        }
        catch (InvalidProtocolBufferException ex) {
            throw new AssertionError(ex);
        }
        return content != null;
    }

    private static <T> T join(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.filter((file) -> !file.endsWith("lock")).toList();
        }
    }

    private Path file(int number) {
        return directory().resolve(name(payload(number)));
    }

    @Test
    void returnsWhatWasStoredOrRetrieved() {
        DiskCache cache = cache();

        store(cache, 1);
        join(cache.retrieved(name(payload(2)), payload(2)));

        assertThat(IntStream.rangeClosed(1, 3).filter((number) -> has(cache, number))).containsExactly(1, 2);
        assertThat(cache.getStatistics()).isEqualTo(new CacheStatistics(2, 1, 0, 2, 2 * ON_DISK, 10 * ON_DISK));
    }

    @Test
    void isWarmAfterARestart() {
        store(cache(), 1, 2);
        this.caches.pop().close();

        DiskCache restarted = cache();

        assertThat(has(restarted, 1)).isTrue();
        assertThat(has(restarted, 2)).isTrue();
        store(restarted, 3);
        assertThat(restarted.getStatistics().entries()).isEqualTo(3);
    }

    @Test
    void namesDifferByPlaceAndByWholeClaim() {
        StorageDriverClaim claim = new StorageDriverClaim(Map.of("bucket", "b", "key", "k"));

        assertThat(Stream.of(DiskCache.name("s3", claim, "00"), DiskCache.name("other", claim, "00"),
                DiskCache.name("s3", new StorageDriverClaim(Map.of("bucket", "c", "key", "k")), "00"),
                DiskCache.name("s3", new StorageDriverClaim(Map.of("bucket", "b", "key", "l")), "00"),
                DiskCache.name("s3", claim, "01")))
            .doesNotHaveDuplicates()
            .allMatch((name) -> name.matches("0[01]-[0-9a-f]{16}"));
        assertThat(DiskCache.name("s3", new StorageDriverClaim(Map.of("key", "k", "bucket", "b")), "00"))
            .isEqualTo(DiskCache.name("s3", claim, "00"));
    }

    @Test
    void staysWithinItsSize() throws IOException {
        DiskCache cache = cache();

        for (int number = 0; number < 50; number++) {
            store(cache, number);
            assertThat(files()).hasSizeLessThanOrEqualTo(10);
        }

        assertThat(files()).hasSize(10);
        assertThat(has(cache, 49)).isTrue();
        assertThat(has(cache, 39)).isFalse();
        assertThat(cache.getStatistics().evictions()).isEqualTo(40);
    }

    @Test
    void staysWithinItsSizeUnderLoad() throws IOException {
        DiskCache cache = cache();

        CompletableFuture<?>[] all = IntStream.range(0, 500).mapToObj((i) -> {
            Payload payload = payload(i % 40);
            return (i % 3 == 0) ? cache.stored(name(payload), payload)
                    : (i % 3 == 1) ? cache.retrieved(name(payload), payload)
                            : cache.read(name(payload), (size) -> CompletableFuture.completedFuture(null));
        }).toArray(CompletableFuture<?>[]::new);
        CompletableFuture<Void> end = CompletableFuture.allOf(all);
        while (!end.isDone()) {
            assertThat(files()).hasSizeLessThanOrEqualTo(10);
        }

        join(end);
        assertThat(files()).hasSize(10);
    }

    @Test
    void keepsTheMostRecentlyUsedAcrossRestarts() throws IOException {
        DiskCache cache = cache();
        store(cache, IntStream.range(0, 10).toArray());
        for (int number = 0; number < 10; number++) {
            Files.setLastModifiedTime(file(number), FileTime.from(Instant.now().minusSeconds(100 - number)));
        }
        has(cache, 0);
        this.caches.pop().close();

        DiskCache smaller = cache(2 * ON_DISK);
        store(smaller, 10);

        assertThat(files()).containsExactlyInAnyOrder(file(0), file(10));
    }

    @Test
    void deletesWhatWasNotUsedForADay() throws IOException {
        store(cache(), 1, 2);
        this.caches.pop().close();
        Files.setLastModifiedTime(file(1), FileTime.from(Instant.now().minus(Duration.ofHours(25))));

        store(cache(), 3);

        assertThat(files()).containsExactlyInAnyOrder(file(2), file(3));
    }

    /** As a killed process leaves them. */
    @Test
    void deletesUnfinishedFiles() throws IOException {
        Files.createDirectories(directory());
        for (int number : new int[] { 1, 2 }) {
            Files.write(directory().resolve(name(payload(number)) + ".tmp"), new byte[100_000]);
        }
        Path other = Files.write(directory().resolve("notes.txt"), new byte[10]);

        DiskCache cache = cache();
        store(cache, 1);

        assertThat(files()).containsExactlyInAnyOrder(file(1), other);
        assertThat(has(cache, 1)).isTrue();
    }

    @Test
    void doesNotReturnWhatWasAltered(CapturedOutput output) throws IOException {
        DiskCache cache = cache();
        store(cache, 1, 2, 3, 4);
        byte[] content = Files.readAllBytes(file(1));
        content[500] ^= 1;
        Files.write(file(1), content);
        Files.write(file(2), new byte[10]);
        Files.write(file(3), new byte[0]);

        assertThat(IntStream.rangeClosed(1, 4).filter((number) -> has(cache, number))).containsExactly(4);
        store(cache, 1, 2, 3);

        assertThat(IntStream.rangeClosed(1, 4).filter((number) -> has(cache, number))).containsExactly(1, 2, 3, 4);
        assertThat(output.getAll().lines().filter((line) -> line.contains(" WARN "))).singleElement()
            .asString()
            .contains(directory().toString(), "altered");
    }

    @Test
    void isForTheOwnerOnly() throws IOException {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"),
                "This file system has no permissions of POSIX");

        store(cache(), 1);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory()))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(1)))).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory().resolve("lock"))))
            .isEqualTo("rw-------");
    }

    @Test
    void aSecondCacheOnlyReads(CapturedOutput output) throws IOException {
        DiskCache owner = cache();
        store(owner, 1);
        DiskCache second = cache();

        store(second, 2);

        assertThat(files()).containsExactly(file(1));
        assertThat(has(second, 1)).isTrue();
        assertThat(has(second, 2)).isFalse();
        store(owner, 3);
        assertThat(has(second, 3)).isTrue();
        assertThat(output.getAll().lines().filter((line) -> line.contains(" WARN "))).singleElement()
            .asString()
            .contains("only reads", "directory of its own");
    }

    @Test
    void closingTwiceIsHarmless() {
        DiskCache cache = cache();
        store(cache, 1);

        cache.close();
        cache.close();

        store(cache, 2);
        assertThat(has(cache, 1)).isFalse();
    }

    @Test
    void costsNoPayloadWhereTheDirectoryCannotBeCreated(CapturedOutput output) throws IOException {
        Files.write(directory(), new byte[1]);
        DiskCache cache = cache();

        store(cache, 1, 2, 3);

        assertThat(has(cache, 1)).isFalse();
        assertThat(output.getAll().lines().filter((line) -> line.contains(" WARN "))).singleElement()
            .asString()
            .contains(directory().toString(), "temporal.external-storage.cache.disk");
    }

    @Test
    void goesOnWhereTheDirectoryIsDeleted(CapturedOutput output) throws IOException {
        DiskCache cache = cache();
        store(cache, 1);
        try (Stream<Path> files = Files.list(directory())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory());

        assertThat(has(cache, 1)).isFalse();
        store(cache, 1, 2);

        assertThat(has(cache, 2)).isFalse();
        assertThat(output.getAll().lines().filter((line) -> line.contains(" WARN "))).hasSize(1);
    }

    /** As a mounted directory whose server is gone: opening a pipe waits for a reader. */
    @Test
    void doesNotWaitForADiskThatDoesNotAnswer(CapturedOutput output) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "There is no mkfifo");
        store(cache(), 1);
        this.caches.pop().close();
        Path lock = directory().resolve("lock");
        Files.delete(lock);
        assertThat(new ProcessBuilder("mkfifo", lock.toString()).start().waitFor()).isZero();

        DiskCache cache = cache();
        store(cache, 2, 3);
        boolean found = has(cache, 1);
        await().atMost(Duration.ofSeconds(30)).until(() -> output.getAll().contains(" WARN "));
        this.caches.pop().close();

        assertThat(found).isTrue();
        assertThat(files()).containsExactly(file(1));
        assertThat(output.getAll().lines().filter((line) -> line.contains(" WARN "))).singleElement()
            .asString()
            .contains("takes long");
        // Ends the thread.
        Files.newByteChannel(lock).close();
    }

    @Test
    void aFileThatHasGrownIsNotRead() throws IOException {
        DiskCache cache = cache();
        store(cache, 1);
        try (FileChannel file = FileChannel.open(file(1), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[1]), 1_500_000_000);
        }

        assertThat(join(cache.read(name(payload(1)), (size) -> {
            throw new AssertionError("asked for memory for " + size);
        }))).isNull();

        store(cache, 1);
        assertThat(has(cache, 1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "directory", "link", "pipe" })
    void somethingElseInPlaceOfAFileIsReplaced(String kind) throws Exception {
        DiskCache cache = cache();
        store(cache, 1, 2);
        Files.delete(file(1));
        switch (kind) {
            case "directory" -> Files.createDirectory(file(1));
            case "link" -> Files.createSymbolicLink(file(1), file(2));
            default -> assumeTrue(
                    Files.isExecutable(Path.of("/usr/bin/mkfifo"))
                            && new ProcessBuilder("mkfifo", file(1).toString()).start().waitFor() == 0,
                    "There is no mkfifo");
        }

        assertThat(has(cache, 1)).isFalse();
        store(cache, 1);

        assertThat(has(cache, 1)).isTrue();
        assertThat(has(cache, 2)).isTrue();
    }

    @Test
    void aDirectoryWithAPayloadsNameIsLeftAlone() throws IOException {
        Files.createDirectories(directory().resolve(name(payload(1)) + ".tmp/x"));
        Files.createDirectories(file(2).resolve("x"));
        Files.createDirectory(file(4));
        Files.setLastModifiedTime(file(4), FileTime.from(Instant.EPOCH));

        DiskCache cache = cache();
        store(cache, 3);

        assertThat(has(cache, 3)).isTrue();
        assertThat(files()).hasSize(4);
    }

    @Test
    void aDirectoryThatIsPutInPlaceOfAFileIsLeftAlone() throws IOException {
        DiskCache cache = cache();
        store(cache, 1);
        Files.delete(file(1));
        Files.createDirectories(file(1).resolve("x"));
        assertThat(has(cache, 1)).isFalse();

        store(cache, 2);

        assertThat(has(cache, 2)).isTrue();
        assertThat(file(1).resolve("x")).exists();
    }

    @Test
    void doesNotWriteToADirectoryThatReplacedItsOwn(CapturedOutput output) throws IOException {
        DiskCache cache = cache();
        store(cache, 1);
        Files.move(directory(), this.parent.resolve("moved"));
        Files.createDirectory(directory());
        Files.createFile(directory().resolve("lock"));

        store(cache, 2);

        assertThat(files()).isEmpty();
        assertThat(output).contains("was replaced");
    }

    /** As attempts do, of which each reads the same history from the start. */
    @Test
    void keepsAPartOfAHistoryThatDoesNotFit() {
        DiskCache cache = cache();
        long found = 0;
        for (int round = 0; round < 3; round++) {
            found = IntStream.range(0, 15).filter((number) -> {
                boolean has = has(cache, number);
                if (!has) {
                    join(cache.retrieved(name(payload(number)), payload(number)));
                }
                return has;
            }).count();
        }

        assertThat(found).isBetween(5L, 10L);
    }

    /** Closing one would release the lock of the other. */
    @Test
    void aSecondCacheDoesNotGiveTheLockAway() throws Exception {
        store(cache(), 1);
        DiskCache second = cache();
        store(second, 2);
        second.close();

        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-classpath", System.getProperty("java.class.path"), LockProbe.class.getName(),
                directory().resolve("lock").toString())
            .redirectErrorStream(true)
            .start();

        assertThat(new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("locked");
    }

    /** Says whether another process has locked a file. */
    static final class LockProbe {

        public static void main(String[] arguments) throws IOException {
            try (FileChannel file = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
                System.out.print((file.tryLock() == null) ? "locked" : "free");
            }
        }

    }

    @Test
    void takesOverFromAClosedCache() {
        DiskCache first = cache();
        store(first, 1);
        DiskCache second = cache();
        store(second, 2);
        first.close();

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            store(second, 3);
            assertThat(second.getStatistics().entries()).isEqualTo(2);
        });
    }

    /**
     * A file counts from when it is begun, and a reader may look for it until it is
     * there.
     */
    @Test
    void countsFilesThatAreReadWhileTheyAreWritten() throws IOException {
        DiskCache cache = cache(2 * ON_DISK);

        CompletableFuture<?>[] all = IntStream.range(0, 2000).mapToObj((i) -> {
            Payload payload = payload(i % 5);
            return (i % 2 == 0) ? cache.stored(name(payload), payload)
                    : cache.read(name(payload), (size) -> CompletableFuture.completedFuture(null));
        }).toArray(CompletableFuture<?>[]::new);
        join(CompletableFuture.allOf(all));
        store(cache, 6);

        assertThat(files()).hasSize((int) cache.getStatistics().entries());
    }

    @Test
    void failsOnlyIfTheAdmissionDoes() {
        DiskCache cache = cache();
        store(cache, 1);

        CompletableFuture<byte[]> read = cache.read(name(payload(1)),
                (size) -> CompletableFuture.failedFuture(new IOException("no memory for " + size)));

        assertThatThrownBy(() -> join(read)).hasMessageContaining("no memory for " + payload(1).getSerializedSize());
    }

    @Test
    void readsNothingBeforeItIsAdmitted() throws IOException {
        DiskCache cache = cache();
        store(cache, 1);
        CompletableFuture<Void> admission = new CompletableFuture<>();

        CompletableFuture<byte[]> read = cache.read(name(payload(1)), (size) -> admission);
        Files.delete(file(1));
        admission.complete(null);

        assertThat(join(read)).isNull();
    }

    @Test
    void leavesAFileThatAnotherProcessHasLocked() throws IOException {
        Files.createDirectories(directory());
        try (FileChannel lock = FileChannel.open(directory().resolve("lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
            assertThat(lock.tryLock()).isNotNull();
            DiskCache cache = cache();

            store(cache, 1);

            assertThat(files()).isEmpty();
        }
    }

}
