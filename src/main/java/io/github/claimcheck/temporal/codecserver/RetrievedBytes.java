package io.github.claimcheck.temporal.codecserver;

import io.temporal.api.common.v1.Payload;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a request's payloads become, which are limited for the request and for
 * all requests together. Closing it releases them. Used by one thread.
 */
final class RetrievedBytes implements AutoCloseable {

    private final ByteBudget budget;

    private final CodecServerLimits limits;

    private ByteBudget.@Nullable Share share;

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
        if (this.share == null) {
            this.share = this.budget.acquire(total);
        }
    }

    /**
     * Counts what there is now.
     * @param payloads retrieved and decoded payloads
     * @return the payloads
     * @throws RefusedException if they are more than a request may have, or than is
     * available
     */
    List<Payload> count(List<Payload> payloads) {
        long total = 0;
        for (Payload payload : payloads) {
            total += payload.getSerializedSize();
        }
        requireBounds(total);
        if (this.share == null) {
            this.share = this.budget.acquire(total);
        }
        this.share.growTo(total);
        return payloads;
    }

    private void requireBounds(long total) {
        if (total > this.limits.maxDecodedSize()) {
            throw new RefusedException(RefusedException.TOO_LARGE,
                    String.format(Locale.ROOT,
                            "The payloads are larger than %d bytes once they are retrieved and decoded, which is "
                                    + "%s.max-decoded-size. Ask for fewer at a time, or raise it.",
                            this.limits.maxDecodedSize(), this.limits.prefix()));
        }
    }

    /**
     * Hands what is held over to the caller.
     * @return releases it
     */
    AutoCloseable handOver() {
        ByteBudget.Share held = this.share;
        this.share = null;
        return (held != null) ? held : () -> {
        };
    }

    @Override
    public void close() {
        if (this.share != null) {
            this.share.close();
        }
    }

}
