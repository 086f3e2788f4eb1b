package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.Transfers;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many transfers are in flight at the same time, and how many bytes they hold
 * in memory. Excess transfers wait without blocking a thread. Waiting never fails a
 * transfer.
 * <p>
 * Who waits is served by turns: first the run with the fewest transfers in flight, and of
 * its calls the one with the fewest. A run that is alone may have nearly all permits; a
 * few stay free for whoever comes. Beside others, a run leaves twice as many permits free
 * as it has, because transfers in flight share the network: the only download of another
 * run is no faster for having a permit at once if it is one of 64. So one run has a third
 * of the permits, two have a quarter each, and a run with no transfer in flight gets the
 * next permit.
 * <p>
 * An upload waits for a permit of its payload's size. A download, whose size no claim
 * tells, waits for a permit of the size that recent downloads of its run had. Once the
 * store has reported the object's size, it gives back what it does not need, or waits for
 * what is missing. So of a history's payloads hardly more are asked for than there is
 * memory for. As long as no size is known, a few downloads are in flight to learn it.
 * <p>
 * There is no deadlock: a waiter for bytes holds none, so that bytes are held only by
 * transfers that have all they need, and those end. There is no starvation either: the
 * next waiter is never overtaken because of its size, and a run has its turn at the
 * latest when none of its transfers is in flight. Downloads that have a permit precede
 * transfers that do not, unless they are one of several of their run, and the other is
 * the first of its run. A few bytes stay free, as permits do, for runs with no transfer
 * in flight. A download that waits long for its bytes gives up its permit, because its
 * connection would time out while idle. It then waits for a new permit of the size that
 * is now known.
 * <p>
 * A transfer larger than the limit is in flight alone. After timeouts, less is in flight
 * at a time; see {@link BytesInFlight}.
 * <p>
 * Thread-safe.
 */
public final class TransferLimiter {

    /** Of so many permits, a run that is alone leaves one to whoever comes. */
    private static final int PERMITS_PER_RESERVED = 32;

    /** Well below the idle timeout of stores and clients. */
    private static final long ADMISSION_TIMEOUT_MILLIS = 5000;

    private final int maxTransfers;

    private final long admissionTimeoutMillis;

    private final Object lock = new Object();

    private int availableTransfers;

    private final BytesInFlight bytes;

    private final TransferCounts inFlight = new TransferCounts();

    /** Transfers in flight that wait for bytes. */
    private final FairQueue<Waiter> admissionWaiters = new FairQueue<>(this.inFlight);

