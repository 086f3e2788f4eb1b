package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.Transfers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many transfers are in flight at the same time, and how many bytes they hold
 * in memory. Excess transfers wait in arrival order without blocking a thread. Waiting
 * never fails a transfer.
 * <p>
 * An upload waits for a permit of its payload's size. A download first waits for a permit
 * without bytes. Once the store has reported the object's size, the download waits for
 * that many bytes.
 * <p>
 * There is no deadlock: a waiter for bytes holds none, so that bytes are held only by
 * transfers that have all they need, and those end. There is no starvation either:
 * downloads that have a permit precede transfers that do not, and there are never more of
 * them than permits. A download that waits long for its bytes gives up its permit,
 * because its connection would time out while idle. It then waits for a new permit of the
 * size that is now known.
 * <p>
 * A transfer larger than the limit is in flight alone.
 * <p>
 * Thread-safe.
 */
public final class TransferLimiter {

    /** Well below the idle timeout of stores and clients. */
    private static final long ADMISSION_TIMEOUT_MILLIS = 1000;

    private final int maxTransfers;

    private final long maxBytes;

    private final long admissionTimeoutMillis;

    private final Object lock = new Object();

    private int availableTransfers;

    private long availableBytes;

    /** Transfers in flight that wait for bytes. */
    private final Deque<Waiter> admissionWaiters = new ArrayDeque<>();

    /** Transfers that wait for a permit. */
    private final Deque<Waiter> permitWaiters = new ArrayDeque<>();

    private final AtomicInteger pendingDrains = new AtomicInteger();

    /**
     * Creates a limiter.
     * @param maxTransfers the maximum number of transfers in flight, at least 1
     * @param maxBytes the maximum number of bytes that they hold in memory, at least 1
     * @throws IllegalArgumentException if a limit is less than 1
     */
    public TransferLimiter(int maxTransfers, long maxBytes) {
        this(maxTransfers, maxBytes, ADMISSION_TIMEOUT_MILLIS);
    }

    TransferLimiter(int maxTransfers, long maxBytes, long admissionTimeoutMillis) {
        if (maxTransfers < 1 || maxBytes < 1) {
            throw new IllegalArgumentException(
                    "Limits must be at least 1, but maxTransfers is " + maxTransfers + " and maxBytes is " + maxBytes);
        }
        this.maxTransfers = maxTransfers;
        this.availableTransfers = maxTransfers;
        this.availableBytes = maxBytes;
        this.maxBytes = maxBytes;
        this.admissionTimeoutMillis = admissionTimeoutMillis;
    }

