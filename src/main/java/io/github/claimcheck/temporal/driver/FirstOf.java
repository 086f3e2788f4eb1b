package io.github.claimcheck.temporal.driver;

import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Asks one driver after the other, until one succeeds. */
final class FirstOf<T> {

    private final Iterator<StorageDriver> drivers;

    private final Duration timeout;

    private final BooleanSupplier cancelled;

    private final Function<StorageDriver, CompletableFuture<T>> attempt;

    private final BiConsumer<StorageDriver, Throwable> passedOver;

    private final List<Throwable> failures = new ArrayList<>();

    private final CompletableFuture<Answer<T>> result = new CompletableFuture<>();

    private FirstOf(List<StorageDriver> drivers, Duration timeout, BooleanSupplier cancelled,
            Function<StorageDriver, CompletableFuture<T>> attempt, BiConsumer<StorageDriver, Throwable> passedOver) {
        this.drivers = drivers.iterator();
        this.timeout = timeout;
        this.cancelled = cancelled;
        this.attempt = attempt;
        this.passedOver = passedOver;
    }

    /**
     * @param timeout the time that each but the last one has, from when it returns its future
     * @param cancelled whether nobody wants a result any longer
     * @param attempt asks a driver, and returns the driver's own future
     * @param passedOver is told of each driver that failed before another one is asked
     * @return what the first one that succeeds returns; if none does, fails with what the last one failed with, the
     *         others suppressed. Cancelling it cancels what is going on
     */
    static <T> CompletableFuture<Answer<T>> drivers(List<StorageDriver> drivers, Duration timeout,
            BooleanSupplier cancelled, Function<StorageDriver, CompletableFuture<T>> attempt,
            BiConsumer<StorageDriver, Throwable> passedOver) {
        FirstOf<T> first = new FirstOf<>(drivers, timeout, cancelled, attempt, passedOver);
        first.next();
        return first.result;
    }

    private void next() {
        StorageDriver driver = this.drivers.next();
        CompletableFuture<T> asked = Transfers.attempt(
                () -> Objects.requireNonNull(this.attempt.apply(driver), "The storage driver returned no future"));
        Transfers.cancelWith(this.result, asked);
        if (this.drivers.hasNext()) {
            Transfers.endWithin(this.timeout, asked);
        }
        asked.whenComplete((value, failure) -> {
            if (failure == null) {
                this.result.complete(new Answer<>(driver, value));
                return;
            }
            try {
                failed(driver, (failure instanceof TimeoutException)
                        ? new StorageDriverException("Storage driver '" + driver.getName() + "' took longer than "
                                + this.timeout.toMillis() + " ms", failure)
                        : Transfers.unwrap(failure));
            }
            catch (RuntimeException | Error ex) {
                this.result.completeExceptionally(ex);
            }
        });
    }

    private void failed(StorageDriver driver, Throwable failure) {
        if (this.result.isDone() || this.cancelled.getAsBoolean() || !this.drivers.hasNext()) {
            this.failures.stream().filter((earlier) -> earlier != failure).forEach(failure::addSuppressed);
            this.result.completeExceptionally(failure);
            return;
        }
        this.failures.add(failure);
        this.passedOver.accept(driver, failure);
        next();
    }

    /**
     * What a driver has returned.
     *
     * @param driver the driver
     * @param value what it returned
     */
    record Answer<T>(StorageDriver driver, T value) {

    }

}
