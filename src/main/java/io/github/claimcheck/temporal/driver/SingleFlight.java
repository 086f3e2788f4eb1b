package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.internal.Transfers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Merges concurrent transfers of the same object into one. Each caller gets its own
 * future, and the transfer is cancelled once all of them are cancelled. Nothing is kept
 * after a transfer has ended.
 * <p>
 * Thread-safe.
 */
final class SingleFlight<K, T> {

    private final ConcurrentMap<K, Flight> inFlight = new ConcurrentHashMap<>();

    /**
     * Joins the transfer in flight for a key, or starts one.
     * @param key identifies the transfer
     * @param start starts the transfer if there is none in flight
     * @return the caller's own future
     */
    CompletableFuture<T> join(K key, Supplier<CompletableFuture<T>> start) {
        while (true) {
            Flight started = new Flight(key);
            Flight flight = this.inFlight.putIfAbsent(key, started);
            CompletableFuture<T> joined = ((flight != null) ? flight : started).join();
            if (flight == null) {
                started.follow(Transfers.attempt(start));
            }
            if (joined != null) {
                return joined;
            }
        }
    }

    private final class Flight {

        private final K key;

        private final CompletableFuture<T> result = new CompletableFuture<>();

        private int callers;

        private boolean abandoned;

        Flight(K key) {
            this.key = key;
        }

        /**
         * Returns a caller's future; null if all callers have left and the transfer is
         * being cancelled.
         */
        synchronized @Nullable CompletableFuture<T> join() {
            if (this.abandoned) {
                return null;
            }
            this.callers++;
            CompletableFuture<T> joined = this.result.copy();
            joined.whenComplete((done, failure) -> {
                if (joined.isCancelled()) {
                    leave();
                }
            });
            return joined;
        }

        private void leave() {
            synchronized (this) {
                if (--this.callers > 0) {
                    return;
                }
                this.abandoned = true;
            }
            SingleFlight.this.inFlight.remove(this.key, this);
            this.result.cancel(true);
        }

        void follow(CompletableFuture<T> transfer) {
            transfer.whenComplete((done, failure) -> {
                SingleFlight.this.inFlight.remove(this.key, this);
                if (failure == null) {
                    this.result.complete(done);
                }
                else {
                    this.result.completeExceptionally(Transfers.unwrap(failure));
                }
            });
            Transfers.cancelWith(this.result, transfer);
        }

    }

}