    /**
     * Returns a limiter that makes no transfer wait.
     * @return a new limiter
     */
    public static TransferLimiter unlimited() {
        return new TransferLimiter(Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Runs a transfer once it has a permit.
     * @param bytes the number of bytes that the transfer needs; 0 if it learns its size
     * from the store
     * @param transfer starts the transfer; called again if an admission has failed
     * @return the transfer's result; cancelling it cancels the transfer, or its wait for
     * a permit
     */
    <T> CompletableFuture<T> run(long bytes, Function<Admission, CompletableFuture<T>> transfer) {
        CompletableFuture<T> result = new CompletableFuture<>();
        run(bytes, transfer, result);
        return result;
    }

    /**
     * Returns the maximum number of transfers in flight.
     * @return the limit, at least 1
     */
    public int getMaxTransfers() {
        return this.maxTransfers;
    }

    /**
     * Returns the number of bytes that transfers hold in memory now.
     * @return the number of bytes
     */
    public long getBytesInFlight() {
        synchronized (this.lock) {
            return this.maxBytes - this.availableBytes;
        }
    }

    /**
     * Returns the number of transfers that wait now, for a permit or for bytes.
     * @return the number of waiters
     */
    public int getWaiters() {
        synchronized (this.lock) {
            return this.admissionWaiters.size() + this.permitWaiters.size();
        }
    }

    private <T> void run(long bytes, Function<Admission, CompletableFuture<T>> transfer, CompletableFuture<T> result) {
        Waiter waiter = new Waiter(this.permitWaiters, 1, Math.min(bytes, this.maxBytes));
        waiter.granted.thenRun(() -> {
            Permit permit = new Permit(waiter.bytes);
            CompletableFuture<T> running = Transfers.attempt(() -> transfer.apply(permit));
            Transfers.cancelWith(result, running);
            running.whenComplete((value, failure) -> {
                long retryBytes = permit.release();
                // Before the result completes: its dependents may block on a waiter that
                // needs this permit.
                drain();
                if (failure == null) {
                    result.complete(value);
                }
                else if (retryBytes > 0 && !result.isDone()) {
                    run(retryBytes, transfer, result);
                }
                else {
                    result.completeExceptionally(Transfers.unwrap(failure));
                }
            });
        });
        Transfers.cancelWith(result, waiter.granted);
        waiter.await();
    }

    /**
     * Grants what is available to waiters. Calls that arrive meanwhile are left to the
     * caller that is draining, so that a long queue does not become a deep stack.
     */
    private void drain() {
        if (this.pendingDrains.getAndIncrement() > 0) {
            return;
        }
        int seen = 1;
        do {
            for (Waiter next = poll(); next != null; next = poll()) {
                next.grant();
            }
            seen = this.pendingDrains.addAndGet(-seen);
        }
        while (seen > 0);
    }

    private @Nullable Waiter poll() {
        synchronized (this.lock) {
            Deque<Waiter> waiters = this.admissionWaiters.isEmpty() ? this.permitWaiters : this.admissionWaiters;
            return (!waiters.isEmpty() && tryAcquire(waiters.peek())) ? waiters.poll() : null;
        }
    }

    private boolean tryAcquire(Waiter waiter) {
        if (this.availableTransfers < waiter.transfers || this.availableBytes < waiter.bytes) {
            return false;
        }
        this.availableTransfers -= waiter.transfers;
        this.availableBytes -= waiter.bytes;
        return true;
    }

    private void release(int transfers, long bytes) {
        synchronized (this.lock) {
            this.availableTransfers += transfers;
            this.availableBytes += bytes;
        }
    }

    /** A transfer that waits for a permit, or in flight for bytes. */
    private final class Waiter {

        private final Deque<Waiter> queue;

        private final int transfers;

        private final long bytes;

        /** Completed by the limiter, and cancelled by a transfer that no longer waits. */
        private final CompletableFuture<Void> granted = new CompletableFuture<>();

        Waiter(Deque<Waiter> queue, int transfers, long bytes) {
            this.queue = queue;
            this.transfers = transfers;
            this.bytes = bytes;
        }

        void await() {
            boolean acquired;
            synchronized (TransferLimiter.this.lock) {
                boolean first = TransferLimiter.this.admissionWaiters.isEmpty()
                        && (this.queue != TransferLimiter.this.permitWaiters || this.queue.isEmpty());
                acquired = first && tryAcquire(this);
                if (!acquired) {
                    this.queue.add(this);
                }
            }
            if (acquired) {
                grant();
                return;
            }
            drain();
            this.granted.whenComplete((granted, failure) -> {
                if (failure != null) {
                    synchronized (TransferLimiter.this.lock) {
                        this.queue.remove(this);
                    }
                    drain();
                }
            });
        }

        /** Releases what was acquired if this waiter was cancelled meanwhile. */
        void grant() {
            if (!this.granted.complete(null)) {
                release(this.transfers, this.bytes);
                drain();
            }
        }

    }

    /** The permit of one transfer in flight, and the bytes that the transfer holds. */
    private final class Permit implements Admission {

        private long heldBytes;

        private @Nullable Waiter waiter;

        /** The bytes of an admission that failed; 0 if none did. */
        private long retryBytes;

        private boolean released;

        Permit(long heldBytes) {
            this.heldBytes = heldBytes;
        }

        @Override
        public CompletableFuture<Void> admit(long bytes) {
            Waiter requested = new Waiter(TransferLimiter.this.admissionWaiters, 0,
                    Math.min(bytes, TransferLimiter.this.maxBytes));
            synchronized (this) {
                if (requested.bytes <= this.heldBytes) {
                    return CompletableFuture.completedFuture(null);
                }
                this.waiter = requested;
            }
            hold(0);
            requested.await();
            if (!requested.granted.isDone()) {
                // Not by orTimeout: dependents would occupy the JDK's only timeout
                // thread.
                BackgroundThreads.delayed(Duration.ofMillis(TransferLimiter.this.admissionTimeoutMillis))
                    .execute(() -> requested.granted
                        .completeExceptionally(new TimeoutException("Timed out waiting for memory")));
            }
            return requested.granted.whenComplete((granted, failure) -> {
                if (failure == null) {
                    hold(requested.bytes);
                }
                else {
                    retryWith(requested.bytes);
                }
            });
        }

        /** Holds the granted bytes in place of those held before. */
        private void hold(long granted) {
            long excess;
            synchronized (this) {
                excess = this.released ? granted : this.heldBytes;
                this.heldBytes = this.released ? 0 : granted;
            }
            if (excess > 0) {
                TransferLimiter.this.release(0, excess);
                drain();
            }
        }

        private synchronized void retryWith(long bytes) {
            this.retryBytes = this.released ? 0 : bytes;
        }

        /**
         * Returns the bytes that another attempt must wait for; 0 for no other attempt.
         */
        long release() {
            long excess;
            synchronized (this) {
                this.released = true;
                excess = this.heldBytes;
                this.heldBytes = 0;
            }
            if (this.waiter != null) {
                this.waiter.granted.cancel(false);
            }
            TransferLimiter.this.release(1, excess);
            return this.retryBytes;
        }

    }

}
