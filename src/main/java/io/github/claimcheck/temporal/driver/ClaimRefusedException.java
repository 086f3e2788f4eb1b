package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a claim in event history cannot be one that the driver wrote. Nothing was
 * read.
 */
public class ClaimRefusedException extends StorageDriverException {

    /**
     * Creates an exception.
     * @param message what is wrong with the claim
     * @param cause why the store rejected it; may be null
     */
    public ClaimRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
