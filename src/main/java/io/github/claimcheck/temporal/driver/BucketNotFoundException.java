package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** The bucket or container that payloads are kept in does not exist. */
public class BucketNotFoundException extends StorageDriverException {

    /**
     * Makes a failure.
     * @param message what failed, where, and what to do about it
     * @param cause what the store or the network said; may be null
     */
    public BucketNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
