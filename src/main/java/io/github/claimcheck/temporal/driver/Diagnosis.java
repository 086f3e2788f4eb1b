package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * An {@link ObjectStore}'s diagnosis of a failed transfer. Immutable.
 *
 * @param kind the kind of failure, which determines the driver's exception
 * @param remedy what an operator can do, a sentence without its final period; null for
 * what helps with most failures of this kind
 */
public record Diagnosis(Kind kind, @Nullable String remedy) {

    /** The diagnosis of an unknown failure, without a remedy. */
    public static final Diagnosis UNKNOWN = new Diagnosis(Kind.OTHER, null);

    /** The kinds of failures that alerts tell apart. */
    public enum Kind {

        /**
         * Invalid credentials or a missing permission:
         * {@link StorageAccessDeniedException}.
         */
        DENIED("Check the credentials and what they may do"),

        /**
         * A response that means a missing permission, but is also the store's answer for
         * a missing object to credentials that may not list:
         * {@link StorageAccessDeniedException#mayBeMissing()}.
         */
        DENIED_OR_MISSING("Check the credentials and what they may do"),

        /** A missing bucket or container: {@link BucketNotFoundException}. */
        NO_BUCKET(
                "If the bucket or container was deleted, restore it; otherwise create it, or correct the property that "
                        + "names it"),

        /**
         * Too many requests, or an exceeded quota: {@link StorageThrottledException}.
         */
        THROTTLED("Raise the store's limits, or lower temporal.external-storage.max-concurrent-transfers"),

        /** A timeout: {@link StorageTimeoutException}. */
        TIMED_OUT("Check that the store is reachable and fast enough"),

        /**
         * A network failure, or a store that is unavailable:
         * {@link StorageUnreachableException}.
         */
        UNREACHABLE("Check the store's own state. Once it recovers, the next attempt succeeds"),

        /** A payload that the store never accepts: {@link PayloadRefusedException}. */
        REFUSED("Store a smaller payload, or under a shorter key"),

        /** Anything else: {@link StorageDriverException}. */
        OTHER("If this does not say enough, look for it in the log of the store");

        private final String remedy;

        Kind(String remedy) {
            this.remedy = remedy;
        }

        /**
         * Returns what to do about a failure of this kind if nothing more is known.
         * @return a sentence without its final period
         */
        String getRemedy() {
            return this.remedy;
        }

    }

    /** Returns the remedy, or that of the kind. */
    String remedyOrDefault() {
        return (this.remedy != null) ? this.remedy : this.kind.getRemedy();
    }

    StorageDriverException toException(String message, Throwable cause) {
        return switch (this.kind) {
            case DENIED -> new StorageAccessDeniedException(message, cause);
            case DENIED_OR_MISSING -> new StorageAccessDeniedException(message, cause, true);
            case NO_BUCKET -> new BucketNotFoundException(message, cause);
            case THROTTLED -> new StorageThrottledException(message, cause);
            case TIMED_OUT -> new StorageTimeoutException(message, cause);
            case UNREACHABLE -> new StorageUnreachableException(message, cause);
            case REFUSED -> new PayloadRefusedException(message, cause);
            case OTHER -> new StorageDriverException(message, cause);
        };
    }

}
