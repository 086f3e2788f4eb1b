package io.github.claimcheck.temporal.store.composite;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectTooLargeException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.PayloadRefusedException;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A circuit breaker with one circuit for each delegate of a composite driver. A failure
 * opens a delegate's circuit: for a while, the delegate comes after the others, so that
 * not every call waits for it. Then the circuit is half open: one call tries the
 * delegate, and its success closes the circuit. Calls are never rejected: if all others
 * fail, a delegate is called even if its circuit is open.
 * <p>
 * Thread-safe.
 */
final class CircuitBreaker {

    private final long openNanos;

    private final long trialNanos;

    private final Ticker clock;

    /**
     * The time of the clock at which each open circuit becomes half open. Closed circuits
     * have no entry.
     */
    private final ConcurrentMap<StorageDriver, Long> openUntil = new ConcurrentHashMap<>();

    /**
     * Creates a circuit breaker with closed circuits.
     * @param open how long a circuit stays open; zero keeps all circuits closed
     * @param timeout the timeout of the trial call while a circuit is half open
     * @param clock provides the time
     */
    CircuitBreaker(Duration open, Duration timeout, Ticker clock) {
        this.openNanos = open.toNanos();
        this.trialNanos = Math.max(this.openNanos, timeout.toNanos());
        this.clock = clock;
    }

    /**
     * Returns the delegates in the order in which to call them: those with an open
     * circuit come last.
     */
    List<StorageDriver> order(List<StorageDriver> delegates) {
        List<StorageDriver> ordered = new ArrayList<>(delegates.size());
        List<StorageDriver> open = new ArrayList<>();
        delegates.forEach((delegate) -> (isOpen(delegate, ordered.isEmpty()) ? open : ordered).add(delegate));
        ordered.addAll(open);
        return ordered;
    }

    /**
     * Returns whether a delegate's circuit is open for this caller. A half-open circuit
     * is closed for one caller, and only if that caller calls the delegate first.
     */
    private boolean isOpen(StorageDriver delegate, boolean first) {
        Long until = this.openUntil.get(delegate);
        if (until == null || this.openNanos == 0) {
            return false;
        }
        long now = this.clock.read();
        return now - until < 0 || (first && !this.openUntil.replace(delegate, until, now + this.trialNanos));
    }

    /** Returns whether a delegate failed, and has not succeeded since. */
    boolean isOpen(StorageDriver delegate) {
        return this.openNanos > 0 && this.openUntil.containsKey(delegate);
    }

    /**
     * Records a failure, which opens the circuit unless it concerns only one payload.
     * @return whether the failure opened a closed circuit
     */
    boolean onFailure(StorageDriver delegate, Throwable failure) {
        return !isAboutPayload(failure) && this.openUntil.put(delegate, this.clock.read() + this.openNanos) == null;
    }

    private static boolean isAboutPayload(Throwable failure) {
        return failure instanceof PayloadRefusedException || failure instanceof ClaimRefusedException
                || failure instanceof ObjectNotFoundException || failure instanceof ObjectTooLargeException
                || failure instanceof PayloadIntegrityException;
    }

    /**
     * Records a success, which closes the circuit.
     * @return whether the success closed an open circuit
     */
    boolean onSuccess(StorageDriver delegate) {
        return this.openUntil.remove(delegate) != null;
    }

}
