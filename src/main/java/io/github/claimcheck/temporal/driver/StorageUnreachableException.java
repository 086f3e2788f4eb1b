package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** Thrown when the store cannot be reached, or reports that it is unavailable. */
public class StorageUnreachableException extends StorageDriverException {

    /**
     * Creates an exception.
     * @param message what failed, where, and the remedy
     * @param cause the failure of the store or the network; may be null
     */
    public StorageUnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
