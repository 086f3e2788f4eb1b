package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a payload cannot be stored or retrieved. The message names the operation,
 * the driver, the object's location, the cause and, if known, the remedy. It never
 * contains payload bytes or credentials.
 */
public class StorageDriverException extends RuntimeException {

    /**
     * Creates an exception.
     * @param message what failed, where, and the remedy
     * @param cause the failure of the store; null if the driver itself refused
     */
    public StorageDriverException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
