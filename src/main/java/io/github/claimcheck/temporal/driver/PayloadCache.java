package io.github.claimcheck.temporal.driver;

import com.github.benmanes.caffeine.cache.Cache;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Payloads that this process has stored or retrieved lately, so that it need not download
 * them again. Shared by all drivers of a process, and bounded in bytes. What nobody has
 * asked for in an hour is let go, too.
 * <p>
 * An entry is what one driver got for one claim, all of the claim: its location and its
 * digest. A claim that names another bucket, key or digest, and the same claim in the
 * hands of another driver, are other entries. What enters has been verified against the
 * digest, and payloads cannot change, so that the cache gives what the store would.
 * <p>
 * Thread-safe.
 */
public final class PayloadCache {

    private static final Duration EXPIRY = Duration.ofHours(1);

    /**
     * What an entry costs besides its payload's bytes: a few objects, and the claim's
     * strings.
     */
    private static final long ENTRY_OVERHEAD = 1024;

    private final long maximumPayloadSize;

    private final RecentlyUsed<Key, Payload> payloads;

    /**
     * @param maximumSize the size of all payloads in the cache, in bytes; 0 keeps none
     * @param maximumPayloadSize the largest serialized payload that is kept, in bytes
     */
    public PayloadCache(long maximumSize, long maximumPayloadSize) {
        this.maximumPayloadSize = Math.min(maximumSize - ENTRY_OVERHEAD, maximumPayloadSize);
        this.payloads = RecentlyUsed.byAccess(EXPIRY, maximumSize,
                (key, payload) -> (int) Math.min(Integer.MAX_VALUE, ENTRY_OVERHEAD + payload.getSerializedSize()));
    }

    @Nullable Payload get(StorageDriver driver, StorageDriverClaim claim) {
        return this.payloads.get(new Key(driver, claim));
    }

    /** Keeps a verified payload, if it is not too large. */
    void put(StorageDriver driver, StorageDriverClaim claim, Payload payload) {
        if (payload.getSerializedSize() <= this.maximumPayloadSize) {
            this.payloads.put(new Key(driver, claim), payload);
        }
    }

    /**
     * @return the cache itself, for its statistics and its policy
     */
    public Cache<?, Payload> asCaffeine() {
        return this.payloads.asCaffeine();
    }

    /** A driver is only equal to itself, whatever its name. */
    private record Key(StorageDriver driver, StorageDriverClaim claim) {

    }

}
