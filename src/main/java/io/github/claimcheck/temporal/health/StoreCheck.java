package io.github.claimcheck.temporal.health;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.Transfers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Asks a driver's store whether it serves. Whoever asks within the interval gets the same
 * answer, also while the store has not answered yet. Thread-safe.
 */
final class StoreCheck {

    private final InspectableStorageDriver driver;

    private final long intervalNanos;

    private final Duration timeout;

    private final Ticker clock;

    private long begunAt;

    private @Nullable CompletableFuture<DriverHealth> result;

    StoreCheck(InspectableStorageDriver driver, Duration interval, Duration timeout, Ticker clock) {
        this.driver = driver;
        this.intervalNanos = interval.toNanos();
        this.timeout = timeout;
        this.clock = clock;
    }

    /** Returns the store's answer, which does not fail, and ends within the timeout. */
    synchronized CompletableFuture<DriverHealth> getResult() {
        long now = this.clock.read();
        if (this.result == null || (this.result.isDone() && now - this.begunAt >= this.intervalNanos)) {
            this.begunAt = now;
            this.result = ask();
        }
        return this.result;
    }

    private CompletableFuture<DriverHealth> ask() {
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        Transfers.endWithin(this.timeout, answer,
                (timedOut) -> new StorageTimeoutException(
                        "The store of storage driver '" + this.driver.getName() + "' has not answered for "
                                + this.timeout.toMillis() + " ms. Check that it is reachable and fast enough",
                        timedOut));
        // On a thread of its own: an application's client or bean may block.
        BackgroundThreads.executor().execute(() -> {
            CompletableFuture<Map<String, Object>> check = Transfers.attempt(this.driver::check);
            Transfers.cancelWith(answer, check);
            check.whenComplete((details, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                }
                else {
                    answer.complete(details);
                }
            });
        });
        return answer.handle((details, failure) -> {
            Throwable reason = (failure != null) ? Transfers.unwrap(failure) : null;
            if (reason instanceof UnsupportedOperationException) {
                return new DriverHealth(Status.UNKNOWN, Map.of("reason", TrafficHealth.message(reason)));
            }
            return (reason != null) ? new DriverHealth(Status.DOWN, TrafficHealth.failure(reason))
                    : new DriverHealth(Status.UP, details);
        });
    }

}
