package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * What an {@link ObjectStore} makes of a failed transfer.
 *
 * @param kind what kind of failure it is; decides which exception the driver fails with
 * @param remedy what a person can do about it, a sentence without its full stop; null if
 * the failure speaks for itself
 */
public record Diagnosis(Kind kind, @Nullable String remedy) {

    /** Says nothing. */
    public static final Diagnosis UNKNOWN = new Diagnosis(Kind.OTHER, null);

    /** The kinds of failures that people are alerted to in different ways. */
    public enum Kind {

        /** Credentials or permissions: {@link StorageAccessDeniedException}. */
        DENIED,

        /** No such bucket or container: {@link BucketNotFoundException}. */
        NO_BUCKET,

        /**
         * Too many requests, or a quota that is used up:
         * {@link StorageThrottledException}.
         */
        THROTTLED,

        /** Took too long: {@link StorageTimeoutException}. */
        TIMED_OUT,

        /**
         * The network, or a store that serves nobody now:
         * {@link StorageUnreachableException}.
         */
        UNREACHABLE,

        /** Anything else: {@link StorageDriverException}. */
        OTHER

    }

    StorageDriverException toException(String message, Throwable cause) {
        return switch (this.kind) {
            case DENIED -> new StorageAccessDeniedException(message, cause);
            case NO_BUCKET -> new BucketNotFoundException(message, cause);
            case THROTTLED -> new StorageThrottledException(message, cause);
            case TIMED_OUT -> new StorageTimeoutException(message, cause);
            case UNREACHABLE -> new StorageUnreachableException(message, cause);
            case OTHER -> new StorageDriverException(message, cause);
        };
    }

}
