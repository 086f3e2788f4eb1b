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

    private final long trial;

    /** When each driver that has failed is tried again, by {@link System#nanoTime()}. */
    private final ConcurrentMap<StorageDriver, Long> pausedUntil = new ConcurrentHashMap<>();

    /**
     * @param pause how long a driver that has failed is asked after the others; 0 never
     * @param timeout how long one that is tried again may take
     */
    Outages(Duration pause, Duration timeout) {
        this.pause = pause.toNanos();
        this.trial = Math.max(this.pause, timeout.toNanos());
    }

    /** Returns the same drivers, those last that have failed lately. */
    List<StorageDriver> arrange(List<StorageDriver> drivers) {
        List<StorageDriver> arranged = new ArrayList<>(drivers.size());
        List<StorageDriver> last = new ArrayList<>();
        drivers.forEach((driver) -> (isPaused(driver, arranged.isEmpty()) ? last : arranged).add(driver));
        arranged.addAll(last);
        return arranged;
    }

    /** When the pause is over, one caller tries the driver for all, if it is the first that this caller asks. */
    private boolean isPaused(StorageDriver driver, boolean first) {
        Long until = this.pausedUntil.get(driver);
        return until != null && this.pause > 0 && (System.nanoTime() - until < 0
                || (first && !this.pausedUntil.replace(driver, until, System.nanoTime() + this.trial)));
    }

    /** Returns whether this is news: the driver worked until now, and has not only refused what it was asked for. */
    boolean begin(StorageDriver driver, Throwable failure) {
        return !isAboutPayload(failure) && this.pausedUntil.put(driver, System.nanoTime() + this.pause) == null;
    }

    private static boolean isAboutPayload(Throwable failure) {
        // An ObjectStore refuses a location with an IllegalArgumentException.
        return failure instanceof PayloadRefusedException || failure instanceof ObjectNotFoundException
                || failure instanceof PayloadIntegrityException
                || failure.getCause() instanceof IllegalArgumentException;
    }

    /** Returns whether the driver did not work until now. */
    boolean end(StorageDriver driver) {
        return this.pausedUntil.remove(driver) != null;
    }

}
