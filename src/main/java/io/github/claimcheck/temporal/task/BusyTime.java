package io.github.claimcheck.temporal.task;

/**
 * The time in which at least one transfer was in flight. Transfers at the same time count
 * once. Not thread-safe.
 */
final class BusyTime {

    private int inFlight;

    private long since;

    private long nanos;

    void begin(long now) {
        if (this.inFlight++ == 0) {
            this.since = now;
        }
    }

    void end(long now) {
        if (--this.inFlight == 0) {
            this.nanos += now - this.since;
        }
    }

    int getInFlight() {
        return this.inFlight;
    }

    /** Returns the time until now, in nanoseconds. */
    long until(long now) {
        return this.nanos + ((this.inFlight > 0) ? now - this.since : 0);
    }

}
