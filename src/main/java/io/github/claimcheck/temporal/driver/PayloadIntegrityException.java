package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * An object came back, but it is not what was stored: its digest differs, or it holds no
 * payload.
 */
public class PayloadIntegrityException extends StorageDriverException {

    /**
     * @param message which object, and how it differs
     * @param cause why the bytes could not be read, if that is what is wrong
     */
    public PayloadIntegrityException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
