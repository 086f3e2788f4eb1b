package io.github.claimcheck.temporal.spi;

import io.github.claimcheck.temporal.internal.Quoted;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * A property of a storage driver, with validation of its value. Messages do not contain
 * the value of a {@linkplain Secrets secret} property.
 *
 * @param driver the prefix of all properties of the driver, see
 * {@code StorageDriverId.prefix()}
 * @param name the name below the driver's prefix, in kebab case, such as
 * {@code key-prefix}
 */
public record StorageDriverProperty(String driver, String name) {

    private static final Log logger = LogFactory.getLog(StorageDriverProperty.class);

    /**
     * Returns another property of the same driver.
     * @param other the name below the driver's prefix, in kebab case
     * @return the property
     */
    public StorageDriverProperty sibling(String other) {
        return new StorageDriverProperty(this.driver, other);
    }

    /**
     * Creates an exception for a required property that is not set.
     * @param action what to change, a sentence that names the property
     * @return the exception, to be thrown
     */
    public ExternalStorageConfigurationException missing(String action) {
        return new ExternalStorageConfigurationException(this + " is not set.", action);
    }

    /**
     * Creates an exception for an invalid value.
     * @param value the value, which the message omits if the property is secret
     * @param reason what is wrong with the value, beginning with a verb, such as
     * {@code is not a valid bucket name}
     * @param action what to change, a sentence that names the property
     * @return the exception, to be thrown
     */
    public ExternalStorageConfigurationException invalid(Object value, String reason, String action) {
        return invalid(value, reason, action, null);
    }

    /**
     * Creates an exception with a cause for an invalid value.
     * @param value the value, which the message omits if the property is secret
     * @param reason what is wrong with the value, beginning with a verb, such as
     * {@code is not a valid bucket name}
     * @param action what to change, a sentence that names the property
     * @param cause the cause; may be null
     * @return the exception, to be thrown
     */
    public ExternalStorageConfigurationException invalid(Object value, String reason, String action,
            @Nullable Throwable cause) {
        String description = Secrets.isSecret(toString()) ? this + " has a value that " + reason + "."
                : this + " is " + Quoted.answer(Secrets.withoutUserInfo(value.toString())) + ", which " + reason + ".";
        return new ExternalStorageConfigurationException(description, action, cause);
    }

    /**
     * Requires a value.
     * @param value the value; may be null
     * @param action what to change if there is none, a sentence that names the property
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
     * Requires a timeout of at least a millisecond.
     * @param timeout the value
     * @param defaultTimeout the property's default, such as {@code 60s}, for the
     * exception's action
     * @return the timeout
     * @throws ExternalStorageConfigurationException if the timeout is under a millisecond
     */
    public Duration requirePositive(Duration timeout, String defaultTimeout) {
        if (timeout.toMillis() < 1) {
            throw invalid(timeout.toMillis() + "ms", "is not a valid timeout",
                    "Set " + this + " to a duration such as " + defaultTimeout + ", the default.");
        }
        return timeout;
    }

    /**
     * Logs a warning if a timeout has no effect, because a timeout around it ends first.
     * @param timeout the value
     * @param defaultTimeout the property's default, which nobody chose
     * @param outer the property of the timeout around it
     * @param outerTimeout the value of that property
     */
    public void warnIfLonger(Duration timeout, Duration defaultTimeout, StorageDriverProperty outer,
            Duration outerTimeout) {
        if (timeout.compareTo(outerTimeout) > 0 && !timeout.equals(defaultTimeout)) {
            logger.warn(this + " is " + timeout + ", which has no effect: " + outer + " is " + outerTimeout);
        }
    }

    /**
     * Requires an HTTP or HTTPS URL with a host and without credentials.
     * @param url the value
     * @param credentials the properties for credentials, for the exception's action
     * @param example a valid URL, for the exception's action
     * @return the URL
     * @throws ExternalStorageConfigurationException if the URL contains credentials, has
     * no host, or has another scheme
     */
    public URI requireHttpUrl(URI url, String credentials, String example) {
        if (url.getUserInfo() != null) {
            throw new ExternalStorageConfigurationException(this + " contains credentials.",
                    "Remove them from " + this + ", and set " + credentials + " instead.");
        }
        requireHost(url);
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw invalid(url, "is not a valid URL", "Set " + this + " to a URL such as " + example + ".");
        }
        return url;
    }

    /**
     * Requires a host name without underscores, which Java does not recognize as a host.
     * @param url the value
     * @throws ExternalStorageConfigurationException if the host of the URL has an
     * underscore
     */
    public void requireHost(URI url) {
        String authority = url.getRawAuthority();
        if (url.getHost() == null && authority != null && authority.contains("_")) {
            throw new ExternalStorageConfigurationException(
                    this + " has an underscore in its host name, "
                            + Quoted.answer(Secrets.withoutUserInfo("//" + authority).substring(2))
                            + ". Host names have letters, digits, dashes and dots only, so Java finds no host in it.",
                    "Give the host a name without underscores, for instance a network alias or a Service, or set "
                            + this + " to its IP address.");
        }
    }

    /**
     * Requires a valid prefix of object keys.
     * @param prefix the value; may be empty
     * @return the prefix with a trailing slash, or an empty string
     * @throws ExternalStorageConfigurationException if a segment of the prefix is empty,
     * {@code .} or {@code ..}
     */
    public String requireKeyPrefix(String prefix) {
        if (prefix.isEmpty()) {
            return prefix;
        }
        // Clients and stores resolve empty segments and dots in different ways.
        if (!prefix.matches("[^/]+(/[^/]+)*/?") || prefix.matches("(.*/)?\\.{1,2}(/.*)?")) {
            throw invalid(prefix, "has an empty, . or .. segment",
                    "Set " + this + " to segments separated by single slashes, such as team/payloads.");
        }
        return prefix.endsWith("/") ? prefix : prefix + "/";
    }

    /**
     * Requires valid prefixes of object keys.
     * @param prefixes the values; {@code /} stands for no prefix
     * @return the prefixes, each empty or ending with a slash
     * @throws ExternalStorageConfigurationException if a segment of a prefix is empty or
     * consists of dots
     */
    public List<String> requireKeyPrefixes(List<String> prefixes) {
        return prefixes.stream().map((prefix) -> prefix.equals("/") ? "" : requireKeyPrefix(prefix)).toList();
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
