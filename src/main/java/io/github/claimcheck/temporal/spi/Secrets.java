package io.github.claimcheck.temporal.spi;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Identifies secret properties by their names, for all drivers, including third-party
 * ones. Messages never contain the value of a secret property.
 */
public final class Secrets {

    private static final List<String> WORDS = List.of("password", "passphrase", "secret", "token", "credential",
            "connectionstring", "accesskey", "accountkey", "apikey", "privatekey", "signature");

    /** The id of a driver says nothing about its properties. */
    private static final Pattern DRIVER = Pattern.compile("^temporal\\.external-storage\\.drivers\\.[^.]+\\.");

    /**
     * Matches greedily, because a password that is not encoded may contain any character.
     */
    private static final Pattern USER_INFO = Pattern.compile("//\\S*@");

    private Secrets() {
    }

    /**
     * Returns whether a property is secret.
     * @param property the property's name, in any case and format
     * @return whether the name contains a word such as credential, password or token, or
     * ends with {@code key}
     */
    public static boolean isSecret(String property) {
        String uniform = DRIVER.matcher(property.toLowerCase(Locale.ROOT))
            .replaceFirst("")
            .replaceAll("[^a-z0-9.]", "");
        return uniform.endsWith("key") || WORDS.stream().anyMatch(uniform::contains);
    }

    /**
     * Masks the user info of URLs in a value, so that it can be part of a message.
     * @param value a value, such as a URL
     * @return the value with the user info of any URL in it masked
     */
    public static String withoutUserInfo(String value) {
        return USER_INFO.matcher(value).replaceAll("//***@");
    }

}
