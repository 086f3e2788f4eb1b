package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A clock of its own; {@link TransferLimiterTests} has the rest. */
class BytesInFlightTests {

    private long now;

    private final BytesInFlight bytes = new BytesInFlight(64, () -> this.now);

    private void timeOut(Duration later) {
        this.now += later.toNanos();
        this.bytes.ended(1, new StorageTimeoutException("slow", null));
    }

    /** Returns how many bytes may be held. */
    private long limit() {
        return IntStream.rangeClosed(1, 65)
            .takeWhile((size) -> this.bytes.fits(size - this.bytes.held(), false))
            .count();
    }

    @Test
    void halvesTheLimitOnceForWhatTimesOutTogether() {
        this.bytes.take(64);

        timeOut(Duration.ZERO);
        timeOut(Duration.ofMillis(900));

        this.bytes.giveBack(63);
        assertThat(limit()).isEqualTo(32);
    }

    @Test
    void leavesASixteenthOfTheLimit() {
        this.bytes.take(64);

        IntStream.range(0, 10).forEach((i) -> timeOut(Duration.ofSeconds(1)));

        this.bytes.giveBack(63);
        assertThat(limit()).isEqualTo(4);
    }

    @Test
    void raisesTheLimitUpToTheMaximum() {
        this.bytes.take(64);
        timeOut(Duration.ZERO);

        IntStream.range(0, 40).forEach((i) -> this.bytes.ended(32, null));

        this.bytes.giveBack(63);
        assertThat(limit()).isEqualTo(64);
    }

}
