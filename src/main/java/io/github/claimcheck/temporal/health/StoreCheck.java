package io.github.claimcheck.temporal.health;

import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.internal.Transfers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Asks a driver's store whether it serves. Whoever asks within the interval gets the same
 * answer, also while the store has not answered yet. Thread-safe.
 */
final class StoreCheck {

    private final InspectableStorageDriver driver;

    private final Duration interval;

    private final Duration timeout;

    private final Clock clock;

    private @Nullable Instant begunAt;

    private CompletableFuture<DriverHealth> result = new CompletableFuture<>();

    StoreCheck(InspectableStorageDriver driver, Duration interval, Duration timeout, Clock clock) {
        this.driver = driver;
        this.interval = interval;
        this.timeout = timeout;
        this.clock = clock;
    }

    /** Returns the store's answer, which does not fail, and ends within the timeout. */
    synchronized CompletableFuture<DriverHealth> getResult() {
        Instant now = this.clock.instant();
        if (this.begunAt == null || (this.result.isDone() && !now.isBefore(this.begunAt.plus(this.interval)))) {
            this.begunAt = now;
            this.result = ask();
        }
        return this.result;
    }

    private CompletableFuture<DriverHealth> ask() {
        CompletableFuture<Map<String, Object>> answer = Transfers.attempt(this.driver::check);
        Transfers.endWithin(this.timeout, answer,
                (timedOut) -> new StorageTimeoutException(
                        "The store of storage driver '" + this.driver.getName() + "' has not answered for "
                                + this.timeout.toMillis() + " ms. Check that it is reachable and fast enough",
                        timedOut));
        return answer.handle((details, failure) -> {
            Throwable reason = (failure != null) ? Transfers.unwrap(failure) : null;
            if (reason instanceof UnsupportedOperationException) {
                return new DriverHealth(Status.UNKNOWN,
                        Map.of("reason", "no transfer in the last minute. " + reason.getMessage()));
            }
            return (reason != null) ? new DriverHealth(Status.DOWN, TrafficHealth.failure(reason))
                    : new DriverHealth(Status.UP, details);
        });
    }

}
