package io.github.claimcheck.temporal.driver;

import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Asks one driver after the other, until one succeeds. */
final class FirstOf {

    private FirstOf() {
    }

    /**
     * @param timeout the time that each but the last one has
     * @param attempt asks a driver
     * @param passedOver is told of each driver that failed before another one is asked
     * @return what the first one that succeeds returns; if none does, fails with what the last one failed with, the
     *         others suppressed. Cancelling it cancels what is going on
     */
    static <T> CompletableFuture<T> drivers(List<StorageDriver> drivers, Duration timeout,
            Function<StorageDriver, CompletableFuture<T>> attempt, BiConsumer<StorageDriver, Throwable> passedOver) {
        CompletableFuture<T> result = new CompletableFuture<>();
        next(drivers.iterator(), timeout, attempt, passedOver, new ArrayList<>(), result);
        return result;
    }

    private static <T> void next(Iterator<StorageDriver> drivers, Duration timeout,
            Function<StorageDriver, CompletableFuture<T>> attempt, BiConsumer<StorageDriver, Throwable> passedOver,
            List<Throwable> failures, CompletableFuture<T> result) {
        StorageDriver driver = drivers.next();
        CompletableFuture<T> asked = Transfers.attempt(() -> attempt.apply(driver));
        Transfers.cancelWith(result, asked);
        CompletableFuture<T> bounded = drivers.hasNext()
                ? asked.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS) : asked;
        bounded.whenComplete((value, thrown) -> {
            if (thrown == null) {
                result.complete(value);
                return;
            }
            asked.cancel(true);
            Throwable failure = (thrown instanceof TimeoutException)
                    ? new StorageDriverException("Storage driver '" + driver.getName() + "' took longer than "
                            + timeout.toMillis() + " ms", thrown)
                    : Transfers.unwrap(thrown);
            if (result.isDone() || failure instanceof CancellationException || !drivers.hasNext()) {
                failures.stream().filter((earlier) -> earlier != failure).forEach(failure::addSuppressed);
                result.completeExceptionally(failure);
                return;
            }
            failures.add(failure);
            passedOver.accept(driver, failure);
            Runnable next = () -> next(drivers, timeout, attempt, passedOver, failures, result);
            if (thrown instanceof TimeoutException) {
                // The thread that says so is the only one of its kind, and drivers may hash or block.
                CompletableFuture.runAsync(next);
            }
            else {
                next.run();
            }
        });
    }

}
