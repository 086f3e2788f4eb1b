package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** Thrown when the store does not have the object that a claim names. */
public class ObjectNotFoundException extends StorageDriverException {

    /**
     * Creates an exception.
     * @param message which object is missing
     * @param cause the failure of the store; may be null
     */
    public ObjectNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
