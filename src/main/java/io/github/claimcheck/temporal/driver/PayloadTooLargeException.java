package io.github.claimcheck.temporal.driver;

/** A payload is larger than its driver accepts. Nothing of its batch was sent. */
public class PayloadTooLargeException extends PayloadRefusedException {

    /**
     * @param message both sizes in bytes, and the property that sets the limit
     */
    public PayloadTooLargeException(String message) {
        super(message, null);
    }

}
