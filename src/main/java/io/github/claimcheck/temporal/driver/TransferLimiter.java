package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.internal.Transfers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the transfers that are in flight at the same time, in number and in bytes. What
 * is over a bound waits, without a thread, in the order in which it came; nothing fails
 * for having waited.
 * <p>
 * An upload waits with the size of its payload. A download waits for its turn, and once
 * the store has said how large the object is, for room for that many bytes. Whoever waits
 * for room holds none, so that there is no deadlock: only transfers that have all they
 * need hold bytes, and they end. A download that has its turn comes before those that
 * have not, and they are no more than may be in flight, so that nobody waits for ever.
 * One that has to wait for long gives its turn back, so that its connection does not idle
 * until it times out, and asks anew with the size it knows by then.
 * <p>
 * What is larger than the bound is in flight alone.
 * <p>
 * Thread-safe.
 */
public final class TransferLimiter {

    /** Well under what stores and clients leave a connection idle for. */
    private static final long PATIENCE_MILLIS = 1000;

    private final int maxTransfers;

    private final long maxBytes;

    private final long patienceMillis;

    private final Object lock = new Object();

    private int freeTransfers;

    private long freeBytes;

    /** Have their turn, and wait for room. */
    private final Deque<Waiting> begun = new ArrayDeque<>();

    /** Wait for their turn and for room. */
    private final Deque<Waiting> queue = new ArrayDeque<>();

    private final AtomicInteger drains = new AtomicInteger();

    /**
     * @param maxTransfers the number of transfers that may be in flight, at least 1
     * @param maxBytes the number of their bytes that may be in memory, at least 1
     */
    public TransferLimiter(int maxTransfers, long maxBytes) {
        this(maxTransfers, maxBytes, PATIENCE_MILLIS);
    }

    TransferLimiter(int maxTransfers, long maxBytes, long patienceMillis) {
        if (maxTransfers < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("Nothing could be transferred with a limit of " + maxTransfers
                    + " transfers and " + maxBytes + " bytes");
        }
        this.maxTransfers = maxTransfers;
        this.freeTransfers = maxTransfers;
        this.freeBytes = maxBytes;
        this.maxBytes = maxBytes;
        this.patienceMillis = patienceMillis;
    }

