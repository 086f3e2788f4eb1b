package io.github.claimcheck.temporal.driver;

/**
 * Thrown when a payload is larger than its driver accepts. Nothing in its batch was
 * stored.
 */
public class PayloadTooLargeException extends PayloadRefusedException {

    /**
     * Creates an exception.
     * @param message both sizes in bytes, and the property that sets the limit
     */
    public PayloadTooLargeException(String message) {
        super(message, null);
    }

}
