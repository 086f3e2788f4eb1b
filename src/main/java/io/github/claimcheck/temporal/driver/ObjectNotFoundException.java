package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** A claim names an object that the store does not have. */
public class ObjectNotFoundException extends StorageDriverException {

    /**
     * @param message which object is missing
     * @param cause what the store said, if anything
     */
    public ObjectNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
