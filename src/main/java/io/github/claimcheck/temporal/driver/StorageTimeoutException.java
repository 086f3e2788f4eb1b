package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** A transfer took longer than it may. */
public class StorageTimeoutException extends StorageDriverException {

    /**
     * Makes a failure.
     * @param message what failed, where, and what to do about it
     * @param cause what the store or the network said; may be null
     */
    public StorageTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
