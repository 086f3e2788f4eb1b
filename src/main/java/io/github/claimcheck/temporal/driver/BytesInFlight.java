package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.internal.Transfers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that transfers hold in memory, and how many they may hold.
 * <p>
 * No claim tells a payload's size, so a download is expected to be like recent ones of
 * its run. A few bytes stay free for runs with no transfer in flight.
 * <p>
 * What is in flight shares the network, and on a slow one all of it may take longer than
 * each transfer may: then none would ever end. So a timeout with many bytes in flight
 * halves the limit, down to a sixteenth, and transfers that end raise it again.
 * <p>
 * Not thread-safe: {@link TransferLimiter} locks it.
 */
final class BytesInFlight {

    /** What a download is expected to need before one of its run knows its size. */
    private static final long FIRST_EXPECTED = 4 * 1024 * 1024;

    /** How many of these are in flight at least, if there are permits. */
    private static final int FIRST_DOWNLOADS = 16;

    /** Sizes change from one message to the next, so only the last few count. */
    private static final int EXPECTATION_WINDOW = 4;

    /** Of so many runs it is known what to expect. */
    private static final int RUNS = 1000;

    /** Of so many bytes, runs with other transfers in flight leave one free. */
    private static final int BYTES_PER_RESERVED = 32;

    /** Timeouts leave at least this part of the limit. */
    private static final int LEAST_PART = 16;

    /** A limit that was halved is up again after sixteen times as many bytes. */
    private static final int BYTES_PER_RAISED = 32;

    /** What times out together halves the limit once. */
    private static final long HALVED_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

    private final long max;

    /** How many bytes the network is trusted with, at most the maximum. */
    private long limit;

    private final LongSupplier nanoTime;

    private long halvedAt;

    private final long firstExpected;

    /** What to expect of downloads, by run. */
    private final Map<String, Long> expected = new LinkedHashMap<>(16, 0.75F, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > RUNS;
        }
    };

    private long held;

    /**
     * Creates an instance that holds nothing.
     * @param max the maximum number of bytes
     * @param nanoTime the clock, as {@link System#nanoTime()}
     */
    BytesInFlight(long max, LongSupplier nanoTime) {
        this.max = max;
        this.nanoTime = nanoTime;
        this.halvedAt = nanoTime.getAsLong() - HALVED_AGAIN_NANOS;
        this.limit = max;
        this.firstExpected = Math.min(FIRST_EXPECTED, max / FIRST_DOWNLOADS);
    }

    long max() {
        return this.max;
    }

    long held() {
        return this.held;
    }

    /**
     * Returns how many bytes a download needs whose size is not known.
     * @param run its run
     * @param othersOfItsRun whether others of its run are in flight; if not, it takes
     * what is free, and need not wait
     */
    long expected(String run, boolean othersOfItsRun) {
        long bytes = this.expected.getOrDefault(run, this.firstExpected);
        return othersOfItsRun ? bytes : Math.min(bytes, free());
    }

    /**
     * Returns whether a transfer fits in; one that is larger than the limit does alone.
     */
    boolean fits(long bytes, boolean othersOfItsRun) {
        long reserved = othersOfItsRun ? this.limit / BYTES_PER_RESERVED : 0;
        return this.held == 0 || bytes <= free() - reserved;
    }

    private long free() {
        return Math.max(0, this.limit - this.held);
    }

    void take(long bytes) {
        this.held += bytes;
    }

    void giveBack(long bytes) {
        this.held -= bytes;
    }

    /** Learns the size of a download; 0 if there was nothing to download. */
    void expect(String run, long bytes) {
        this.expected.merge(run, bytes, (before, latest) -> before + (latest - before) / EXPECTATION_WINDOW);
    }

    /**
     * Learns how a transfer has ended, before its bytes are given back.
     * @param bytes what it holds
     * @param failure why it failed; null if it did not
     */
    void ended(long bytes, @Nullable Throwable failure) {
        if (failure == null) {
            this.limit += Math.min(Math.max(1, bytes / BYTES_PER_RAISED), this.max - this.limit);
        }
        else if (Transfers.unwrap(failure) instanceof StorageTimeoutException && this.held > bytes
                && this.held >= this.limit / 2 && this.nanoTime.getAsLong() - this.halvedAt >= HALVED_AGAIN_NANOS) {
            this.limit = Math.max(this.limit / 2, this.max / LEAST_PART);
            this.halvedAt = this.nanoTime.getAsLong();
        }
    }

}
