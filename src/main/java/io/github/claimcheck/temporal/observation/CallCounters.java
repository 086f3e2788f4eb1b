package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.driver.BucketNotFoundException;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectTooLargeException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.PayloadRefusedException;
import io.github.claimcheck.temporal.driver.PayloadTooLargeException;
import io.github.claimcheck.temporal.driver.StorageAccessDeniedException;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.driver.StorageThrottledException;
import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.driver.StorageUnreachableException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts the calls of a driver by their outcome: {@code none} for a success, or the
 * exception. All counters are there from the start, unlike a timer with the tag of an
 * exception, which begins at one: Prometheus sees no increase in that.
 * <p>
 * Thread-safe.
 */
final class CallCounters {

    /** The name of the counters, with the tags {@code driver} and {@code error}. */
    static final String NAME = "temporal.external.storage.calls";

    private static final String NONE = "none";

    private static final String OTHER = "other";

    private static final List<Class<? extends RuntimeException>> KNOWN = List.of(BucketNotFoundException.class,
            ClaimRefusedException.class, ObjectNotFoundException.class, ObjectTooLargeException.class,
            PayloadIntegrityException.class, PayloadRefusedException.class, PayloadTooLargeException.class,
            StorageAccessDeniedException.class, StorageDriverException.class, StorageThrottledException.class,
            StorageTimeoutException.class, StorageUnreachableException.class);

    private final Map<String, Counter> counters;

    /**
     * Registers the counters of a driver.
     * @param driver its name
     * @param meters where to register
     */
    CallCounters(String driver, MeterRegistry meters) {
        this.counters = Stream.concat(KNOWN.stream().map(Class::getSimpleName), Stream.of(NONE, OTHER))
            .collect(Collectors.toMap(Function.identity(),
                    (error) -> Counter.builder(NAME)
                        .description("Calls, by the exception with which they failed")
                        .tag("driver", driver)
                        .tag("error", error)
                        .register(meters)));
    }

    /** Counts a call that succeeded. */
    void succeeded() {
        counter(NONE).increment();
    }

    /**
     * Counts a call that failed. One that somebody cancelled neither failed nor
     * succeeded.
     * @param failure the failure
     */
    void failed(Throwable failure) {
        if (!(failure instanceof CancellationException)) {
            this.counters.getOrDefault(failure.getClass().getSimpleName(), counter(OTHER)).increment();
        }
    }

    private Counter counter(String error) {
        return Objects.requireNonNull(this.counters.get(error));
    }

}
