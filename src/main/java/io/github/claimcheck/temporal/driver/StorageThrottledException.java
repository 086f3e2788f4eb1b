package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** The store has too many requests, or a quota of it is used up. */
public class StorageThrottledException extends StorageDriverException {

    /**
     * Makes a failure.
     * @param message what failed, where, and what to do about it
     * @param cause what the store or the network said; may be null
     */
    public StorageThrottledException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
