package io.github.claimcheck.temporal.spi;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The one rule for what is a secret, whoever's driver it belongs to: a property whose
 * name says so. Its value is never part of a message.
 */
public final class Secrets {

    private static final List<String> WORDS = List.of("password", "passphrase", "secret", "token", "credential",
            "connectionstring", "accesskey", "accountkey", "apikey", "privatekey", "signature");

    /** A password that is not encoded may hold any of the characters that end one. */
    private static final Pattern USER_INFO = Pattern.compile("//\\S*@");

    private Secrets() {
    }

    /**
     * Returns whether a property holds a secret.
     * @param property the property's name, in whatever form
     * @return whether one of its parts speaks of credentials, a password, a token and the
     * like, or it ends with {@code key}
     */
    public static boolean isSecret(String property) {
        String uniform = property.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]", "");
        return uniform.endsWith("key") || WORDS.stream().anyMatch(uniform::contains);
    }

    /**
     * Returns a value that may be part of a message, whatever it is the value of.
     * @param value a value, such as a URL
     * @return the value without the user and password that a URL in it holds
     */
    public static String withoutUserInfo(String value) {
        return USER_INFO.matcher(value).replaceAll("//***@");
    }

}
