package io.github.claimcheck.temporal.health;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.Transfers;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks a driver's store whether it serves. Whoever asks within the interval gets the same
 * answer, also while the store has not answered yet. Thread-safe.
 * <p>
 * An application's client or bean may block, so each request has a thread of its own: the
 * threads of the JDK's common pool are few, and timeouts need them. No other request
 * begins while that thread is inside the driver, so that a driver that blocks for ever
 * holds one thread.
 */
final class StoreCheck {

    private final InspectableStorageDriver driver;

    private final long intervalNanos;

    private final Duration timeout;

    private final Ticker clock;

    private long begunAt;

    private @Nullable CompletableFuture<DriverHealth> result;

    /** Whether a thread is inside the driver. */
    private volatile boolean inside;

    StoreCheck(InspectableStorageDriver driver, Duration interval, Duration timeout, Ticker clock) {
        this.driver = driver;
        this.intervalNanos = interval.toNanos();
        this.timeout = timeout;
        this.clock = clock;
    }

    /** Returns the store's answer, which does not fail, and ends within the timeout. */
    synchronized CompletableFuture<DriverHealth> getResult() {
        long now = this.clock.read();
        if (this.result == null || (this.result.isDone() && !this.inside && now - this.begunAt >= this.intervalNanos)) {
            this.begunAt = now;
            this.result = ask();
        }
        return this.result;
    }

    private CompletableFuture<DriverHealth> ask() {
        ThreadFactory threads = BackgroundThreads.daemons("external-storage-health");
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        Transfers.endWithin(this.timeout, answer,
                (timedOut) -> new StorageTimeoutException(
                        "The store of storage driver '" + this.driver.getName() + "' has not answered for "
                                + this.timeout.toMillis() + " ms. Check that it is reachable and fast enough",
                        timedOut),
                (task) -> threads.newThread(task).start());
        this.inside = true;
        threads.newThread(() -> {
            CompletableFuture<Map<String, Object>> check = Transfers.attempt(this.driver::check);
            this.inside = false;
            Transfers.cancelWith(answer, check);
            check.whenComplete((details, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                }
                else {
                    answer.complete(details);
                }
            });
        }).start();
        return answer.handle((details, failure) -> {
            Throwable reason = (failure != null) ? Transfers.unwrap(failure) : null;
            if (reason instanceof UnsupportedOperationException) {
                return new DriverHealth(Status.UNKNOWN, Map.of("reason", TrafficHealth.message(reason)));
            }
            return (reason != null) ? new DriverHealth(Status.DOWN, TrafficHealth.failure(reason, Instant.now()))
                    : new DriverHealth(Status.UP, details);
        });
    }

}
