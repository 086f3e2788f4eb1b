package io.github.claimcheck.temporal.driver;

import java.time.Duration;

/**
 * What the storage drivers of a process share.
 *
 * @param cache the payloads that were stored or retrieved lately
 * @param storedObjects the objects that need not be uploaded again
 * @param limiter the bound on transfers in flight
 */
public record DriverResources(PayloadCache cache, StoredObjects storedObjects, TransferLimiter limiter) {

    /**
     * @return resources for drivers that keep nothing in memory and wait for nothing
     */
    public static DriverResources none() {
        return new DriverResources(new PayloadCache(0, 0), new StoredObjects(Duration.ZERO),
                TransferLimiter.unlimited());
    }

}
