package io.github.claimcheck.temporal.driver;

import com.github.benmanes.caffeine.cache.Cache;
import io.github.claimcheck.temporal.internal.ClaimBounds;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Caches the payloads that this process has recently stored or retrieved, so that it need
 * not download them again. All drivers of a process share one cache, whose size in bytes
 * is limited. An entry expires one hour after its last access.
 * <p>
 * An entry belongs to one driver and one whole claim, location and digest included: a
 * claim with another bucket, key or digest, and the same claim of another driver, are
 * separate entries. Payloads are immutable and verified against their digest before they
 * are cached, so the cache returns what the store would.
 * <p>
 * Thread-safe.
 */
public final class PayloadCache {

    private static final Duration EXPIRY = Duration.ofHours(1);

    /**
     * The memory that an entry needs besides its payload, for a few objects and the
     * claim's strings, in bytes. Claims that no driver wrote may need more.
     */
    private static final long ENTRY_OVERHEAD = 1024;

    private final long maximumPayloadSize;

    private final LruCache<Key, Payload> payloads;

    /**
     * Creates a cache.
     * @param maximumSize the maximum size of all payloads, in bytes; 0 disables the cache
     * @param maximumPayloadSize the maximum serialized size of a cached payload, in bytes
     */
    public PayloadCache(long maximumSize, long maximumPayloadSize) {
        this.maximumPayloadSize = Math.min(maximumSize - ENTRY_OVERHEAD, maximumPayloadSize);
        this.payloads = LruCache.byAccess(EXPIRY, maximumSize, (key, payload) -> (int) Math.min(Integer.MAX_VALUE,
                Math.max(ENTRY_OVERHEAD, ClaimBounds.weigh(key.claim())) + payload.getSerializedSize()));
    }

    @Nullable Payload get(StorageDriver driver, StorageDriverClaim claim) {
        return this.payloads.get(new Key(driver, claim));
    }

    /** Caches a verified payload unless it is too large. */
    void put(StorageDriver driver, StorageDriverClaim claim, Payload payload) {
        if (payload.getSerializedSize() <= this.maximumPayloadSize) {
            this.payloads.put(new Key(driver, claim), payload);
        }
    }

    /**
     * Returns the underlying cache, for its statistics and its policy.
     * @return the Caffeine cache
     */
    public Cache<?, Payload> asCaffeine() {
        return this.payloads.asCaffeine();
    }

    /** The key of an entry. Drivers are compared by identity, not by name. */
    private record Key(StorageDriver driver, StorageDriverClaim claim) {

    }

}
