package io.github.claimcheck.temporal.store.composite;

import com.github.benmanes.caffeine.cache.Ticker;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Composite storage drivers, for tests in other packages. */
public final class CompositeTestDrivers {

    private CompositeTestDrivers() {
    }

    /** Returns a mirror that asks its delegates in the same order each time. */
    public static StorageDriver mirror(StorageDriver... delegates) {
        return mirror(Duration.ofSeconds(3), UnaryOperator.identity(), delegates);
    }

    /**
     * Returns a mirror of decorated delegates that asks them in the same order each time.
     */
    public static StorageDriver mirror(Duration timeout, UnaryOperator<StorageDriver> decorator,
            StorageDriver... delegates) {
        return new MirrorStorageDriver(MirrorStorageDriver.DRIVER_TYPE, List.of(delegates), timeout, Duration.ZERO,
                decorator, Ticker.systemTicker());
    }

    /**
     * Returns a fallback to decorated delegates that asks them in the same order each
     * time.
     */
    public static StorageDriver fallback(Duration timeout, UnaryOperator<StorageDriver> decorator,
            StorageDriver... delegates) {
        return new FallbackStorageDriver(FallbackStorageDriver.DRIVER_TYPE,
                Stream.of(delegates).map(decorator).toList(), timeout, Duration.ZERO, Ticker.systemTicker());
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

    /** Returns a fallback that asks its delegates in the same order each time. */
    public static StorageDriver fallback(StorageDriver... delegates) {
        return new FallbackStorageDriver(FallbackStorageDriver.DRIVER_TYPE, List.of(delegates), Duration.ofSeconds(3),
                Duration.ZERO, Ticker.systemTicker());
    }

}
