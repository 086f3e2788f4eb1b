package io.github.claimcheck.temporal.store.composite;

import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls delegates in order until one succeeds. */
final class Failover<T> {

    private final Iterator<StorageDriver> delegates;

    private final Duration timeout;

    private final BooleanSupplier cancelled;

    private final Function<StorageDriver, CompletableFuture<T>> call;

    private final BiFunction<StorageDriver, T, @Nullable Throwable> flaw;

    private final BiConsumer<StorageDriver, Throwable> failedOver;

    private final List<Throwable> failures = new ArrayList<>();

    private final CompletableFuture<Answer<T>> result = new CompletableFuture<>();

    private Failover(List<StorageDriver> delegates, Duration timeout, BooleanSupplier cancelled,
            Function<StorageDriver, CompletableFuture<T>> call, BiFunction<StorageDriver, T, @Nullable Throwable> flaw,
            BiConsumer<StorageDriver, Throwable> failedOver) {
        this.delegates = delegates.iterator();
        this.timeout = timeout;
        this.cancelled = cancelled;
        this.call = call;
        this.flaw = flaw;
        this.failedOver = failedOver;
    }

    /**
     * Calls the first delegate, and the others as needed.
     * @param delegates the delegates in calling order, at least one
     * @param timeout the timeout of each delegate except the last, from when it returns
     * its future
     * @param cancelled whether the caller has cancelled the operation
     * @param call calls a delegate, and returns the delegate's own future
     * @param flaw returns the failure of a delegate that returned an unusable value; null
     * if it is usable
     * @param failedOver receives each failed delegate and its failure before the next one
     * is called
     * @return a future with the answer of the first delegate that succeeds. If all fail,
     * it fails with the last failure, and the others suppressed. Cancelling it cancels
     * the call in flight
     */
    static <T> CompletableFuture<Answer<T>> start(List<StorageDriver> delegates, Duration timeout,
            BooleanSupplier cancelled, Function<StorageDriver, CompletableFuture<T>> call,
            BiFunction<StorageDriver, T, @Nullable Throwable> flaw, BiConsumer<StorageDriver, Throwable> failedOver) {
        Failover<T> failover = new Failover<>(delegates, timeout, cancelled, call, flaw, failedOver);
        failover.next();
        return failover.result;
    }

    private void next() {
        StorageDriver delegate = this.delegates.next();
        CompletableFuture<T> called = Transfers
            .attempt(() -> Objects.requireNonNull(this.call.apply(delegate), "The storage driver returned no future"));
        Transfers.cancelWith(this.result, called);
        if (this.delegates.hasNext()) {
            // The delegate's observation records this exception, too.
            Transfers.endWithin(this.timeout, called, (timeout) -> new StorageTimeoutException("Storage driver '"
                    + delegate.getName() + "' took longer than " + this.timeout.toMillis()
                    + " ms. Check that its store is reachable and fast enough, or raise the composite's timeout",
                    timeout));
        }
        called.whenComplete((value, failure) -> {
            try {
                Throwable reason = (failure != null) ? Transfers.unwrap(failure) : this.flaw.apply(delegate, value);
                if (reason == null) {
                    this.result.complete(new Answer<>(delegate, value));
                }
                else {
                    failed(delegate, reason);
                }
            }
            catch (RuntimeException | Error ex) {
                this.result.completeExceptionally(ex);
            }
        });
    }

    private void failed(StorageDriver delegate, Throwable failure) {
        if (this.result.isDone() || this.cancelled.getAsBoolean() || !this.delegates.hasNext()) {
            this.failures.stream().filter((earlier) -> earlier != failure).forEach(failure::addSuppressed);
            this.result.completeExceptionally(failure);
            return;
        }
        this.failures.add(failure);
        this.failedOver.accept(delegate, failure);
        next();
    }

    /**
     * The answer of a delegate.
     *
     * @param delegate the delegate
     * @param value the returned value
     */
    record Answer<T>(StorageDriver delegate, T value) {

    }

}
