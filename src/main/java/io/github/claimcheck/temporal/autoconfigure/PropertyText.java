package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.Secrets;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The text of a property's value. Secrets that are mounted from files end with a line
 * break, and what is copied from a page can contain characters that nobody sees.
 */
final class PropertyText {

    private PropertyText() {
    }

    /**
     * Removes white space and invisible characters from both ends.
     * @param text the text
     * @return the text between them
     */
    static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isBlank(char character) {
        return character == ' ' || isInvisible(character);
    }

    /**
     * Rejects text with invisible characters in it. Line breaks are accepted in keys in
     * PEM format and in JSON.
     * @param property the name of the property
     * @param text the text, stripped
     * @throws ExternalStorageConfigurationException if there is such a character
     */
    static void requireVisible(String property, String text) {
        boolean multiline = text.startsWith("-----BEGIN ") || text.startsWith("{");
        OptionalInt invisible = text.codePoints()
            .filter((character) -> isInvisible(character) && !(multiline && "\r\n\t".indexOf(character) >= 0))
            .findFirst();
        if (invisible.isPresent()) {
            String character = String.format(Locale.ROOT, "\\u%04x", invisible.getAsInt());
            throw new ExternalStorageConfigurationException(
                    property + (Secrets.isSecret(property) ? " has a value that"
                            : " is '" + escaped(Secrets.withoutUserInfo(text)) + "', which") + " contains "
                            + describe(invisible.getAsInt()) + ", " + character + ".",
                    "Remove the character " + character + " from the value of " + property
                            + ". At the ends of a value, such characters are ignored.");
        }
    }

    /** Quotes text, and escapes the spaces that look like others, too. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        Quoted.answer(text).codePoints().forEach((character) -> {
            if (isInvisible(character)) {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", character));
            }
            else {
                escaped.appendCodePoint(character);
            }
        });
        return escaped.toString();
    }

    private static String describe(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL -> (character == '\n' || character == '\r') ? "a line break" : "a control character";
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> "a line break";
            default -> "an invisible character";
        };
    }

    private static boolean isInvisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            case Character.SPACE_SEPARATOR -> character != ' ';
            default -> false;
        };
    }

}
