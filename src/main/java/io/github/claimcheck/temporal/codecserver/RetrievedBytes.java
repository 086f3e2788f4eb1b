package io.github.claimcheck.temporal.codecserver;

import io.temporal.api.common.v1.Payload;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a request's payloads become, which are limited for the request and for
 * all requests together. Closing it releases them. Counters may be used by any thread,
 * all else by one.
 */
final class RetrievedBytes implements AutoCloseable {

    private final ByteBudget budget;

    private final CodecServerLimits limits;

    private ByteBudget.@Nullable Share share;

    private boolean ended;

    RetrievedBytes(ByteBudget budget, CodecServerLimits limits) {
        this.budget = budget;
        this.limits = limits;
    }

    /**
     * Waits for the memory that references need. Their sizes are what the caller says; a
     * reference without a size may need all that there is.
     * @param references the references
     * @throws RefusedException if that is more than a request may have, or not available
     */
    void reserve(List<Payload> references) {
        long total = 0;
        for (Payload reference : references) {
            long size = (reference.getExternalPayloadsCount() > 0) ? reference.getExternalPayloads(0).getSizeBytes()
                    : 0;
            total += (size > 0) ? Math.min(size, this.limits.maxDecodedSize() + 1) : 0;
            requireBounds(total);
            if (size <= 0) {
                total = this.limits.maxDecodedSize();
                break;
            }
        }
        // Holds nothing while it waits: others may wait for that.
        release();
        this.share = this.budget.acquire(total);
    }

    /**
     * Waits for the memory that payloads take already.
     * @param payloads payloads that are about to be decoded
     * @throws RefusedException if that is more than a request may have, or not available
     */
    void reserveForDecoding(List<Payload> payloads) {
        long total = payloads.stream().mapToLong(Payload::getSerializedSize).sum();
        requireBounds(total);
        if (this.share == null) {
            this.share = this.budget.acquire(total);
        }
        else {
            this.share.growTo(total);
        }
    }

    /**
     * Begins to count payloads for which something is reserved.
     * @return takes payloads one by one, and throws a {@link RefusedException} at the
     * first with which they are more than a request may have, or than is available
     */
    UnaryOperator<Payload> counter() {
        AtomicLong total = new AtomicLong();
        return (payload) -> {
            require(total.addAndGet(payload.getSerializedSize()));
            return payload;
        };
    }

    private synchronized void require(long total) {
        requireBounds(total);
        // A transfer may outlive its request, which releases nothing any more.
        if (this.share != null && !this.ended) {
            this.share.growTo(total);
        }
    }

    private void requireBounds(long total) {
        if (total > this.limits.maxDecodedSize()) {
            throw new RefusedException(RefusedException.TOO_LARGE,
                    String.format(Locale.ROOT,
                            "The payloads are larger than %d bytes once they are retrieved and decoded, which is "
                                    + "%s.max-decoded-size. Ask for fewer at a time, or raise it.",
                            this.limits.maxDecodedSize(), CodecServerLimits.PREFIX));
        }
    }

    /**
     * Hands what is held over to the caller.
     * @return releases it
     */
    synchronized AutoCloseable handOver() {
        ByteBudget.Share held = this.share;
        this.share = null;
        this.ended = true;
        return (held != null) ? held : () -> {
        };
    }

    @Override
    public synchronized void close() {
        this.ended = true;
        release();
    }

    private void release() {
        if (this.share != null) {
            this.share.close();
            this.share = null;
        }
    }

}
