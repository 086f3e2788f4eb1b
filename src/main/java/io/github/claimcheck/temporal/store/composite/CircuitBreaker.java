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
import org.jspecify.annotations.Nullable;

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

    /** The open and half-open circuits. Closed circuits have no entry. */
    private final ConcurrentMap<StorageDriver, Circuit> circuits = new ConcurrentHashMap<>();

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
        Circuit circuit = this.circuits.get(delegate);
        if (circuit == null || this.openNanos == 0) {
            return false;
        }
        long now = this.clock.read();
        return circuit.isOpen(now) || (first
                && !this.circuits.replace(delegate, circuit, new Circuit(now + this.trialNanos, circuit.failure())));
    }

    /** Returns whether a delegate's circuit is open, and not half open. */
    boolean isOpen(StorageDriver delegate) {
        Circuit circuit = this.circuits.get(delegate);
        return this.openNanos > 0 && circuit != null && circuit.isOpen(this.clock.read());
    }

    /** Returns the failure since which a delegate has not succeeded; null if none. */
    @Nullable Throwable getFailure(StorageDriver delegate) {
        Circuit circuit = this.circuits.get(delegate);
        return (circuit != null) ? circuit.failure() : null;
    }

    /**
     * Records a failure, which opens the circuit unless it concerns only one payload.
     * @return whether the failure opened a closed circuit
     */
    boolean onFailure(StorageDriver delegate, Throwable failure) {
        return !isAboutPayload(failure)
                && this.circuits.put(delegate, new Circuit(this.clock.read() + this.openNanos, failure)) == null;
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
        return this.circuits.remove(delegate) != null;
    }

    /**
     * A circuit that is open or half open.
     *
     * @param openUntil the time of the clock at which it becomes half open
     * @param failure the failure that opened it
     */
    private record Circuit(long openUntil, Throwable failure) {

        boolean isOpen(long now) {
            return now - this.openUntil < 0;
        }

    }

}
