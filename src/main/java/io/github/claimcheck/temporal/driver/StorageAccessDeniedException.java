package io.github.claimcheck.temporal.driver;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the store rejects the credentials, or the credentials lack a permission.
 */
public class StorageAccessDeniedException extends StorageDriverException {

    private final boolean mayBeMissing;

    /**
     * Creates an exception.
     * @param message what failed, where, and which credentials or permission to check
     * @param cause the failure of the store; may be null
     */
    public StorageAccessDeniedException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    /**
     * Creates an exception.
     * @param message what failed, where, and which credentials or permission to check
     * @param cause the failure of the store; may be null
     * @param mayBeMissing whether the store gives the same answer for objects that do not
     * exist
     */
    public StorageAccessDeniedException(String message, @Nullable Throwable cause, boolean mayBeMissing) {
        super(message, cause);
        this.mayBeMissing = mayBeMissing;
    }

    /**
     * Returns whether the store gives the same answer for objects that do not exist, as
     * S3 and Cloud Storage do to credentials that may not list.
     * @return whether the object may be missing instead
     */
    public boolean mayBeMissing() {
        return this.mayBeMissing;
    }

}