    /**
     * @return a limiter that lets everything pass
     */
    public static TransferLimiter unlimited() {
        return new TransferLimiter(Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Runs a transfer as soon as there is room.
     * @param bytes what it is known to need from the start; 0 if only the store knows
     * @param transfer begins it; may be called again after an admission has failed
     * @return what the transfer ends with; cancelling it cancels the transfer, or the
     * wait for it
     */
    <T> CompletableFuture<T> run(long bytes, Function<Admission, CompletableFuture<T>> transfer) {
        CompletableFuture<T> result = new CompletableFuture<>();
        run(bytes, transfer, result);
        return result;
    }

    /**
     * @return the number of transfers that may be in flight
     */
    public int getMaxTransfers() {
        return this.maxTransfers;
    }

    /**
     * @return the size of what is in flight, in bytes
     */
    public long getBytesInFlight() {
        synchronized (this.lock) {
            return this.maxBytes - this.freeBytes;
        }
    }

    /**
     * @return the number of transfers that wait
     */
    public int getWaiting() {
        synchronized (this.lock) {
            return this.begun.size() + this.queue.size();
        }
    }

    private <T> void run(long bytes, Function<Admission, CompletableFuture<T>> transfer, CompletableFuture<T> result) {
        Waiting turn = new Waiting(this.queue, 1, Math.min(bytes, this.maxBytes));
        turn.granted.thenRun(() -> {
            Room room = new Room(turn.bytes);
            CompletableFuture<T> running = Transfers.attempt(() -> transfer.apply(room));
            Transfers.cancelWith(result, running);
            running.whenComplete((value, failure) -> {
                long needed = room.leave();
                // Before the result: what follows that may wait for one of those that
                // wait for this one.
                drain();
                if (failure == null) {
                    result.complete(value);
                }
                else if (needed > 0 && !result.isDone()) {
                    run(needed, transfer, result);
                }
                else {
                    result.completeExceptionally(Transfers.unwrap(failure));
                }
            });
        });
        Transfers.cancelWith(result, turn.granted);
        turn.await();
    }

    /**
     * Gives way to those that wait. Not for each other: a long queue must not become a
     * deep stack.
     */
    private void drain() {
        if (this.drains.getAndIncrement() > 0) {
            return;
        }
        int seen = 1;
        do {
            for (Waiting next = poll(); next != null; next = poll()) {
                next.grant();
            }
            seen = this.drains.addAndGet(-seen);
        }
        while (seen > 0);
    }

    private @Nullable Waiting poll() {
        synchronized (this.lock) {
            Deque<Waiting> first = this.begun.isEmpty() ? this.queue : this.begun;
            return (!first.isEmpty() && take(first.peek())) ? first.poll() : null;
        }
    }

    private boolean take(Waiting waiting) {
        if (this.freeTransfers < waiting.transfers || this.freeBytes < waiting.bytes) {
            return false;
        }
        this.freeTransfers -= waiting.transfers;
        this.freeBytes -= waiting.bytes;
        return true;
    }

    private void giveBack(int transfers, long bytes) {
        synchronized (this.lock) {
            this.freeTransfers += transfers;
            this.freeBytes += bytes;
        }
    }

    /** Somebody in one of the two queues. */
    private final class Waiting {

        private final Deque<Waiting> line;

        private final int transfers;

        private final long bytes;

        /** Cancelled by whoever waits no longer. */
        private final CompletableFuture<Void> granted = new CompletableFuture<>();

        Waiting(Deque<Waiting> line, int transfers, long bytes) {
            this.line = line;
            this.transfers = transfers;
            this.bytes = bytes;
        }

        void await() {
            boolean atOnce;
            synchronized (TransferLimiter.this.lock) {
                boolean first = TransferLimiter.this.begun.isEmpty()
                        && (this.line != TransferLimiter.this.queue || this.line.isEmpty());
                atOnce = first && take(this);
                if (!atOnce) {
                    this.line.add(this);
                }
            }
            if (atOnce) {
                grant();
                return;
            }
            drain();
            this.granted.whenComplete((granted, failure) -> {
                if (failure != null) {
                    synchronized (TransferLimiter.this.lock) {
                        this.line.remove(this);
                    }
                    drain();
                }
            });
        }

        /** What was taken for somebody who is gone goes back. */
        void grant() {
            if (!this.granted.complete(null)) {
                giveBack(this.transfers, this.bytes);
                drain();
            }
        }

    }

    /** What a transfer in flight holds. */
    private final class Room implements Admission {

        private long held;

        private @Nullable Waiting waiting;

        /** What it was not admitted with. */
        private long needed;

        private boolean left;

        Room(long held) {
            this.held = held;
        }

        @Override
        public CompletableFuture<Void> admit(long size) {
            Waiting more = new Waiting(TransferLimiter.this.begun, 0, Math.min(size, TransferLimiter.this.maxBytes));
            synchronized (this) {
                if (more.bytes <= this.held) {
                    return CompletableFuture.completedFuture(null);
                }
                this.waiting = more;
            }
            hold(0);
            more.await();
            if (!more.granted.isDone()) {
                // Not by orTimeout: what follows would keep the only thread of its kind.
                CompletableFuture.delayedExecutor(TransferLimiter.this.patienceMillis, TimeUnit.MILLISECONDS)
                    .execute(() -> more.granted.completeExceptionally(new TimeoutException("There is no room")));
            }
            return more.granted.whenComplete((granted, failure) -> {
                if (failure == null) {
                    hold(more.bytes);
                }
                else {
                    lackOf(more.bytes);
                }
            });
        }

        /** Takes what was granted, and gives back what was held before. */
        private void hold(long granted) {
            long back;
            synchronized (this) {
                back = this.left ? granted : this.held;
                this.held = this.left ? 0 : granted;
            }
            if (back > 0) {
                giveBack(0, back);
                drain();
            }
        }

        private synchronized void lackOf(long bytes) {
            this.needed = this.left ? 0 : bytes;
        }

        /** Returns what to ask for in a further attempt, 0 if there is to be none. */
        long leave() {
            long back;
            synchronized (this) {
                this.left = true;
                back = this.held;
                this.held = 0;
            }
            if (this.waiting != null) {
                this.waiting.granted.cancel(false);
            }
            giveBack(1, back);
            return this.needed;
        }

    }

}
