package io.github.claimcheck.temporal.store.composite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.PayloadRefusedException;
import io.github.claimcheck.temporal.driver.PayloadTooLargeException;
import io.github.claimcheck.temporal.driver.StorageAccessDeniedException;
import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CircuitBreakerTests {

    private static final Duration OPEN = Duration.ofSeconds(1);

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private static final Throwable DOWN = new IllegalStateException("down");

    private final StorageDriver one = new RecordingStorageDriver("one");

    private final StorageDriver two = new RecordingStorageDriver("two");

    private final StorageDriver three = new RecordingStorageDriver("three");

    /** A system's clock may overflow at any time. */
    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - OPEN.toNanos() / 2);

    private final CircuitBreaker circuits = circuits(OPEN);

    private CircuitBreaker circuits(Duration open) {
        return new CircuitBreaker(open, TIMEOUT, this.time::get);
    }

    private List<StorageDriver> order() {
        return this.circuits.order(List.of(this.one, this.two, this.three));
    }

    private void pass(Duration duration) {
        this.time.addAndGet(duration.toNanos());
    }

    @Test
    void keepsOrderWhileClosed() {
        assertThat(order()).containsExactly(this.one, this.two, this.three);
    }

    @Test
    void openCircuitComesLast() {
        assertThat(this.circuits.onFailure(this.one, DOWN)).isTrue();

        assertThat(order()).containsExactly(this.two, this.three, this.one);
        pass(OPEN.minusNanos(1));
        assertThat(order()).containsExactly(this.two, this.three, this.one);
    }

    @Test
    void openCircuitsKeepTheirOrder() {
        this.circuits.onFailure(this.two, DOWN);
        this.circuits.onFailure(this.one, DOWN);

        assertThat(order()).containsExactly(this.three, this.one, this.two);
    }

    @Test
    void opensOnce() {
        this.circuits.onFailure(this.one, DOWN);

        assertThat(this.circuits.onFailure(this.one, DOWN)).isFalse();
    }

    @Test
    void furtherFailureStaysOpenFromThenOn() {
        this.circuits.onFailure(this.one, DOWN);
        pass(OPEN.minusNanos(1));
        this.circuits.onFailure(this.one, DOWN);
        pass(OPEN.minusNanos(1));

        assertThat(order()).endsWith(this.one);
    }

    static Stream<Throwable> failuresOfThePayload() {
        return Stream.of(new PayloadRefusedException("no place", null),
                new PayloadTooLargeException(2, 1, "s3", "max-payload-size"), new ClaimRefusedException("forged", null),
                new ObjectNotFoundException("gone", null), new PayloadIntegrityException("altered", null));
    }

    @ParameterizedTest
    @MethodSource("failuresOfThePayload")
    void failureOfOnePayloadKeepsClosed(Throwable failure) {
        assertThat(this.circuits.onFailure(this.one, failure)).isFalse();

        assertThat(order()).startsWith(this.one);
    }

    static Stream<Throwable> failuresOfTheStore() {
        return Stream.of(new StorageAccessDeniedException("denied", null), new StorageTimeoutException("slow", null),
                new CancellationException("closed"), new Error("broken"));
    }

    @ParameterizedTest
    @MethodSource("failuresOfTheStore")
    void failureOfTheStoreOpens(Throwable failure) {
        assertThat(this.circuits.onFailure(this.one, failure)).isTrue();

        assertThat(order()).endsWith(this.one);
    }

    @Test
    void oneCallTriesHalfOpenCircuit() {
        this.circuits.onFailure(this.one, DOWN);
        pass(OPEN);

        assertThat(order()).startsWith(this.one);
        assertThat(order()).endsWith(this.one);
    }

    @Test
    void trialMayTakeAsLongAsTheTimeout() {
        this.circuits.onFailure(this.one, DOWN);
        pass(OPEN);
        order();

        pass(TIMEOUT.minusNanos(1));
        assertThat(order()).endsWith(this.one);
        pass(Duration.ofNanos(1));
        assertThat(order()).startsWith(this.one);
    }

    @Test
    void onlyACallThatComesFirstIsATrial() {
        this.circuits.onFailure(this.two, DOWN);
        pass(OPEN);

        assertThat(order()).containsExactly(this.one, this.two, this.three);
        assertThat(order()).containsExactly(this.one, this.two, this.three);
        this.circuits.onFailure(this.one, DOWN);
        assertThat(order()).containsExactly(this.two, this.three, this.one);
        assertThat(order()).containsExactly(this.three, this.one, this.two);
    }

    @Test
    void successCloses() {
        this.circuits.onFailure(this.one, DOWN);

        assertThat(this.circuits.onSuccess(this.one)).isTrue();
        assertThat(order()).startsWith(this.one);
        assertThat(order()).startsWith(this.one);
        assertThat(this.circuits.onSuccess(this.one)).isFalse();
    }

    @Test
    void zeroKeepsClosed() {
        CircuitBreaker closed = circuits(Duration.ZERO);
        closed.onFailure(this.one, DOWN);

        assertThat(closed.order(List.of(this.one, this.two))).containsExactly(this.one, this.two);
        assertThat(closed.order(List.of(this.one, this.two))).containsExactly(this.one, this.two);
    }

}
