package io.github.claimcheck.temporal.audit;

import io.github.claimcheck.temporal.internal.InternalApi;
import java.time.Duration;

/**
 * The bound on an audit: what comes after it, another audit goes on with. Thread-safe.
 */
@InternalApi
public final class AuditBound {

    private final int maxReferences;

    private final long end;

    /**
     * Creates a bound that begins now.
     * @param maxReferences the maximum number of references
     * @param maxTime the maximum time, about
     */
    public AuditBound(int maxReferences, Duration maxTime) {
        this(maxReferences, System.nanoTime() + maxTime.toNanos());
    }

    private AuditBound(int maxReferences, long end) {
        this.maxReferences = maxReferences;
        this.end = end;
    }

    /** Returns the bound on the rest of an audit. */
    AuditBound without(int references) {
        return new AuditBound(this.maxReferences - references, this.end);
    }

    /** Returns whether one more reference may be audited after some. */
    boolean allows(int references) {
        return references < this.maxReferences && remainingMillis() > 0;
    }

    long remainingMillis() {
        return Math.max(0, (this.end - System.nanoTime()) / 1_000_000);
    }

}
