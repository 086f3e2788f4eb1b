package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a driver does not accept a payload, whatever the state of its store: the
 * payload is too large, or there is no place for it. Other payloads are not affected.
 */
public class PayloadRefusedException extends StorageDriverException {

    /**
     * Creates an exception.
     * @param message what is wrong with the payload, and the remedy
     * @param cause the cause; may be null
     */
    public PayloadRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
