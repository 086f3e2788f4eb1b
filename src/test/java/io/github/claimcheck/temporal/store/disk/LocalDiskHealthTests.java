package io.github.claimcheck.temporal.store.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.claimcheck.temporal.health.DriverHealth;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.health.StorageHealth;
import io.github.claimcheck.temporal.testing.StoreTests;
import io.temporal.payload.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** Whether a disk can be written, and how much is free. */
class LocalDiskHealthTests extends StoreTests {

    @TempDir
    Path directory;

    private StorageDriver driver;

    private void withHealth(DiskAction action) {
        savingNothing()
            .withPropertyValues(DRIVERS + "local-disk.directory=" + this.directory,
                    "temporal.external-storage.health.check-interval=1ns")
            .run((context) -> {
                assertThat(context).hasNotFailed();
                this.driver = context.getBean(StorageDriver.class);
                StorageHealth health = context.getBean(StorageHealth.class);
                action.on(() -> health.get("local-disk"));
            });
    }

    private void assertDown(DriverHealth health, String error, String remedy) {
        assertThat(health.status()).isEqualTo(Status.DOWN);
        assertThat(health.details()).containsEntry("error", error)
            .containsEntry("directory", this.directory.toString());
        assertThat(health.details().get("message").toString()).endsWith(remedy);
    }

    @Test
    void isUpWithWhatIsFreeAndLeavesNothing() throws IOException {
        withHealth((health) -> {
            assertThat(health.get().status()).isEqualTo(Status.UP);
            assertThat((Long) health.get().details().get("free")).isPositive()
                .isLessThanOrEqualTo((Long) health.get().details().get("total"));
            assertThat(health.get().details()).containsEntry("writable", true);
        });
        try (Stream<Path> files = Files.walk(this.directory)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void aLostDirectoryIsDown() {
        withHealth((health) -> {
            FileSystemUtils.deleteRecursively(this.directory);
            assertDown(health.get(), "BucketNotFoundException",
                    "Restore or mount the driver's directory, or correct its directory property");
        });
    }

    @Test
    void aFileInTheWayIsDown() {
        withHealth((health) -> {
            Files.delete(this.directory.resolve(".tmp"));
            Files.createFile(this.directory.resolve(".tmp"));
            assertThat(health.get().status()).isEqualTo(Status.DOWN);
        });
    }

    /** Only root can mount the small disk, and make it read-only. */
    @Test
    void aFullDiskIsDownAndAReadOnlyOneWhenUploadsFail() throws Exception {
        assumeTrue(mount("-t", "tmpfs", "-o", "size=64k", "none"), "this user cannot mount a disk");
        try {
            withHealth((health) -> {
                assertThat(health.get().status()).isEqualTo(Status.UP);
                try {
                    Files.write(this.directory.resolve("large"), new byte[100_000]);
                }
                catch (IOException ex) {
                    assertThat(ex).hasMessageContaining("No space left");
                }
                assertDown(health.get(), "StorageThrottledException", "delete what is no longer needed");

                Files.delete(this.directory.resolve("large"));
                assertThat(health.get().status()).isEqualTo(Status.UP);
                assertThat(mount("-o", "remount,ro")).isTrue();
                assertThat(health.get().status()).isEqualTo(Status.UP);
                assertThat(health.get().details()).containsEntry("writable", false);

                failureOfStoring(this.driver, payload("one"));
                assertDown(health.get(), "StorageAccessDeniedException",
                        "Mount the file system of the driver's directory so that it is writable");
            });
        }
        finally {
            run("umount", this.directory.toString());
        }
    }

    /** Whoever reads a pipe waits for a writer, as on a disk that hangs. */
    @Test
    void theDiskIsNotAskedBehindTransfers() throws Exception {
        try (LocalDiskObjectStore store = new LocalDiskObjectStore(this.directory)) {
            Map<String, String> location = store.locate(CONTEXT, payload("one"), digest(payload("one"))).entries();
            Path file = this.directory.resolve(location.get("key"));
            Files.createDirectories(file.getParent());
            assumeTrue(run("mkfifo", file.toString()) == 0, "there are no pipes");
            List<CompletableFuture<byte[]>> transfers = IntStream.range(0, 8)
                .mapToObj((i) -> store.get(location, (size) -> CompletableFuture.completedFuture(null)))
                .toList();

            assertThat(store.check(location)).isCompletedWithValueMatching((details) -> details.containsKey("free"));
            assertThat(transfers).noneMatch(CompletableFuture::isDone);
            transfers.forEach((transfer) -> transfer.cancel(true));
        }
    }

    private boolean mount(String... options) throws IOException, InterruptedException {
        return run(Stream.of(Stream.of("mount"), Stream.of(options), Stream.of(this.directory.toString()))
            .flatMap((words) -> words)
            .toArray(String[]::new)) == 0;
    }

    private static int run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        }
        catch (IOException ex) {
            // There is no such command.
            return -1;
        }
    }

    /** Asks for the health of the disk's driver. */
    @FunctionalInterface
    private interface Asking {

        DriverHealth get();

    }

    /** What a test does to the disk meanwhile. */
    @FunctionalInterface
    private interface DiskAction {

        void on(Asking health) throws Exception;

    }

}
