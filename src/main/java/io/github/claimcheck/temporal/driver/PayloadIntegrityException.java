package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a retrieved object is not the one that was stored: its digest differs, or
 * it is not a payload.
 */
public class PayloadIntegrityException extends StorageDriverException {

    /**
     * Creates an exception.
     * @param message which object, and how it differs
     * @param cause why the bytes could not be parsed; null if the digest differs
     */
    public PayloadIntegrityException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
