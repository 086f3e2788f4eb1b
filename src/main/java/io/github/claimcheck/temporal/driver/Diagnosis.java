package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * An {@link ObjectStore}'s diagnosis of a failed transfer. Immutable.
 *
 * @param kind the kind of failure, which determines the driver's exception
 * @param remedy what an operator can do, a sentence without its final period; null if the
 * failure speaks for itself
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
        DENIED,

        /**
         * A response that means a missing permission, but is also the store's answer for
         * a missing object to credentials that may not list:
         * {@link StorageAccessDeniedException#mayBeMissing()}.
         */
        DENIED_OR_MISSING,

        /** A missing bucket or container: {@link BucketNotFoundException}. */
        NO_BUCKET,

        /**
         * Too many requests, or an exceeded quota: {@link StorageThrottledException}.
         */
        THROTTLED,

        /** A timeout: {@link StorageTimeoutException}. */
        TIMED_OUT,

        /**
         * A network failure, or a store that is unavailable:
         * {@link StorageUnreachableException}.
         */
        UNREACHABLE,

        /** A payload that the store never accepts: {@link PayloadRefusedException}. */
        REFUSED,

        /** Anything else: {@link StorageDriverException}. */
        OTHER

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
