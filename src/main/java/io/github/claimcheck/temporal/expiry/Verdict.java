package io.github.claimcheck.temporal.expiry;

import io.github.claimcheck.temporal.driver.Expiry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A driver's expiry, held against what a namespace needs: the longest chain of runs, and
 * then the retention period. A chain that is reset after its last run has closed needs
 * the same once more.
 *
 * @param driver the driver's name
 * @param namespace the namespace
 * @param expiry when the driver's store deletes objects of the namespace
 * @param retention the namespace's retention period
 * @param longestRun the longest chain of runs; null if it is not configured
 */
record Verdict(String driver, String namespace, Expiry expiry, Duration retention, @Nullable Duration longestRun) {

    static final String LONGEST_RUN = "temporal.external-storage.expiry.longest-run";

    enum Kind {

        TOO_SHORT, ENOUGH, TOO_LONG, NEVER, UNKNOWN

    }

    Kind kind() {
        Duration after = this.expiry.after();
        if (after == null) {
            return this.expiry.known() ? Kind.NEVER : Kind.UNKNOWN;
        }
        if (after.compareTo(needed()) <= 0) {
            return Kind.TOO_SHORT;
        }
        return (this.longestRun != null && after.compareTo(needed().multipliedBy(2)) > 0) ? Kind.TOO_LONG : Kind.ENOUGH;
    }

    /** Returns for how long payloads are needed, as far as it is known. */
    Duration needed() {
        return (this.longestRun != null) ? this.longestRun.plus(this.retention) : this.retention;
    }

    /**
     * Returns by how many seconds the expiry is longer than what is needed.
     * @return the margin; infinite if nothing expires, and NaN if that is not known
     */
    double margin() {
        Duration after = this.expiry.after();
        if (after == null) {
            return this.expiry.known() ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        return after.minus(needed()).toSeconds();
    }

    /** Returns the verdict for the details of the driver's health. */
    String summary() {
        Duration after = this.expiry.after();
        if (after == null) {
            return (this.expiry.known() ? "never" : "unknown") + ": " + this.expiry.explanation();
        }
        return ((kind() == Kind.TOO_SHORT) ? "too short: " : "") + "after " + Amounts.of(after)
                + ", and histories need " + ((this.longestRun != null) ? "" : "more than ") + Amounts.of(needed());
    }

    /** Returns a message for the log, of which other verdicts may have the same. */
    String message() {
        return switch (kind()) {
            case TOO_SHORT -> "Storage driver '" + this.driver + "' deletes payloads that histories of namespace '"
                    + this.namespace + "' still need. " + this.expiry.explanation() + ". " + needs() + ". " + remedy();
            case ENOUGH -> "Storage driver '" + this.driver
                    + "' keeps payloads for longer than histories of namespace '" + this.namespace
                    + "' are known to need them. " + this.expiry.explanation() + ". " + needs() + ". That leaves "
                    + Amounts.of(Duration.ofSeconds((long) margin())) + " for "
                    + ((this.longestRun != null) ? "resets of closed runs"
                            : "the longest chain of runs. Set " + LONGEST_RUN + " to its length to have that checked");
            case TOO_LONG -> "Storage driver '" + this.driver + "' keeps payloads of namespace '" + this.namespace
                    + "' for more than twice as long as histories need them, so they accumulate. "
                    + this.expiry.explanation() + ". " + needs();
            case NEVER -> "Storage driver '" + this.driver + "' keeps payloads for good, so they accumulate. "
                    + this.expiry.explanation() + ". To delete what no history needs any more, let the store delete "
                    + "after more than the longest chain of runs plus the retention period";
            case UNKNOWN -> "When the store of storage driver '" + this.driver + "' deletes payloads is not known. "
                    + this.expiry.explanation();
        };
    }

    private String remedy() {
        String needed = Amounts.of(needed());
        return (this.longestRun != null)
                ? "Let it keep them for more than " + needed + ", and for another " + needed
                        + " for each reset of a closed run"
                : "Let it keep them for more than the longest chain of runs plus " + needed + ", and set " + LONGEST_RUN
                        + " to the length of that chain";
    }

    private String needs() {
        return (this.longestRun != null) ? "Histories need them for " + Amounts.of(needed()) + ": " + LONGEST_RUN + " ("
                + Amounts.of(this.longestRun) + ") plus the retention period (" + Amounts.of(this.retention) + ")"
                : "The retention period is " + Amounts.of(this.retention);
    }

}
