package io.github.claimcheck.temporal.selector;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A pattern for a whole name, in which {@code *} stands for any number of characters and
 * {@code ?} for one. Upper and lower case differ, as they do in Temporal.
 */
public final class Glob {

    private final String pattern;

    private final Pattern regularExpression;

    /**
     * @param pattern the pattern
     */
    public Glob(String pattern) {
        this.pattern = pattern;
        this.regularExpression = Pattern.compile(
                pattern.codePoints().mapToObj(Glob::regularExpression).collect(Collectors.joining()), Pattern.DOTALL);
    }

    private static String regularExpression(int codePoint) {
        return switch (codePoint) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(Character.toString(codePoint));
        };
    }

    boolean matches(String name) {
        return this.regularExpression.matcher(name).matches();
    }

    /** May return false where it cannot tell. */
    boolean covers(Glob other) {
        // Whatever the stars of the other one stand for, a star that matches them matches
        // that, too.
        return this.pattern.equals(other.pattern) || (this.pattern.indexOf('?') < 0 && matches(other.pattern));
    }

    /**
     * @return the pattern
     */
    @Override
    public String toString() {
        return this.pattern;
    }

}
