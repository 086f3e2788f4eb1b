package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import java.time.Duration;

/** Properties of the health of storage drivers. */
public class StorageHealthProperties {

    private static final String PREFIX = ExternalStorageProperties.PREFIX + ".health";

    /**
     * Shortest time between two requests that ask a store without traffic whether it
     * serves.
     */
    private Duration checkInterval = Duration.ofSeconds(30);

    /**
     * How long to wait for a store's answer.
     */
    private Duration checkTimeout = Duration.ofSeconds(5);

    public Duration getCheckInterval() {
        return this.checkInterval;
    }

    public void setCheckInterval(Duration checkInterval) {
        this.checkInterval = checkInterval;
    }

    public Duration getCheckTimeout() {
        return this.checkTimeout;
    }

    public void setCheckTimeout(Duration checkTimeout) {
        this.checkTimeout = checkTimeout;
    }

    void validate() {
        requirePositive(PREFIX + ".check-interval", this.checkInterval, "30s");
        requirePositive(PREFIX + ".check-timeout", this.checkTimeout, "5s");
    }

    private static void requirePositive(String property, Duration duration, String suggestion) {
        if (duration.isNegative() || duration.isZero()) {
            throw new ExternalStorageConfigurationException(
                    property + " is " + duration.toMillis() + "ms, which is not a valid duration.",
                    "Set " + property + " to a duration such as " + suggestion + ", the default.");
        }
    }

}
