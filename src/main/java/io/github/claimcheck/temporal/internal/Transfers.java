package io.github.claimcheck.temporal.internal;

import io.temporal.common.CancellationToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Composes the futures of transfers so that failures and cancellations propagate to all
 * transfers in flight. Not part of the public API.
 */
public final class Transfers {

    private Transfers() {
    }

    /**
     * Starts a transfer for each item concurrently. The first failure, the cancellation
     * of the token or of the returned future cancels all transfers in flight and prevents
     * others from starting.
     * @param items the items to transfer
     * @param token cancels the transfers
     * @param start starts the transfer of an item
     * @return a future with one result for each item, in order
     */
    public static <I, R> CompletableFuture<List<R>> all(List<I> items, CancellationToken<CancellationException> token,
            Function<I, CompletableFuture<R>> start) {
        CompletableFuture<List<R>> result = new CompletableFuture<>();
        CancellationToken.Registration registration = token
            .onCancel(() -> result.completeExceptionally(new CancellationException("The transfer was cancelled")));
        result.whenComplete((done, failure) -> registration.close());

        List<CompletableFuture<R>> transfers = new ArrayList<>(items.size());
        for (I item : items) {
            if (result.isDone()) {
                return result;
            }
            CompletableFuture<R> transfer = attempt(() -> start.apply(item));
            transfers.add(transfer);
            transfer.whenComplete((done, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(unwrap(failure));
                }
            });
            cancelWith(result, transfer);
        }
        CompletableFuture.allOf(transfers.toArray(CompletableFuture<?>[]::new))
            .thenRun(() -> result.complete(transfers.stream().map(CompletableFuture::join).toList()));
        return result;
    }

    /**
     * Starts one transfer and handles its result, as {@link CompletableFuture#handle}
     * does. Cancelling the returned future also cancels the transfer.
     * @param start starts the transfer
     * @param handler handles the result or the failure, which is null after a success
     * @return a future with the handler's result
     */
    public static <T, R> CompletableFuture<R> one(Supplier<CompletableFuture<? extends T>> start,
            BiFunction<T, @Nullable Throwable, R> handler) {
        CompletableFuture<? extends T> transfer = attempt(start, CompletableFuture::failedFuture);
        CompletableFuture<R> handled = transfer
            .handle((result, failure) -> handler.apply(result, (failure != null) ? unwrap(failure) : null));
        cancelWith(handled, transfer);
        return handled;
    }

    /**
     * Starts a transfer, and another one in its place if it fails in a certain way.
     * Cancelling the returned future cancels the transfer in flight, and prevents the
     * other one from starting.
     * @param first starts the first transfer
     * @param replaced whether the second transfer replaces the first after a failure
     * @param second starts the second transfer
     * @return a future with the result of one of the transfers
     */
    public static <T> CompletableFuture<T> orElse(Supplier<CompletableFuture<T>> first, Predicate<Throwable> replaced,
            Supplier<CompletableFuture<T>> second) {
        CompletableFuture<T> result = new CompletableFuture<>();
        follow(first, result, (failure) -> {
            if (!result.isDone() && replaced.test(failure)) {
                follow(second, result, result::completeExceptionally);
            }
            else {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    /**
     * Continues a transfer with another one. Cancelling the returned future cancels the
     * transfer in flight, and prevents the other one from starting.
     * @param first the first transfer
     * @param next starts the other transfer, with the result of the first
     * @return a future with the result of the other transfer
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> CompletableFuture<R> then(
            CompletableFuture<T> first, Function<T, CompletableFuture<R>> next) {
        CompletableFuture<R> result = new CompletableFuture<>();
        cancelWith(result, first);
        first.whenComplete((value, failure) -> {
            if (failure != null) {
                result.completeExceptionally(unwrap(failure));
            }
            else if (!result.isDone()) {
                follow(() -> next.apply(value), result, result::completeExceptionally);
            }
        });
        return result;
    }

    private static <T extends @Nullable Object> void follow(Supplier<CompletableFuture<T>> start,
            CompletableFuture<T> result, Consumer<Throwable> onFailure) {
        CompletableFuture<T> transfer = attempt(start);
        cancelWith(result, transfer);
        transfer.whenComplete((value, failure) -> {
            if (failure != null) {
                onFailure.accept(unwrap(failure));
            }
            else {
                result.complete(value);
            }
        });
    }

    /**
     * Starts a transfer, and turns an exception thrown meanwhile into a failed future.
     * @param start starts the transfer
     * @return the transfer
     */
    public static <T extends @Nullable Object> CompletableFuture<T> attempt(Supplier<CompletableFuture<T>> start) {
        return attempt(start, CompletableFuture::failedFuture);
    }

    private static <F> F attempt(Supplier<F> start, Function<Throwable, F> failed) {
        try {
            return start.get();
        }
        catch (RuntimeException | Error ex) {
            return failed.apply(ex);
        }
    }

    /**
     * Fails a transfer with a {@link TimeoutException} unless it ends in time. Dependents
     * do not run on the JDK's only timeout thread, because drivers may hash or block.
     * @param timeout the timeout, from now on
     * @param transfer the transfer
     */
    public static void endWithin(Duration timeout, CompletableFuture<?> transfer) {
        endWithin(timeout, transfer, UnaryOperator.identity());
    }

    /**
     * Fails a transfer with an exception for a {@link TimeoutException} unless it ends in
     * time.
     * @param timeout the timeout, from now on
     * @param transfer the transfer
     * @param failed converts the {@link TimeoutException}
     */
    public static void endWithin(Duration timeout, CompletableFuture<?> transfer, UnaryOperator<Throwable> failed) {
        endWithin(timeout, transfer, failed, BackgroundThreads.executor());
    }

    /**
     * Fails a transfer with an exception for a {@link TimeoutException} unless it ends in
     * time.
     * @param timeout the timeout, from now on
     * @param transfer the transfer
     * @param failed converts the {@link TimeoutException}
     * @param background runs the dependents of a transfer that has timed out
     */
    public static void endWithin(Duration timeout, CompletableFuture<?> transfer, UnaryOperator<Throwable> failed,
            Executor background) {
        transfer.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).whenComplete((done, failure) -> {
            if (failure instanceof TimeoutException) {
                background.execute(() -> transfer.completeExceptionally(failed.apply(failure)));
            }
        });
    }

    /**
     * Cancels a transfer once its result is no longer needed.
     * @param result cancels the transfer if it fails or is cancelled
     * @param transfer the transfer
     */
    public static void cancelWith(CompletableFuture<?> result, CompletableFuture<?> transfer) {
        result.whenComplete((done, failure) -> {
            if (failure != null) {
                transfer.cancel(true);
            }
        });
    }

    /**
     * Rethrows the failure of a transfer, if there is one.
     * @param failure the failure; may be null
     */
    public static void rethrow(@Nullable Throwable failure) {
        if (failure != null) {
            throw (failure instanceof RuntimeException unchecked) ? unchecked : new CompletionException(failure);
        }
    }

    /**
     * Returns the cause of a {@link CompletionException}.
     * @param failure any failure
     * @return the cause, or the failure itself if it is another exception
     */
    public static Throwable unwrap(Throwable failure) {
        return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
    }

}
