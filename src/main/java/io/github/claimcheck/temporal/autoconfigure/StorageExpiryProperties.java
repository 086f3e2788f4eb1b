package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Properties of the check that stores keep payloads for as long as histories need them.
 */
public class StorageExpiryProperties {

    private static final String PREFIX = ExternalStorageProperties.PREFIX + ".expiry";

    /**
     * Whether to check that stores keep payloads for as long as histories need them.
     */
    private boolean check = true;

    /**
     * Longest chain of runs that carry a payload on, from the first start to the last
     * close. Without it, only the retention period counts.
     */
    private @Nullable Duration longestRun;

    /**
     * Time from one check to the next.
     */
    private Duration interval = Duration.ofDays(1);

    public boolean isCheck() {
        return this.check;
    }

    public void setCheck(boolean check) {
        this.check = check;
    }

    public @Nullable Duration getLongestRun() {
        return this.longestRun;
    }

    public void setLongestRun(@Nullable Duration longestRun) {
        this.longestRun = longestRun;
    }

    public Duration getInterval() {
        return this.interval;
    }

    public void setInterval(Duration interval) {
        this.interval = interval;
    }

    void validate() {
        if (this.interval.toMillis() <= 0) {
            throw invalid("interval", this.interval, "1d, the default");
        }
        if (this.longestRun != null && this.longestRun.isNegative()) {
            throw invalid("longest-run", this.longestRun, "30d");
        }
    }

    private static ExternalStorageConfigurationException invalid(String name, Duration duration, String suggestion) {
        String property = PREFIX + "." + name;
        return new ExternalStorageConfigurationException(
                property + " is " + duration.toMillis() + "ms, which is not a valid duration.",
                "Set " + property + " to a duration such as " + suggestion + ".");
    }

}
