package io.github.claimcheck.temporal.codecserver;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The bytes that concurrent requests may hold. A request waits for its share; a request
 * for more than there is waits for all of it. Small requests overtake large ones that
 * wait, so that a few large downloads do not hold up all others. Thread-safe.
 */
final class ByteBudget {

    /** A semaphore counts with an int. */
    private static final int UNIT = 1024;

    /** Long enough for others to end a transfer, and short of the timeouts of proxies. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(25);

    private final int total;

    private final Duration maxWait;

    private final Semaphore available;

    ByteBudget(long bytes) {
        this(bytes, MAX_WAIT);
    }

    ByteBudget(long bytes, Duration maxWait) {
        this.total = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / UNIT));
        this.maxWait = maxWait;
        this.available = new Semaphore(this.total);
    }

    /**
     * Waits for a share.
     * @param bytes the size of the share
     * @return the share, to be closed
     * @throws RefusedException with 503 if the share was not available in time
     */
    Share acquire(long bytes) {
        int units = units(bytes);
        try {
            if (!this.available.tryAcquire(units, this.maxWait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy();
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw busy();
        }
        return new Share(units);
    }

    private int units(long bytes) {
        return (int) Math.min(this.total, (bytes + UNIT - 1) / UNIT);
    }

    private static RefusedException busy() {
        return new RefusedException(RefusedException.UNAVAILABLE,
                "Too many large requests at the same time. Try again, or raise "
                        + "temporal.external-storage.max-bytes-in-flight.");
    }

    /** What one request holds. Used by one thread at a time. */
    final class Share implements AutoCloseable {

        private int units;

        private Share(int units) {
            this.units = units;
        }

        /**
         * Enlarges the share, without waiting: a request that holds memory while it waits
         * for more could wait for another that does the same.
         * @param bytes the new size; ignored if the share is as large already
         * @throws RefusedException with 503 if that much is not available
         */
        void growTo(long bytes) {
            int more = units(bytes) - this.units;
            if (more > 0) {
                if (!ByteBudget.this.available.tryAcquire(more)) {
                    throw busy();
                }
                this.units += more;
            }
        }

        @Override
        public void close() {
            ByteBudget.this.available.release(this.units);
            this.units = 0;
        }

    }

}
