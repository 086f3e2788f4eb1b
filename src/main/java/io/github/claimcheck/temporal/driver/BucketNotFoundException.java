package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** Thrown when the bucket or container of a driver does not exist. */
public class BucketNotFoundException extends StorageDriverException {

    /**
     * Creates an exception.
     * @param message what failed, where, and the remedy
     * @param cause the failure of the store or the network; may be null
     */
    public BucketNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
