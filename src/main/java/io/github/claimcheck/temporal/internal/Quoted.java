package io.github.claimcheck.temporal.internal;

import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Quotes untrusted text in messages and in the log: claims and names in event history,
 * ids of workflows, and responses of stores. Long text is shortened in the middle, so
 * that the digest at the end of a key remains. Characters that break the line, end the
 * text or change its direction are escaped. Not part of the public API.
 */
public final class Quoted {

    /** The maximum length of quoted text from history, in characters before escaping. */
    static final int LENGTH = 200;

    /** Responses of stores contain ids of requests, which support teams ask for. */
    private static final int ANSWER_LENGTH = 500;

    /** The keys of most objects, with the ids of a workflow and a run, are not longer. */
    private static final int LOCATION_LENGTH = 256;

    private static final int MAX_ENTRIES = 8;

    /** The characters that remain at the end, for the digest in a key. */
    private static final int TAIL = 80;

    private static final int MAX_CAUSES = 8;

    private static final int CAUSE_LENGTH = 2000;

    private Quoted() {
    }

    /**
     * Quotes text from history.
     * @param text the text; may be null
     * @return about 200 characters at most, before escaping
     */
    public static String of(@Nullable Object text) {
        return of(String.valueOf(text), LENGTH);
    }

    /**
     * Quotes the message of a store or a library.
     * @param text the text; may be null
     * @return about 500 characters at most, before escaping
     */
    public static String answer(@Nullable Object text) {
        return of(String.valueOf(text), ANSWER_LENGTH);
    }

    /**
     * Quotes the class and message of a failure for the log, in one line.
     * @param failure the failure, perhaps of the application's own driver
     * @return about 2,000 characters at most, before escaping
     */
    public static String failure(Throwable failure) {
        return of(failure.toString(), CAUSE_LENGTH);
    }

    /**
     * Quotes the message of a failure that speaks for itself, in one line.
     * @param failure the failure, perhaps of the application's own driver
     * @return about 2,000 characters at most, before escaping
     */
    public static String message(Throwable failure) {
        return of(String.valueOf(failure.getMessage()), CAUSE_LENGTH);
    }

    /**
     * Quotes names from history.
     * @param names any number of names
     * @return the first of them, about 300 characters at most, before escaping
     */
    public static String of(Collection<String> names) {
        StringBuilder quoted = new StringBuilder("[");
        int count = 0;
        for (String name : names) {
            if (quoted.length() > LENGTH) {
                return quoted.append(", … ").append(names.size() - count).append(" more]").toString();
            }
            quoted.append((count++ > 0) ? ", " : "").append(of(name, LENGTH / 2));
        }
        return quoted.append("]").toString();
    }

    /**
     * Quotes the entries of a location.
     * @param location an untrusted location
     * @return a few entries, whose values have about 256 characters at most, before
     * escaping
     */
    public static Map<String, String> of(Map<String, String> location) {
        Map<String, String> quoted = new HashMap<>();
        location.entrySet()
            .stream()
            .limit(MAX_ENTRIES)
            .forEach((entry) -> quoted.put(of(entry.getKey()), of(entry.getValue(), LOCATION_LENGTH)));
        return quoted;
    }

    private static String of(String text, int length) {
        if (text.length() <= length) {
            return escaped(text, 0, text.length());
        }
        return escaped(text, 0, length - TAIL) + "…" + escaped(text, text.length() - TAIL, text.length())
                + String.format(Locale.ROOT, " (%d characters)", text.length());
    }

    private static String escaped(String text, int start, int end) {
        StringBuilder escaped = null;
        for (int i = start; i < end; i++) {
            int character = text.codePointAt(i);
            boolean pair = Character.isSupplementaryCodePoint(character) && i + 1 < end;
            if (isUnsafe(pair ? character : text.charAt(i))) {
                escaped = (escaped != null) ? escaped : new StringBuilder(text.substring(start, i));
                for (int j = i; j <= (pair ? i + 1 : i); j++) {
                    escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) text.charAt(j)));
                }
            }
            else if (escaped != null) {
                escaped.append(text, i, pair ? i + 2 : i + 1);
            }
            i += pair ? 1 : 0;
        }
        return (escaped != null) ? escaped.toString() : text.substring(start, end);
    }

    private static boolean isUnsafe(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                true;
            default -> false;
        };
    }

    /**
     * Returns a cause whose messages, and those of its own causes, are safe to quote.
     * @param cause the cause
     * @return the cause itself if its messages are, and otherwise one with the same stack
     * trace, the class in its message, and no causes
     */
    public static Throwable cause(Throwable cause) {
        int depth = 0;
        for (Throwable each = cause; each != null; each = each.getCause()) {
            String message = String.valueOf(each.getMessage());
            if (++depth > MAX_CAUSES || message.length() > CAUSE_LENGTH
                    || !escaped(message, 0, message.length()).equals(message)) {
                RuntimeException brief = new RuntimeException(answer(cause));
                brief.setStackTrace(cause.getStackTrace());
                return brief;
            }
        }
        return cause;
    }

}
