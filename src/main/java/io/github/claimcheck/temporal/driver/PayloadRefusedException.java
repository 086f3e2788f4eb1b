package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * A payload that a driver does not store, whatever the state of its store: it has no
 * place for it, or the payload is too large. Other payloads are not concerned.
 */
public class PayloadRefusedException extends StorageDriverException {

    /**
     * @param message what is wrong with the payload, and what to do
     * @param cause the cause; may be null
     */
    public PayloadRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
