package io.github.claimcheck.temporal.spi;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * One property of one storage driver, and what a factory says when its value cannot be
 * used. Secrets are not quoted: see {@link Secrets}.
 *
 * @param driver what the names of all properties of the driver start with, see
 * {@code StorageDriverId.prefix()}
 * @param name the name below the driver's own prefix, in kebab case, such as
 * {@code key-prefix}
 */
public record StorageDriverProperty(String driver, String name) {

    /**
     * Returns another property of the same driver.
     * @param other the name below the driver's own prefix, in kebab case
     * @return the property
     */
    public StorageDriverProperty sibling(String other) {
        return new StorageDriverProperty(this.driver, other);
    }

    /**
     * Reports that the property needs a value and has none.
     * @param action what to type, naming the property
     * @return the failure, to be thrown
     */
    public ExternalStorageConfigurationException missing(String action) {
        return new ExternalStorageConfigurationException(this + " is not set.", action);
    }

    /**
     * Reports a value that cannot be used.
     * @param value the value, which is not quoted if the property is a secret
     * @param reason what is wrong with it, beginning with a verb, such as
     * {@code is not a bucket name}
     * @param action what to type, naming the property
     * @return the failure, to be thrown
     */
    public ExternalStorageConfigurationException invalid(Object value, String reason, String action) {
        return invalid(value, reason, action, null);
    }

    /**
     * Reports a value that cannot be used, and why.
     * @param value the value, which is not quoted if the property is a secret
     * @param reason what is wrong with it, beginning with a verb, such as
     * {@code is not a bucket name}
     * @param action what to type, naming the property
     * @param cause why; may be null
     * @return the failure, to be thrown
     */
    public ExternalStorageConfigurationException invalid(Object value, String reason, String action,
            @Nullable Throwable cause) {
        String description = Secrets.isSecret(toString()) ? this + " has a value that " + reason + "."
                : this + " is " + Secrets.withoutUserInfo(value.toString()) + ", which " + reason + ".";
        return new ExternalStorageConfigurationException(description, action, cause);
    }

    /**
     * Returns a value that must be there.
     * @param value the value
     * @param action what to type if there is none, naming the property
     * @return the value
     * @throws ExternalStorageConfigurationException if the value is null or blank
     */
    public String require(@Nullable String value, String action) {
        if (value == null || !StringUtils.hasText(value)) {
            throw missing(action);
        }
        return value;
    }

    /**
     * Returns a timeout that lets something succeed.
     * @param timeout the value
     * @param defaultTimeout the property's default, such as {@code 60s}, for the
     * failure's advice
     * @return the timeout
     * @throws ExternalStorageConfigurationException if the timeout is under a millisecond
     */
    public Duration requirePositive(Duration timeout, String defaultTimeout) {
        if (timeout.toMillis() < 1) {
            throw invalid(timeout.toMillis() + "ms", "leaves no time for anything to succeed",
                    "Set " + this + " to a duration such as " + defaultTimeout + ", the default.");
        }
        return timeout;
    }

    /**
     * Returns the URL of a host.
     * @param url the value
     * @param credentials which properties hold credentials instead, for the failure's
     * advice
     * @param example a valid URL, for the failure's advice
     * @return the URL
     * @throws ExternalStorageConfigurationException if the URL holds credentials, has no
     * host, or is not for HTTP
     */
    public URI requireHttpUrl(URI url, String credentials, String example) {
        if (url.getUserInfo() != null) {
            throw new ExternalStorageConfigurationException(this + " holds credentials.",
                    "Remove them from " + this + ", and set " + credentials + " instead.");
        }
        if (url.getHost() == null || !Set.of("http", "https").contains(url.getScheme())) {
            throw invalid(url, "is not a URL with a host", "Set " + this + " to a URL such as " + example + ".");
        }
        return url;
    }

    /**
     * Returns a prefix of object keys that ends with a slash.
     * @param prefix the value; may be empty
     * @return the prefix with one slash at its end, or an empty string
     * @throws ExternalStorageConfigurationException if a segment of the prefix is empty
     * or made of dots
     */
    public String requireKeyPrefix(String prefix) {
        if (prefix.isEmpty()) {
            return prefix;
        }
        // A slash too many makes an empty segment, and dots one that clients and stores
        // resolve, each in its way.
        if (!prefix.matches("[^/]+(/[^/]+)*/?") || prefix.matches("(.*/)?\\.{1,2}(/.*)?")) {
            throw invalid(prefix, "has a segment that is empty or made of dots",
                    "Set " + this + " to segments with one slash between them, such as team/payloads.");
        }
        return prefix.endsWith("/") ? prefix : prefix + "/";
    }

    /**
     * Returns the full name of the property.
     * @return for instance {@code temporal.external-storage.drivers.s3.bucket}
     */
    @Override
    public String toString() {
        return this.driver + "." + this.name;
    }

}
