package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the store rejects the credentials, or the credentials lack a permission.
 */
public class StorageAccessDeniedException extends StorageDriverException {

    /**
     * Creates an exception.
     * @param message what failed, where, and which credentials or permission to check
     * @param cause the failure of the store; may be null
     */
    public StorageAccessDeniedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
