package io.github.claimcheck.temporal.driver;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a store deletes objects by itself, or archives them so that they cannot be read.
 * Immutable.
 *
 * @param after the shortest time after an upload at which the store does so to an object
 * of the driver; null if it keeps objects for good, or if that is unknown
 * @param known whether the store said what its rules are
 * @param explanation the rule, or why it is unknown, such as the permission to grant: a
 * sentence without its final period
 */
public record Expiry(@Nullable Duration after, boolean known, String explanation) {

    /**
     * Returns the expiry of a store that keeps objects for good.
     * @param explanation why
     * @return the expiry
     */
    public static Expiry never(String explanation) {
        return new Expiry(null, true, explanation);
    }

    /**
     * Returns the expiry of a store that deletes objects.
     * @param after the shortest time after an upload
     * @param explanation the rule
     * @return the expiry
     */
    public static Expiry after(Duration after, String explanation) {
        return new Expiry(after, true, explanation);
    }

    /**
     * Returns the expiry of a store that does not say.
     * @param explanation why, and what to do about it
     * @return the expiry
     */
    public static Expiry unknown(String explanation) {
        return new Expiry(null, false, explanation);
    }

}
