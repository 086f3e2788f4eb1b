package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** Thrown when the store receives too many requests, or has exceeded a quota. */
public class StorageThrottledException extends StorageDriverException {

    /**
     * Creates an exception.
     * @param message what failed, where, and the remedy
     * @param cause the failure of the store or the network; may be null
     */
    public StorageThrottledException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
