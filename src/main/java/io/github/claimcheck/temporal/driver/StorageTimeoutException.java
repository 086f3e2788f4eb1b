package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** Thrown when a transfer exceeds its timeout. */
public class StorageTimeoutException extends StorageDriverException {

    /**
     * Creates an exception.
     * @param message what failed, where, and the remedy
     * @param cause the failure of the store or the network; may be null
     */
    public StorageTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
