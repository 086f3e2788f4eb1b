package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/** The store does not accept the credentials, or they lack a permission. */
public class StorageAccessDeniedException extends StorageDriverException {

    /**
     * Makes a failure.
     * @param message what failed, where, and which credentials or permission to see to
     * @param cause what the store said; may be null
     */
    public StorageAccessDeniedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
