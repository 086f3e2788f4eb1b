package io.github.claimcheck.temporal.health;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The system's clock, which a test puts forward. */
final class ManualClock extends Clock implements Ticker {

    private volatile Duration passed = Duration.ZERO;

    private volatile Duration stepped = Duration.ZERO;

    void pass(Duration duration) {
        this.passed = this.passed.plus(duration);
    }

    /** Sets the time of day, as operators do, without any time passing. */
    void step(Duration duration) {
        this.stepped = this.stepped.plus(duration);
    }

    @Override
    public Instant instant() {
        return Clock.systemUTC().instant().plus(this.passed).plus(this.stepped);
    }

    @Override
    public long read() {
        return System.nanoTime() + this.passed.toNanos();
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

}
