package io.github.claimcheck.temporal.store.composite;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.PayloadRefusedException;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A circuit breaker for each delegate of a composite driver. A failure opens the circuit:
 * for a while the delegate comes after the others, so that not every call waits for it.
 * Then the circuit is half open: one call tries the delegate for all, and its success
 * closes the circuit. Nothing is refused: where all others fail, a delegate is called
 * whatever the state of its circuit.
 * <p>
 * Thread-safe.
 */
final class CircuitBreaker {

    private final long openNanos;

    private final long trialNanos;

    private final Ticker clock;

    /**
     * By the clock, when each circuit that is open becomes half open. Those that are
     * closed are not here.
     */
    private final ConcurrentMap<StorageDriver, Long> openUntil = new ConcurrentHashMap<>();

    /**
     * Makes circuits that are closed.
     * @param open how long a circuit stays open; zero keeps all circuits closed
     * @param timeout how long a trial may take while the circuit is half open
     * @param clock tells the time
     */
    CircuitBreaker(Duration open, Duration timeout, Ticker clock) {
        this.openNanos = open.toNanos();
        this.trialNanos = Math.max(this.openNanos, timeout.toNanos());
        this.clock = clock;
    }

    /**
     * Returns the same delegates in the order in which to call them: those whose circuit
     * is open come last.
     */
    List<StorageDriver> order(List<StorageDriver> delegates) {
        List<StorageDriver> ordered = new ArrayList<>(delegates.size());
        List<StorageDriver> open = new ArrayList<>();
        delegates.forEach((delegate) -> (isOpen(delegate, ordered.isEmpty()) ? open : ordered).add(delegate));
        ordered.addAll(open);
        return ordered;
    }

    /**
     * Half open, a circuit is closed for one caller, and only if that one calls the
     * delegate first.
     */
    private boolean isOpen(StorageDriver delegate, boolean first) {
        Long until = this.openUntil.get(delegate);
        if (until == null || this.openNanos == 0) {
            return false;
        }
        long now = this.clock.read();
        return now - until < 0 || (first && !this.openUntil.replace(delegate, until, now + this.trialNanos));
    }

    /**
     * Records a failure.
     * @return whether it opened the circuit: it was closed, and the failure is not about
     * one payload alone
     */
    boolean onFailure(StorageDriver delegate, Throwable failure) {
        return !isAboutPayload(failure) && this.openUntil.put(delegate, this.clock.read() + this.openNanos) == null;
    }

    private static boolean isAboutPayload(Throwable failure) {
        return failure instanceof PayloadRefusedException || failure instanceof ClaimRefusedException
                || failure instanceof ObjectNotFoundException || failure instanceof PayloadIntegrityException;
    }

    /**
     * Records a success.
     * @return whether it closed the circuit
     */
    boolean onSuccess(StorageDriver delegate) {
        return this.openUntil.remove(delegate) != null;
    }

}
