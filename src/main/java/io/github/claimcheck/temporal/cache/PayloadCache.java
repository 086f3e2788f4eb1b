package io.github.claimcheck.temporal.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.claimcheck.temporal.internal.ClaimBounds;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Caches the payloads that this process has recently stored or retrieved, so that it need
 * not download them again. All drivers of a process share one cache, whose size in bytes
 * is limited. An entry expires one hour after its last access. A {@link DiskCache} can
 * hold more, and for longer.
 * <p>
 * An entry belongs to one driver and one whole claim, location and digest included: a
 * claim with another bucket, key or digest, and the same claim of another driver, are
 * separate entries. Payloads are immutable and verified against their digest before they
 * are cached, so the cache returns what the store would.
 * <p>
 * The cache also finds a payload that it has evicted, for as long as something else keeps
 * it in memory. A workflow task that times out while its payloads are being retrieved
 * holds those that it has, and the next attempt finds them.
 * <p>
 * Thread-safe.
 */
public final class PayloadCache implements AutoCloseable {

    private static final Duration EXPIRY = Duration.ofHours(1);

    /**
     * The memory that an entry needs besides its payload, for a few objects and the
     * claim's strings, in bytes. Claims that no driver wrote may need more.
     */
    private static final long ENTRY_OVERHEAD = 1024;

    private final boolean enabled;

    private final long maximumPayloadSize;

    private final ScanResistantCache<Key, Payload> payloads;

    /** Payloads that something holds, if only an attempt that is no longer waited for. */
    private final Cache<Key, Payload> reachable = Caffeine.newBuilder().weakValues().executor(Runnable::run).build();

    private final LongAdder foundReachable = new LongAdder();

    private final @Nullable DiskCache disk;

    /**
     * Creates a cache in memory.
     * @param maximumSize the maximum size of all payloads, in bytes; 0 disables the cache
     * @param maximumPayloadSize the maximum serialized size of a cached payload, in bytes
     */
    public PayloadCache(long maximumSize, long maximumPayloadSize) {
        this(maximumSize, maximumPayloadSize, null);
    }

    /**
     * Creates a cache in memory and on disk.
     * @param maximumSize the maximum size of all payloads in memory, in bytes; 0 keeps
     * none there
     * @param maximumPayloadSize the maximum serialized size of a payload in memory, in
     * bytes
     * @param disk the cache on disk, closed with this one; null for none
     */
    public PayloadCache(long maximumSize, long maximumPayloadSize, @Nullable DiskCache disk) {
        this.enabled = maximumSize > 0;
        this.maximumPayloadSize = Math.min(maximumSize - ENTRY_OVERHEAD, maximumPayloadSize);
        this.payloads = new ScanResistantCache<>(maximumSize, Integer.MAX_VALUE, (key,
                payload) -> Math.max(ENTRY_OVERHEAD, ClaimBounds.weigh(key.claim())) + payload.getSerializedSize(),
                EXPIRY, System::nanoTime, (key, payload) -> {
                });
        this.disk = disk;
    }

    /**
     * Returns a payload in memory.
     * @param driver the driver that is asked for the payload
     * @param claim the claim, with the names of entries that the driver writes
     * @return the payload; null if it is not in memory
     */
    public @Nullable Payload get(StorageDriver driver, StorageDriverClaim claim) {
        if (!this.enabled) {
            return null;
        }
        Key key = new Key(driver, claim);
        Payload payload = this.payloads.get(key);
        if (payload == null) {
            payload = this.reachable.getIfPresent(key);
            if (payload != null) {
                this.foundReachable.increment();
                add(key, payload, false);
            }
        }
        return payload;
    }

    /**
     * Caches a payload that was stored, unless it is too large.
     * @param driver the driver that stored the payload
     * @param claim the claim on it
     * @param payload the payload
     */
    public void stored(StorageDriver driver, StorageDriverClaim claim, Payload payload) {
        add(new Key(driver, claim), payload, true);
    }

    /**
     * Caches a payload that was retrieved and verified, unless it is too large, or less
     * likely to be needed than what it would replace.
     * @param driver the driver that retrieved the payload
     * @param claim the claim on it
     * @param payload the payload
     */
    public void retrieved(StorageDriver driver, StorageDriverClaim claim, Payload payload) {
        add(new Key(driver, claim), payload, false);
    }

    private void add(Key key, Payload payload, boolean stored) {
        if (!this.enabled) {
            return;
        }
        this.reachable.put(key, payload);
        if (payload.getSerializedSize() > this.maximumPayloadSize) {
            return;
        }
        if (stored) {
            this.payloads.put(key, payload);
        }
        else {
            this.payloads.offer(key, payload);
        }
    }

    /**
     * Returns the cache on disk.
     * @return the cache; null if there is none
     */
    public @Nullable DiskCache getDisk() {
        return this.disk;
    }

    /**
     * Returns what the cache in memory has done, and what it holds. A payload that only
     * something else keeps in memory is a hit, but no entry.
     * @return the statistics of now
     */
    public CacheStatistics getStatistics() {
        CacheStatistics own = this.payloads.statistics();
        long reachable = this.foundReachable.sum();
        return new CacheStatistics(own.hits() + reachable, Math.max(0, own.misses() - reachable), own.evictions(),
                own.entries(), own.bytes(), own.maxBytes());
    }

    /** Closes the cache on disk. */
    @Override
    public void close() {
        if (this.disk != null) {
            this.disk.close();
        }
    }

    /** The key of an entry. Drivers are compared by identity, not by name. */
    private record Key(StorageDriver driver, StorageDriverClaim claim) {

    }

}
