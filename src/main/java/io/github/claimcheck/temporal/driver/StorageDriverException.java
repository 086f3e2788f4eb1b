package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * A payload could not be stored or retrieved. The message names the operation, the
 * driver, the object's location, the cause, and what to do where that is known. It never
 * holds payload bytes or credentials.
 */
public class StorageDriverException extends RuntimeException {

    /**
     * @param message what failed, where, and what to do about it
     * @param cause what the store said; null if the driver itself refused
     */
    public StorageDriverException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
