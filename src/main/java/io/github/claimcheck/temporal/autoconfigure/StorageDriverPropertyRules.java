package io.github.claimcheck.temporal.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/** What holds for properties that drivers of several types have. */
final class StorageDriverPropertyRules {

    private static final Log logger = LogFactory.getLog(StorageDriverPropertyRules.class);

    private StorageDriverPropertyRules() {
    }

    /**
     * @param prefix what the driver's properties start with
     * @param keyPrefix the value of its {@code key-prefix}
     * @return the prefix with a slash at the end, or nothing
     */
    static String keyPrefix(String prefix, String keyPrefix) {
        if (keyPrefix.isEmpty()) {
            return keyPrefix;
        }
        // A slash too many makes an empty segment, and dots one that clients and stores resolve, each in its way.
        if (!keyPrefix.matches("[^/]+(/[^/]+)*/?") || keyPrefix.matches("(.*/)?\\.{1,2}(/.*)?")) {
            throw new ExternalStorageConfigurationException(
                    prefix + ".key-prefix is " + keyPrefix + ", which has an empty segment, or one of dots.",
                    "Set " + prefix + ".key-prefix to segments with one slash between them, such as team/payloads.");
        }
        return keyPrefix.endsWith("/") ? keyPrefix : keyPrefix + "/";
    }

    static Duration positive(String property, Duration timeout, String defaultTimeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new ExternalStorageConfigurationException(
                    property + " is " + timeout.toMillis() + "ms, so that no request could succeed.",
                    "Set " + property + " to a duration such as " + defaultTimeout + ", the default.");
        }
        return timeout;
    }

    static URI endpoint(String prefix, URI endpoint, String credentials, String example) {
        if (endpoint.getUserInfo() != null) {
            throw new ExternalStorageConfigurationException(prefix + ".endpoint holds credentials.",
                    "Remove them from " + prefix + ".endpoint, and set " + credentials + " instead.");
        }
        if (endpoint.getHost() == null || !Set.of("http", "https").contains(endpoint.getScheme())) {
            throw new ExternalStorageConfigurationException(
                    prefix + ".endpoint is " + endpoint + ", which is no URL of a host.",
                    "Set " + prefix + ".endpoint to a URL such as " + example + ".");
        }
        return endpoint;
    }

    /**
     * Warns of properties that were set although the application brings the client that they are for.
     *
     * @param bean the type of the application's bean
     * @param prefix what the driver's properties start with
     * @param properties the driver's properties
     * @param defaults what they are where nothing is set
     * @param ofTheClient the properties that only a client made from them would heed, in the order of the warning
     */
    static <P> void warnOfUnused(String bean, String prefix, P properties, P defaults,
            Map<String, Function<P, @Nullable Object>> ofTheClient) {
        String unused = ofTheClient.entrySet()
            .stream()
            .filter((each) -> !Objects.equals(each.getValue().apply(properties), each.getValue().apply(defaults)))
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(", "));
        if (!unused.isEmpty()) {
            logger.warn("The application's " + bean + " bean is used, so that these properties of " + prefix
                    + " have no effect: " + unused);
        }
    }

}
