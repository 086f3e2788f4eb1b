package io.github.claimcheck.temporal.cache;

import java.time.Duration;

/** A time in which something is not tried again. Thread-safe. */
final class Pause {

    private long end;

    private boolean begun;

    synchronized void begin(Duration time) {
        this.end = System.nanoTime() + time.toNanos();
        this.begun = true;
    }

    /** Begins unless it is on, and returns whether it was not. */
    synchronized boolean beginUnlessOn(Duration time) {
        boolean begins = !isOn();
        if (begins) {
            begin(time);
        }
        return begins;
    }

    synchronized boolean isOn() {
        this.begun = this.begun && System.nanoTime() < this.end;
        return this.begun;
    }

}