    /** Transfers that wait for a permit. */
    private final FairQueue<Waiter> permitWaiters = new FairQueue<>(this.inFlight);

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
        this.bytes = new BytesInFlight(maxBytes, System::nanoTime);
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
     * @param owner on whose behalf
     * @param bytes the number of bytes that the transfer needs; 0 if it learns its size
     * from the store
     * @param transfer starts the transfer; called again if an admission has failed
     * @return the transfer's result; cancelling it cancels the transfer, or its wait for
     * a permit
     */
    <T> CompletableFuture<T> run(TransferOwner owner, long bytes, Function<Admission, CompletableFuture<T>> transfer) {
        CompletableFuture<T> result = new CompletableFuture<>();
        run(owner, bytes, transfer, result);
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
     * Returns the number of bytes that transfers hold in memory now, or are expected to.
     * @return the number of bytes
     */
    public long getBytesInFlight() {
        synchronized (this.lock) {
            return this.bytes.held();
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

    private <T> void run(TransferOwner owner, long bytes, Function<Admission, CompletableFuture<T>> transfer,
            CompletableFuture<T> result) {
        Waiter waiter = new Waiter(this.permitWaiters, owner, 1, Math.min(bytes, this.bytes.max()));
        waiter.granted.thenRun(() -> {
            Permit permit = new Permit(waiter);
            CompletableFuture<T> running = Transfers.attempt(() -> transfer.apply(permit));
            Transfers.cancelWith(result, running);
            running.whenComplete((value, failure) -> {
                long retryBytes = permit.release(failure);
                // Before the result completes: its dependents may block on a waiter that
                // needs this permit.
                drain();
                if (failure == null) {
                    result.complete(value);
                }
                else if (retryBytes > 0 && !result.isDone()) {
                    run(owner, retryBytes, transfer, result);
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
            Waiter next = next();
            if (next == null || !tryAcquire(next)) {
                return null;
            }
            next.queue.take(next.owner, next);
            return next;
        }
    }

    private @Nullable Waiter next() {
        Waiter admission = this.admissionWaiters.peek();
        Waiter permit = this.permitWaiters.peek();
        if (admission == null || permit == null) {
            return (admission != null) ? admission : permit;
        }
        boolean firstOfItsRun = this.availableTransfers > 0 && this.inFlight.ofRun(permit.owner.run()) == 0;
        return (firstOfItsRun && this.inFlight.ofRun(admission.owner.run()) > 1) ? permit : admission;
    }

    private boolean tryAcquire(Waiter waiter) {
        boolean othersOfItsRun = this.inFlight.ofRun(waiter.owner.run()) > 1 - waiter.transfers;
        long needed = waiter.learnsItsSize ? this.bytes.expected(waiter.owner.run(), othersOfItsRun) : waiter.bytes;
        if (!this.bytes.fits(needed, othersOfItsRun) || (waiter.transfers > 0 && !mayHaveAPermit(waiter.owner.run()))) {
            return false;
        }
        acquire(waiter.owner, waiter.transfers);
        waiter.bytes = needed;
        this.bytes.take(needed);
        return true;
    }

    /**
     * Returns whether a run may have one more permit. If the run with the fewest may not,
     * no other may.
     */
    private boolean mayHaveAPermit(String run) {
        int held = this.inFlight.ofRun(run);
        if (held == 0) {
            return this.availableTransfers > 0;
        }
        boolean alone = this.inFlight.runs() == 1 && this.permitWaiters.runs() == 1;
        return this.availableTransfers > (alone ? this.maxTransfers / PERMITS_PER_RESERVED : 2 * held);
    }

    private void acquire(TransferOwner owner, int transfers) {
        this.availableTransfers -= transfers;
        if (transfers > 0) {
            this.inFlight.add(owner);
        }
    }

    private void release(TransferOwner owner, int transfers, long bytes) {
        synchronized (this.lock) {
            this.availableTransfers += transfers;
            if (transfers > 0) {
                this.inFlight.remove(owner);
            }
            this.bytes.giveBack(bytes);
        }
    }

    /** A transfer that waits for a permit, or in flight for bytes. */
    private final class Waiter {

        private final FairQueue<Waiter> queue;

        private final TransferOwner owner;

        private final int transfers;

        private final boolean learnsItsSize;

        /** If it learns its size, then what it was granted. */
        private long bytes;

        /** Completed by the limiter, and cancelled by a transfer that no longer waits. */
        private final CompletableFuture<Void> granted = new CompletableFuture<>();

        Waiter(FairQueue<Waiter> queue, TransferOwner owner, int transfers, long bytes) {
            this.queue = queue;
            this.owner = owner;
            this.transfers = transfers;
            this.learnsItsSize = bytes == 0;
            this.bytes = bytes;
        }

        void await() {
            boolean acquired;
            synchronized (TransferLimiter.this.lock) {
                this.queue.add(this.owner, this);
                // Others who have their turn first are left to the one who is draining.
                acquired = next() == this && tryAcquire(this);
                if (acquired) {
                    this.queue.take(this.owner, this);
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
                        this.queue.remove(this.owner, this);
                    }
                    drain();
                }
            });
        }

        /** Releases what was acquired if this waiter was cancelled meanwhile. */
        void grant() {
            if (!this.granted.complete(null)) {
                release(this.owner, this.transfers, this.bytes);
                drain();
            }
        }

    }

    /** The permit of one transfer in flight, and the bytes that the transfer holds. */
    private final class Permit implements Admission {

        private final TransferOwner owner;

        private long heldBytes;

        private @Nullable Waiter waiter;

        /** The bytes of an admission that failed; 0 if none did. */
        private long retryBytes;

        private boolean released;

        private boolean sizeUnknown;

        Permit(Waiter granted) {
            this.owner = granted.owner;
            this.heldBytes = granted.bytes;
            this.sizeUnknown = granted.learnsItsSize;
        }

        @Override
        public CompletableFuture<Void> admit(long bytes) {
            Waiter requested = new Waiter(TransferLimiter.this.admissionWaiters, this.owner, 0,
                    Math.min(bytes, TransferLimiter.this.bytes.max()));
            boolean has;
            long excess;
            Waiter earlier;
            synchronized (this) {
                this.sizeUnknown = false;
                has = requested.bytes <= this.heldBytes;
                excess = this.heldBytes - (has ? requested.bytes : 0);
                this.heldBytes -= excess;
                earlier = this.waiter;
                this.waiter = has ? null : requested;
            }
            if (earlier != null) {
                earlier.granted.cancel(false);
            }
            synchronized (TransferLimiter.this.lock) {
                TransferLimiter.this.bytes.expect(this.owner.run(), requested.bytes);
                TransferLimiter.this.bytes.giveBack(excess);
            }
            drain();
            if (has) {
                return CompletableFuture.completedFuture(null);
            }
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
                    retryWith(requested);
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
                TransferLimiter.this.release(this.owner, 0, excess);
                drain();
            }
        }

        private synchronized void retryWith(Waiter failed) {
            if (!this.released && this.waiter == failed) {
                this.retryBytes = failed.bytes;
            }
        }

        /**
         * Returns the bytes that another attempt must wait for; 0 for no other attempt.
         * @param failure why this one failed; null if it did not
         */
        long release(@Nullable Throwable failure) {
            long excess;
            long retry;
            boolean needsNothing;
            Waiter pending;
            synchronized (this) {
                this.released = true;
                excess = this.heldBytes;
                this.heldBytes = 0;
                retry = this.retryBytes;
                pending = this.waiter;
                needsNothing = this.sizeUnknown && failure != null
                        && !(Transfers.unwrap(failure) instanceof CancellationException);
            }
            if (pending != null) {
                pending.granted.cancel(false);
            }
            synchronized (TransferLimiter.this.lock) {
                if (needsNothing) {
                    TransferLimiter.this.bytes.expect(this.owner.run(), 0);
                }
                // To have waited for memory says nothing about the network.
                if (retry == 0) {
                    TransferLimiter.this.bytes.ended(excess, failure);
                }
                TransferLimiter.this.release(this.owner, 1, excess);
            }
            return retry;
        }

    }

}
