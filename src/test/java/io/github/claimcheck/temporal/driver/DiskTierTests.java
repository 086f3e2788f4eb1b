package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.cache.DiskCache;
import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drivers with a cache on disk and none in memory, each in a process of its own. */
class DiskTierTests {

    private static final Payload PAYLOAD = Payloads.of(Payloads.bytes(10_000, 1));

    private final ManualObjectStore objects = new ManualObjectStore();

    private final List<DriverResources> processes = new ArrayList<>();

    @TempDir
    private Path directory;

    private ContentAddressedStorageDriver start(String name, long maxRetrievedSize) {
        return start(name, maxRetrievedSize, 0);
    }

    private ContentAddressedStorageDriver start(String name, long maxRetrievedSize, long memory) {
        close();
        DriverResources resources = new DriverResources(
                new PayloadCache(memory, memory, new DiskCache(this.directory, 1_000_000)),
                new StoredObjects(Duration.ZERO), TransferLimiter.unlimited());
        this.processes.add(resources);
        return new ContentAddressedStorageDriver(name, "manual", new SizeLimits(Math.min(50_000, maxRetrievedSize),
                "max-payload-size", maxRetrievedSize, "max-retrieved-size"), this.objects, resources);
    }

    private ContentAddressedStorageDriver start() {
        return start("archive", 100_000);
    }

    @AfterEach
    void close() {
        this.processes.forEach(DriverResources::close);
        this.processes.clear();
    }

    /** Stores by a process without a cache. */
    private StorageDriverClaim stored() {
        StorageDriverClaim claim = new ContentAddressedStorageDriver("archive", "manual", 100_000, "max-payload-size",
                this.objects)
            .store(StorageContexts.store(StorageContexts.workflow("order-1")), List.of(PAYLOAD))
            .join()
            .get(0);
        this.objects.transfers.clear();
        return claim;
    }

    private static Payload retrieve(ContentAddressedStorageDriver driver, StorageDriverClaim claim) {
        return driver.retrieve(StorageContexts.retrieve(), List.of(claim)).join().get(0);
    }

    private int transfers() {
        return this.objects.transfers.size();
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(this.directory)) {
            return files.filter((file) -> !file.endsWith("lock")).findAny().orElseThrow();
        }
    }

    @Test
    void aPayloadIsDownloadedOnceWhateverTheNumberOfProcesses() {
        StorageDriverClaim claim = stored();

        for (int process = 0; process < 3; process++) {
            assertThat(retrieve(start(), claim)).isEqualTo(PAYLOAD);
        }

        assertThat(transfers()).isEqualTo(1);
    }

    @Test
    void aPayloadThatWasStoredIsNotDownloaded() {
        ContentAddressedStorageDriver driver = start();
        StorageDriverClaim claim = driver
            .store(StorageContexts.store(StorageContexts.workflow("order-1")), List.of(PAYLOAD))
            .join()
            .get(0);

        assertThat(retrieve(start(), claim)).isEqualTo(PAYLOAD);

        assertThat(transfers()).isEqualTo(1);
    }

    @Test
    void aPayloadFromDiskStaysInMemory() throws IOException {
        StorageDriverClaim claim = stored();
        retrieve(start(), claim);
        ContentAddressedStorageDriver restarted = start("archive", 100_000, 100_000);

        Payload payload = retrieve(restarted, claim);
        Files.delete(file());

        assertThat(retrieve(restarted, claim)).isSameAs(payload);
        assertThat(transfers()).isEqualTo(1);
    }

    @Test
    void aPayloadFromDiskCountsAsSaved() {
        StorageDriverClaim claim = stored();
        retrieve(start(), claim);
        ContentAddressedStorageDriver restarted = start();

        retrieve(restarted, claim);

        assertThat(restarted.getTraffic().getSavedBytes(Operation.RETRIEVE)).isEqualTo(PAYLOAD.getSerializedSize());
    }

    @Test
    void anAlteredFileIsDownloadedAgain() throws IOException {
        StorageDriverClaim claim = stored();
        retrieve(start(), claim);
        byte[] content = Files.readAllBytes(file());
        content[5_000] ^= 1;
        Files.write(file(), content);

        assertThat(retrieve(start(), claim)).isEqualTo(PAYLOAD);
        assertThat(retrieve(start(), claim)).isEqualTo(PAYLOAD);

        assertThat(transfers()).isEqualTo(2);
    }

    /** Whoever grows a file must not make its payload too large to retrieve. */
    @Test
    void aFileThatHasGrownIsDownloadedAgain() throws IOException {
        StorageDriverClaim claim = stored();
        ContentAddressedStorageDriver driver = start();
        retrieve(driver, claim);
        try (FileChannel file = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[1]), 200_000);
        }

        assertThat(retrieve(driver, claim)).isEqualTo(PAYLOAD);
        assertThat(transfers()).isEqualTo(2);
        assertThat(retrieve(start(), claim)).isEqualTo(PAYLOAD);
        assertThat(transfers()).isEqualTo(2);
    }

    @Test
    void aLimitHoldsForWhatIsOnDisk() {
        StorageDriverClaim claim = stored();
        retrieve(start(), claim);

        ContentAddressedStorageDriver limited = start("archive", 5_000);

        assertThatThrownBy(() -> retrieve(limited, claim)).hasCauseInstanceOf(ObjectTooLargeException.class)
            .hasMessageContaining("max-retrieved-size");
    }

    @Test
    void anotherDriverOrAnotherPlaceIsAnotherEntry() {
        StorageDriverClaim claim = stored();
        retrieve(start(), claim);
        Map<String, String> elsewhere = new HashMap<>(claim.getClaimData());
        elsewhere.put("key", "v0/d/sha256/" + elsewhere.get("hash_value"));

        assertThat(retrieve(start("other", 100_000), claim)).isEqualTo(PAYLOAD);
        assertThat(transfers()).isEqualTo(2);
        assertThatThrownBy(() -> retrieve(start(), new StorageDriverClaim(elsewhere)))
            .hasCauseInstanceOf(ObjectNotFoundException.class);
    }

    /** What is asked for by an audit is the object, not a copy of it. */
    @Test
    void anAuditAsksTheStore() {
        StorageDriverClaim claim = stored();
        ContentAddressedStorageDriver driver = start();
        retrieve(driver, claim);
        this.objects.contents.clear();

        assertThat(driver.audit(claim).join().state()).isEqualTo(AuditedObject.State.GONE);
        assertThat(retrieve(driver, claim)).isEqualTo(PAYLOAD);
    }

}
