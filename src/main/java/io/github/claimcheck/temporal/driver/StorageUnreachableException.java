package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** The store cannot be reached, or answers that it cannot serve anybody now. */
public class StorageUnreachableException extends StorageDriverException {

    /**
     * Makes a failure.
     * @param message what failed, where, and what to do about it
     * @param cause what the store or the network said; may be null
     */
    public StorageUnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
