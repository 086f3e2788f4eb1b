package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.cache.PayloadCache;
import java.time.Duration;

/**
 * The resources that the storage drivers of a process share. Thread-safe.
 *
 * @param cache the payloads that were stored or retrieved recently
 * @param storedObjects the objects that need not be uploaded again
 * @param limiter the limit on transfers in flight
 */
public record DriverResources(PayloadCache cache, StoredObjects storedObjects,
        TransferLimiter limiter) implements AutoCloseable {

    /**
     * Returns resources without a cache or a limit.
     * @return new resources
     */
    public static DriverResources none() {
        return new DriverResources(new PayloadCache(0, 0), new StoredObjects(Duration.ZERO),
                TransferLimiter.unlimited());
    }

    /** Closes the cache. */
    @Override
    public void close() {
        this.cache.close();
    }

}
