package io.github.claimcheck.temporal.driver;

import java.util.Locale;
import java.util.regex.Pattern;

/** A payload is larger than its driver accepts. Nothing of its batch was sent. */
public class PayloadTooLargeException extends PayloadRefusedException {

    private static final Pattern MESSAGE = Pattern
        .compile("A payload of \\d+ bytes is larger than the \\d+ bytes that storage driver '");

    /**
     * Makes a failure.
     * @param size the serialized size of the payload, in bytes
     * @param limit the largest size that the driver accepts, in bytes
     * @param driver the name of the driver
     * @param property how the user sets the limit
     */
    public PayloadTooLargeException(long size, long limit, String driver, String property) {
        super(String.format(Locale.ROOT,
                "A payload of %d bytes is larger than the %d bytes that storage driver '%s' accepts. Raise %s, or make "
                        + "the payload smaller. Nothing of its batch was stored.",
                size, limit, driver, property), null);
    }

    /**
     * Returns whether a message is, or quotes, the one of such a failure: of its
     * failures, the Temporal SDK passes nothing else on.
     * @param message any message
     * @return whether a payload was too large
     */
    public static boolean isMessage(String message) {
        return MESSAGE.matcher(message).find();
    }

}
