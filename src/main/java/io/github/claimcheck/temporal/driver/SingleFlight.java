package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.internal.Transfers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes one transfer of those that are asked for at the same time and would do the same.
 * Each caller gets a future of its own; the transfer is cancelled when all of them are.
 * Keeps nothing once a transfer has ended.
 * <p>
 * Thread-safe.
 */
final class SingleFlight<K, T> {

    private final ConcurrentMap<K, Shared> inFlight = new ConcurrentHashMap<>();

    /**
     * @param key the same for transfers that do the same
     * @param start begins the transfer, if it is not in flight yet
     */
    CompletableFuture<T> join(K key, Supplier<CompletableFuture<T>> start) {
        while (true) {
            Shared created = new Shared(key);
            Shared shared = this.inFlight.putIfAbsent(key, created);
            CompletableFuture<T> joined = ((shared != null) ? shared : created).join();
            if (shared == null) {
                created.begin(Transfers.attempt(start));
            }
            if (joined != null) {
                return joined;
            }
        }
    }

    private final class Shared {

        private final K key;

        private final CompletableFuture<T> result = new CompletableFuture<>();

        private int callers;

        private boolean abandoned;

        Shared(K key) {
            this.key = key;
        }

        /**
         * Returns null if all others have left, so that the transfer is being cancelled.
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

        void begin(CompletableFuture<T> transfer) {
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
