package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.cache.DiskCache;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A driver's part of the cache on disk, if there is one. An entry belongs to the driver's
 * name, its store and one whole claim: another store's object with the same claim is
 * another object, even if it has the same content.
 * <p>
 * Thread-safe.
 */
final class DiskTier {

    private final StorageDriver driver;

    private final ObjectStore store;

    private final @Nullable DiskCache disk;

    private volatile @Nullable String place;

    DiskTier(StorageDriver driver, ObjectStore store, @Nullable DiskCache disk) {
        this.driver = driver;
        this.store = store;
        this.disk = disk;
    }

    /**
     * Reads a payload.
     * @return a future with the serialized payload, which has the claim's digest; with
     * null if it is not cached
     */
    CompletableFuture<byte @Nullable []> read(StorageDriverClaim claim, Admission admission) {
        return (this.disk != null) ? this.disk.read(name(claim), admission::admit)
                : CompletableFuture.completedFuture(null);
    }

    /** Returns whether it is worth to wait for a permit to read a payload. */
    boolean mayHave(StorageDriverClaim claim) {
        return this.disk != null && this.disk.mayContain(name(claim));
    }

    CompletableFuture<@Nullable Void> stored(StorageDriverClaim claim, Payload payload) {
        return (this.disk != null) ? this.disk.stored(name(claim), payload) : CompletableFuture.completedFuture(null);
    }

    CompletableFuture<@Nullable Void> retrieved(StorageDriverClaim claim, Payload payload) {
        return (this.disk != null) ? this.disk.retrieved(name(claim), payload)
                : CompletableFuture.completedFuture(null);
    }

    private String name(StorageDriverClaim claim) {
        String place = this.place;
        if (place == null) {
            place = this.driver.getName() + "\0" + this.store.place();
            this.place = place;
        }
        return DiskCache.name(place, claim, PayloadHash.require(claim));
    }

}
