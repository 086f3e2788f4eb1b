package io.github.claimcheck.temporal.selector;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A pattern that matches a whole name. {@code *} matches any number of characters, and
 * {@code ?} matches one. Patterns are case-sensitive, as Temporal's names are. Immutable.
 */
public final class Glob {

    private final String pattern;

    private final Pattern regularExpression;

    /**
     * Creates a pattern.
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

    /**
     * Returns whether this pattern provably matches everything that the other matches.
     */
    boolean covers(Glob other) {
        // A star that matches the other's stars matches everything they match.
        return this.pattern.equals(other.pattern) || (this.pattern.indexOf('?') < 0 && matches(other.pattern));
    }

    /**
     * Returns the pattern.
     * @return the pattern
     */
    @Override
    public String toString() {
        return this.pattern;
    }

}
