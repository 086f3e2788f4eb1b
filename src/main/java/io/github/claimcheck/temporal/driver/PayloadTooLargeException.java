package io.github.claimcheck.temporal.driver;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Thrown when a payload is larger than its driver accepts. Nothing in its batch was
 * stored.
 */
public class PayloadTooLargeException extends PayloadRefusedException {

    private static final Pattern MESSAGE = Pattern
        .compile("A payload of \\d+ bytes exceeds the limit of \\d+ bytes of storage driver '");

    /**
     * Creates an exception.
     * @param size the serialized size of the payload, in bytes
     * @param limit the largest size that the driver accepts, in bytes
     * @param driver the name of the driver
     * @param property how the user sets the limit
     */
    public PayloadTooLargeException(long size, long limit, String driver, String property) {
        super(String
            .format(Locale.ROOT,
                    "A payload of %d bytes exceeds the limit of %d bytes of storage driver '%s'. Raise %s, or make the "
                            + "payload smaller. Nothing in its batch was stored.",
                    size, limit, driver, property),
                null);
    }

    /**
     * Returns whether a message is or quotes that of such an exception. The Temporal SDK
     * passes on nothing else of a driver's failure.
     * @param message any message
     * @return whether a payload was too large
     */
    public static boolean isMessage(String message) {
        return MESSAGE.matcher(message).find();
    }

}
