package io.github.claimcheck.temporal.driver;

import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Remembers for a while which drivers have failed, so that not everybody waits for them again.
 * <p>
 * Thread-safe.
 */
final class Outages {

    private final long pause;

    /** When each driver that has failed is tried again, by {@link System#nanoTime()}. */
    private final ConcurrentMap<StorageDriver, Long> pausedUntil = new ConcurrentHashMap<>();

    /** @param pause how long a driver that has failed is asked after the others; 0 never */
    Outages(Duration pause) {
        this.pause = pause.toNanos();
    }

    /** Returns the same drivers, those last that have failed lately. */
    List<StorageDriver> arrange(List<StorageDriver> drivers) {
        List<StorageDriver> arranged = new ArrayList<>(drivers.size());
        List<StorageDriver> last = new ArrayList<>();
        drivers.forEach((driver) -> (isPaused(driver) ? last : arranged).add(driver));
        arranged.addAll(last);
        return arranged;
    }

    /** When the pause is over, one caller tries the driver for all. */
    private boolean isPaused(StorageDriver driver) {
        Long until = this.pausedUntil.get(driver);
        return until != null && this.pause > 0 && (System.nanoTime() - until < 0
                || !this.pausedUntil.replace(driver, until, System.nanoTime() + this.pause));
    }

    /** Returns whether the driver worked until now. */
    boolean begin(StorageDriver driver) {
        return this.pausedUntil.put(driver, System.nanoTime() + this.pause) == null;
    }

    /** Returns whether the driver did not work until now. */
    boolean end(StorageDriver driver) {
        return this.pausedUntil.remove(driver) != null;
    }

}
