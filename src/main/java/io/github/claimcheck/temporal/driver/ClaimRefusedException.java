package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * A claim in event history is not one that the driver could have written, and nothing was
 * read.
 */
public class ClaimRefusedException extends StorageDriverException {

    /**
     * Makes a failure.
     * @param message what is wrong with the claim
     * @param cause what the store found in it; may be null
     */
    public ClaimRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
