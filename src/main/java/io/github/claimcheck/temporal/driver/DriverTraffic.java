package io.github.claimcheck.temporal.driver;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.internal.InternalApi;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a driver's transfers say about its store, and how many bytes needed no transfer.
 * <p>
 * Only what the store itself says counts: neither a payload from the cache nor a payload
 * that the driver refuses. An object that is missing or altered is an answer of a store
 * that works, although no transfer has succeeded. A denial that a store also gives for
 * missing objects says nothing, since a forged claim can bring it about.
 * <p>
 * Thread-safe.
 */
@InternalApi
public final class DriverTraffic {

    private final Clock clock;

    private final Ticker ticker;

    private final Map<Operation, Outcomes> outcomes = new EnumMap<>(Operation.class);

    private final Map<Operation, LongAdder> saved = new EnumMap<>(Operation.class);

    private final LongAdder storedObjects = new LongAdder();

    private final LongAdder storedBytes = new LongAdder();

    /** Creates an instance without traffic. */
    public DriverTraffic() {
        this(Clock.systemUTC(), Ticker.systemTicker());
    }

    /**
     * Creates an instance without traffic.
     * @param clock provides the times to display
     * @param ticker provides the times to compare, which nobody sets back
     */
    public DriverTraffic(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.ticker = ticker;
        Arrays.stream(Operation.values()).forEach((operation) -> {
            this.outcomes.put(operation, Outcomes.NONE);
            this.saved.put(operation, new LongAdder());
        });
    }

    /**
     * Returns the outcomes of an operation.
     * @param operation the operation
     * @return a snapshot
     */
    public synchronized Outcomes getOutcomes(Operation operation) {
        return Objects.requireNonNull(this.outcomes.get(operation));
    }

    /**
     * Returns the size of the payloads that needed no transfer: uploads of objects that
     * are stored already, and downloads of payloads in the cache.
     * @param operation the operation
     * @return the size in bytes
     */
    public long getSavedBytes(Operation operation) {
        return Objects.requireNonNull(this.saved.get(operation)).sum();
    }

    /**
     * Returns how many objects were uploaded.
     * @return the number of uploads, also of objects that they replaced
     */
    public long getStoredObjects() {
        return this.storedObjects.sum();
    }

    /**
     * Returns the size of the objects that were uploaded.
     * @return the size in bytes
     */
    public long getStoredBytes() {
        return this.storedBytes.sum();
    }

    /**
     * Returns the time of the last transfer that succeeded.
     * @return the time; null if there was none
     */
    public @Nullable Instant getLastSuccess() {
        Moment stored = getOutcomes(Operation.STORE).lastSuccess();
        Moment retrieved = getOutcomes(Operation.RETRIEVE).lastSuccess();
        Moment last = (stored == null || (retrieved != null && retrieved.ticks() - stored.ticks() > 0)) ? retrieved
                : stored;
        return (last != null) ? last.time() : null;
    }

    /**
     * Records a transfer that succeeded.
     * @param operation the operation
     */
    public synchronized void succeeded(Operation operation) {
        Moment now = now();
        this.outcomes.put(operation, new Outcomes(now, now, 0, null, null));
    }

    private Moment now() {
        return new Moment(this.clock.instant(), this.ticker.read());
    }

    /**
     * Records a transfer that failed.
     * @param operation the operation
     * @param failure the failure of the driver
     * @return the failure, to be thrown
     */
    public synchronized <E extends Throwable> E failed(Operation operation, E failure) {
        Outcomes before = getOutcomes(operation);
        if (failure instanceof ObjectNotFoundException || failure instanceof PayloadIntegrityException) {
            this.outcomes.put(operation, new Outcomes(before.lastSuccess(), now(), 0, null, null));
        }
        else if (isAboutStore(failure)) {
            this.outcomes.put(operation, new Outcomes(before.lastSuccess(), before.lastAnswer(),
                    before.failuresInARow() + 1, now(), failure));
        }
        return failure;
    }

    /**
     * Returns whether a failure says something about the store, and not just about a
     * payload or a claim.
     * @param failure the failure of a driver
     * @return whether the store may be the reason
     */
    public static boolean isAboutStore(Throwable failure) {
        return !(failure instanceof PayloadRefusedException || failure instanceof PayloadTooLargeException
                || failure instanceof ClaimRefusedException || failure instanceof ObjectTooLargeException
                || failure instanceof CancellationException
                || (failure instanceof StorageAccessDeniedException denied && denied.mayBeMissing()));
    }

    void stored(long bytes) {
        this.storedObjects.increment();
        this.storedBytes.add(bytes);
    }

    void saved(Operation operation, long bytes) {
        Objects.requireNonNull(this.saved.get(operation)).add(bytes);
    }

    /**
     * The outcomes of an operation.
     *
     * @param lastSuccess when a transfer last succeeded; null if none did
     * @param lastAnswer when the store last answered, be it that the object is missing or
     * altered; null if it never did
     * @param failuresInARow how many transfers have failed since the last answer
     * @param lastFailure when a transfer last failed since then; null if none did
     * @param failure the last failure since then; null if there is none
     */
    public record Outcomes(@Nullable Moment lastSuccess, @Nullable Moment lastAnswer, int failuresInARow,
            @Nullable Moment lastFailure, @Nullable Throwable failure) {

        static final Outcomes NONE = new Outcomes(null, null, 0, null, null);

    }

    /**
     * A moment.
     *
     * @param time the time of the clock, only to be displayed
     * @param ticks the same in nanoseconds since an arbitrary origin
     */
    public record Moment(Instant time, long ticks) {

    }

}
