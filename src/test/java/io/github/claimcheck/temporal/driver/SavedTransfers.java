package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A driver that saves transfers, on a store whose transfers end as a test says. */
abstract class SavedTransfers {

    static final int KILOBYTE = 1024;

    static final Duration ASSUME_STORED_FOR = Duration.ofHours(1);

    static final StorageDriverTargetInfo RUN = StorageContexts.workflow("order-1");

    static final String RUN_ID = ((StorageDriverWorkflowInfo) RUN).getRunId();

    static final StorageDriverTargetInfo BEFORE_THE_RUN = new StorageDriverWorkflowInfo("default", "order-1", null,
            "ChargeWorkflow");

    static final Payload PAYLOAD = Payloads.of(Payloads.bytes(10 * KILOBYTE, 1));

    final AtomicLong time = new AtomicLong();

    final DriverResources resources = new DriverResources(new PayloadCache(100 * KILOBYTE, 50 * KILOBYTE),
            new StoredObjects(ASSUME_STORED_FOR, this.time::get), TransferLimiter.unlimited());

    final ManualObjectStore objects = new ManualObjectStore();

    final ContentAddressedStorageDriver driver = driver(this.resources);

    ContentAddressedStorageDriver driver(DriverResources resources) {
        return new ContentAddressedStorageDriver("archive", "manual", Long.MAX_VALUE, "max-payload-size", this.objects,
                resources);
    }

    ContentAddressedStorageDriver driverOfAnotherProcess() {
        return driver(DriverResources.none());
    }

    void recordHistoryClaim(String runId, StorageDriverClaim claim) {
        this.resources.storedObjects().addHistoryClaim(runId, this.driver.getName(), claim);
    }

    void manually() {
        this.objects.automatic = false;
        this.objects.transfers.clear();
        this.objects.endings.clear();
    }

    int transfers() {
        return this.objects.transfers.size();
    }

    static StorageDriverStoreContext context(StorageDriverTargetInfo target) {
        return StorageContexts.store(target);
    }

    CompletableFuture<List<StorageDriverClaim>> begin(StorageDriverTargetInfo target, Payload payload) {
        return this.driver.store(context(target), List.of(payload));
    }

    StorageDriverClaim store(StorageDriverTargetInfo target, Payload payload) {
        return begin(target, payload).join().get(0);
    }

    CompletableFuture<List<Payload>> begin(StorageDriverClaim claim) {
        return this.driver.retrieve(StorageContexts.retrieve(), List.of(claim));
    }

    Payload retrieve(StorageDriverClaim claim) {
        return begin(claim).join().get(0);
    }

    /** Returns a claim as the first releases of the TypeScript SDK's drivers write it. */
    static StorageDriverClaim inTypeScript(StorageDriverClaim claim) {
        Map<String, String> entries = new HashMap<>(claim.getClaimData());
        entries.put("hashAlgorithm", entries.remove("hash_algorithm"));
        entries.put("hashValue", entries.remove("hash_value"));
        return new StorageDriverClaim(entries);
    }

    /** Returns targets whose keys or histories are not one run's alone. */
    static Stream<StorageDriverTargetInfo> targetsWithoutARunOfTheirOwn() {
        return Stream.of(null, new StorageDriverWorkflowInfo("default", "order-1", null, "ChargeWorkflow"),
                new StorageDriverWorkflowInfo("default", "order-1", "", "ChargeWorkflow"),
                new StorageDriverWorkflowInfo("default", "order-1", null, null),
                // A child's result: the run is its parent's.
                new StorageDriverWorkflowInfo("default", "order-1", "run", null),
                new StorageDriverActivityInfo("default", "a", null, "Charge"),
                // Too long a key for its run.
                new StorageDriverWorkflowInfo("default", "x".repeat(1024), "run", "ChargeWorkflow"));
    }

}
