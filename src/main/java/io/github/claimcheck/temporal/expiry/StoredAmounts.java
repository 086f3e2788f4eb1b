package io.github.claimcheck.temporal.expiry;

import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells how much drivers have stored since the check before. Thread-safe. */
final class StoredAmounts {

    private final Map<StorageDriver, Count> counts = new IdentityHashMap<>();

    /**
     * Returns what a driver has stored.
     * @param driver the driver
     * @param now the time
     * @param interval the shortest time to tell of
     * @return a sentence without its final period; null if less time has passed, or
     * nothing was stored
     */
    synchronized @Nullable String since(StorageDriver driver, Instant now, Duration interval) {
        List<InspectableStorageDriver> stores = DriverExpiry.stores(driver).toList();
        Count count = new Count(now, stores.stream().mapToLong((store) -> store.getTraffic().getStoredObjects()).sum(),
                stores.stream().mapToLong((store) -> store.getTraffic().getStoredBytes()).sum());
        Count before = this.counts.putIfAbsent(driver, count);
        if (before == null || now.isBefore(before.at().plus(interval))) {
            return null;
        }
        this.counts.put(driver, count);
        long objects = count.objects() - before.objects();
        return (objects == 0) ? null
                : "This process stored " + objects + " objects of " + Amounts.bytes(count.bytes() - before.bytes())
                        + " in " + Amounts.of(Duration.ofMinutes(Duration.between(before.at(), now).toMinutes()));
    }

    /**
     * A driver's counters.
     *
     * @param at when they were read
     * @param objects the objects until then
     * @param bytes the bytes until then
     */
    private record Count(Instant at, long objects, long bytes) {

    }

}
