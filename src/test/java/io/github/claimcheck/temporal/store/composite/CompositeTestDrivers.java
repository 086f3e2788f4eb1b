package io.github.claimcheck.temporal.store.composite;

import com.github.benmanes.caffeine.cache.Ticker;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** Composite storage drivers, for tests in other packages. */
public final class CompositeTestDrivers {

    private CompositeTestDrivers() {
    }

    /** Returns a mirror that asks its delegates in the same order each time. */
    public static StorageDriver mirror(StorageDriver... delegates) {
        return new MirrorStorageDriver(MirrorStorageDriver.DRIVER_TYPE, List.of(delegates), Duration.ofSeconds(3),
                Duration.ZERO, UnaryOperator.identity(), Ticker.systemTicker());
    }

    /** Returns a mirror that passes a failed delegate over until the clock says more. */
    public static StorageDriver mirror(String name, Duration retryAfter, Ticker clock, StorageDriver... delegates) {
        return new MirrorStorageDriver(name, List.of(delegates), Duration.ofSeconds(3), retryAfter,
                UnaryOperator.identity(), clock);
    }

    /**
     * Returns a fallback that passes a failed delegate over until the clock says more.
     */
    public static StorageDriver fallback(String name, Duration timeout, Duration retryAfter, Ticker clock,
            StorageDriver... delegates) {
        return new FallbackStorageDriver(name, List.of(delegates), timeout, retryAfter, clock);
    }

}
