package io.github.claimcheck.temporal.driver;

/**
 * Thrown when an object is larger than its driver retrieves. Nothing of it was buffered,
 * or what was buffered has been discarded.
 */
public class ObjectTooLargeException extends StorageDriverException {

    /**
     * Creates an exception.
     * @param message the limit, and the property that sets it, but not the size of the
     * object, which would tell the author of a forged claim about it
     */
    public ObjectTooLargeException(String message) {
        super(message, null);
    }

}
