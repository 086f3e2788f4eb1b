package io.github.claimcheck.temporal.health;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.DriverTraffic;
import io.github.claimcheck.temporal.driver.DriverTraffic.Moment;
import io.github.claimcheck.temporal.driver.DriverTraffic.Outcomes;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.driver.StorageThrottledException;
import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.driver.StorageUnreachableException;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.internal.Quoted;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Judges a driver by its traffic. It is down if an operation has failed three times in a
 * row, or has only failed in the last minute. So one failure among many transfers, which
 * the client of a task repeats, is none of the driver's.
 * <p>
 * A retrieval may also fail because of its claim, which may be forged: it may lead to
 * what the credentials may not read, to a bucket of earlier times, or to something other
 * than a payload. Such failures alone make a driver doubtful, and not down.
 * <p>
 * Thread-safe.
 */
final class TrafficHealth {

    private static final Duration WINDOW = Duration.ofMinutes(1);

    private static final int FAILURES = 3;

    private final Ticker clock;

    TrafficHealth(Ticker clock) {
        this.clock = clock;
    }

    /** Returns the health that the last minute shows; null if it shows none. */
    @Nullable DriverHealth of(DriverTraffic traffic) {
        DriverHealth up = null;
        for (Operation operation : Operation.values()) {
            Outcomes outcomes = traffic.getOutcomes(operation);
            if (isFailing(outcomes) && isAboutStore(operation, outcomes.failure())) {
                return new DriverHealth(Status.DOWN, details(operation, outcomes));
            }
            if (isRecent(outcomes.lastAnswer())) {
                Instant success = traffic.getLastSuccess();
                up = new DriverHealth(Status.UP,
                        (success != null) ? Map.of("lastSuccess", success.toString()) : Map.of());
            }
        }
        return up;
    }

    /** Returns whether transfers fail for a reason that may lie in their claims. */
    boolean isDoubtful(DriverTraffic traffic) {
        Outcomes retrieved = traffic.getOutcomes(Operation.RETRIEVE);
        return isFailing(retrieved) && !isAboutStore(Operation.RETRIEVE, retrieved.failure());
    }

    private boolean isFailing(Outcomes outcomes) {
        return isRecent(outcomes.lastFailure())
                && (!isRecent(outcomes.lastAnswer()) || outcomes.failuresInARow() >= FAILURES);
    }

    /** Returns whether no claim can bring a failure about. */
    static boolean isAboutStore(Operation operation, @Nullable Throwable failure) {
        return operation == Operation.STORE || failure instanceof StorageUnreachableException
                || failure instanceof StorageTimeoutException || failure instanceof StorageThrottledException
                || failure instanceof IOException || failure instanceof TimeoutException;
    }

    private boolean isRecent(@Nullable Moment moment) {
        return moment != null && this.clock.read() - moment.ticks() < WINDOW.toNanos();
    }

    private static Map<String, Object> details(Operation operation, Outcomes outcomes) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("operation", operation.name().toLowerCase(Locale.ROOT));
        details.put("failuresInARow", outcomes.failuresInARow());
        if (outcomes.lastSuccess() != null) {
            details.put("lastSuccess", outcomes.lastSuccess().time().toString());
        }
        details.putAll(failure(Objects.requireNonNull(outcomes.failure()),
                Objects.requireNonNull(outcomes.lastFailure()).time()));
        return details;
    }

    /** Returns the class, the message and the time of a failure. */
    static Map<String, Object> failure(Throwable failure, Instant time) {
        Map<String, Object> details = new LinkedHashMap<>(failure(failure));
        details.put("lastFailure", time.toString());
        return details;
    }

    /** Returns the class of a failure, and its message, which ends with the remedy. */
    static Map<String, Object> failure(Throwable failure) {
        return Map.of("error", failure.getClass().getSimpleName(), "message", message(failure));
    }

    /** Returns a message that says what to do, and is safe to quote. */
    static String message(Throwable failure) {
        return (failure instanceof StorageDriverException || failure instanceof UnsupportedOperationException)
                ? Quoted.message(failure) : Quoted.failure(failure) + ". Check the driver and its store";
    }

}
