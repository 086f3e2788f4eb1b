package io.github.claimcheck.temporal.expiry;

import io.github.claimcheck.temporal.expiry.Verdict.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Logs what the checks find: once, and again only if it changes. What is the same for all
 * namespaces is one line. Thread-safe.
 */
final class ExpiryLog {

    private final Logger logger;

    /** What was found last, by subject. */
    private final Map<String, String> found = new HashMap<>();

    private final Set<String> messages = new HashSet<>();

    ExpiryLog(Logger logger) {
        this.logger = logger;
    }

    /** Begins another check. */
    synchronized void begin() {
        this.messages.clear();
    }

    /**
     * Logs a verdict.
     * @param accumulated what the driver has stored in a known time; null if that is not
     * known yet
     */
    synchronized void report(Verdict verdict, @Nullable String accumulated) {
        Kind kind = verdict.kind();
        boolean accumulates = accumulated != null && (kind == Kind.NEVER || kind == Kind.TOO_LONG);
        String message = verdict.message();
        String subject = "driver " + verdict.driver() + " of namespace " + verdict.namespace();
        boolean changed = this.found.containsKey(subject);
        Level level = switch (kind) {
            case TOO_SHORT -> Level.WARN;
            case ENOUGH -> (verdict.longestRun() == null || changed) ? Level.INFO : Level.DEBUG;
            case TOO_LONG, NEVER, UNKNOWN -> Level.INFO;
        };
        say(subject, message + accumulates, level, accumulates ? message + ". " + accumulated : message);
    }

    /**
     * Logs that something could not be checked.
     * @param subject what could not be
     * @param cause the kind of the cause, of which the message says more
     * @param message the message
     */
    synchronized void failed(String subject, String cause, String message) {
        say(subject, cause, Level.INFO, message);
    }

    /** Forgets that something could not be checked. */
    synchronized void succeeded(String subject) {
        this.found.remove(subject);
    }

    private void say(String subject, String state, Level level, String message) {
        if (!state.equals(this.found.put(subject, state)) && this.messages.add(message)) {
            this.logger.atLevel(level).log("{}.", message);
        }
    }

}
