package io.github.claimcheck.temporal.health;

import io.github.claimcheck.temporal.driver.DriverTraffic;
import io.github.claimcheck.temporal.driver.DriverTraffic.Outcomes;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.internal.Quoted;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Judges a driver by its traffic. It is down if an operation has failed three times in a
 * row, or has only failed in the last minute. So one failure among many transfers, which
 * the client of a task repeats, is none of the driver's.
 * <p>
 * Thread-safe.
 */
final class TrafficHealth {

    private static final Duration WINDOW = Duration.ofMinutes(1);

    private static final int FAILURES = 3;

    private final Clock clock;

    TrafficHealth(Clock clock) {
        this.clock = clock;
    }

    /** Returns the health that the last minute shows; null if it shows none. */
    @Nullable DriverHealth of(DriverTraffic traffic) {
        Instant since = this.clock.instant().minus(WINDOW);
        DriverHealth up = null;
        for (Operation operation : Operation.values()) {
            Outcomes outcomes = traffic.getOutcomes(operation);
            boolean succeeded = isAfter(outcomes.lastSuccess(), since);
            if (isAfter(outcomes.lastFailure(), since) && (!succeeded || outcomes.failuresInARow() >= FAILURES)) {
                return new DriverHealth(Status.DOWN, details(operation, outcomes));
            }
            if (succeeded) {
                up = new DriverHealth(Status.UP, Map.of("lastSuccess", String.valueOf(traffic.getLastSuccess())));
            }
        }
        return up;
    }

    private static boolean isAfter(@Nullable Instant time, Instant since) {
        return time != null && time.isAfter(since);
    }

    private static Map<String, Object> details(Operation operation, Outcomes outcomes) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("operation", operation.name().toLowerCase(Locale.ROOT));
        details.put("failuresInARow", outcomes.failuresInARow());
        if (outcomes.lastSuccess() != null) {
            details.put("lastSuccess", outcomes.lastSuccess().toString());
        }
        details.putAll(failure(Objects.requireNonNull(outcomes.failure())));
        return details;
    }

    /** Returns the class of a failure, and its message, which ends with the remedy. */
    static Map<String, Object> failure(Throwable failure) {
        return Map.of("error", failure.getClass().getSimpleName(), "message",
                (failure instanceof StorageDriverException) ? String.valueOf(failure.getMessage())
                        : Quoted.failure(failure));
    }

}
