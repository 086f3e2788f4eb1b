package io.github.claimcheck.temporal.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.BucketNotFoundException;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.DriverTraffic;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.PayloadRefusedException;
import io.github.claimcheck.temporal.driver.StorageAccessDeniedException;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.driver.StorageThrottledException;
import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.driver.StorageUnreachableException;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a driver's transfers of the last minute say. */
class TrafficHealthTests {

    private static final StorageUnreachableException DOWN = new StorageUnreachableException(
            "could not store. Check the network", null);

    private final ManualClock clock = new ManualClock();

    private final DriverTraffic traffic = new DriverTraffic(this.clock, this.clock);

    private final TrafficHealth health = new TrafficHealth(this.clock);

    private Status status() {
        DriverHealth judged = this.health.of(this.traffic);
        return (judged != null) ? judged.status() : null;
    }

    private void fail(Operation operation, int times, Throwable failure) {
        for (int i = 0; i < times; i++) {
            this.traffic.failed(operation, failure);
        }
    }

    @Test
    void noTrafficSaysNothing() {
        assertThat(status()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void aSuccessCountsForAMinute(Operation operation) {
        this.traffic.succeeded(operation);

        assertThat(this.health.of(this.traffic)).satisfies((judged) -> {
            assertThat(judged.status()).isEqualTo(Status.UP);
            assertThat(judged.details()).containsKey("lastSuccess");
        });
        this.clock.pass(Duration.ofSeconds(59));
        assertThat(status()).isEqualTo(Status.UP);
        this.clock.pass(Duration.ofSeconds(1));
        assertThat(status()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void aMinuteWithFailuresAloneIsDown(Operation operation) {
        this.traffic.succeeded(operation);
        this.clock.pass(Duration.ofMinutes(1));
        fail(operation, 1, DOWN);

        assertThat(this.health.of(this.traffic)).satisfies((judged) -> {
            assertThat(judged.status()).isEqualTo(Status.DOWN);
            assertThat(judged.details()).containsEntry("error", "StorageUnreachableException")
                .containsEntry("message", "could not store. Check the network")
                .containsEntry("failuresInARow", 1)
                .containsEntry("operation", operation.name().toLowerCase())
                .containsEntry("lastSuccess", this.traffic.getLastSuccess().toString())
                .containsEntry("lastFailure", this.traffic.getOutcomes(operation).lastFailure().time().toString());
        });
    }

    /** Whoever sets the clock, or its daemon, makes no failure older or younger. */
    @ParameterizedTest
    @ValueSource(ints = { -60, 60 })
    void aStepOfTheClockIsNoTime(int minutes) {
        fail(Operation.STORE, 1, DOWN);
        this.clock.step(Duration.ofMinutes(minutes));
        assertThat(status()).isEqualTo(Status.DOWN);
        this.traffic.succeeded(Operation.STORE);
        assertThat(status()).isEqualTo(Status.UP);
        assertThat(this.traffic.getLastSuccess()).isAfter(this.clock.instant().minusSeconds(30));

        this.clock.step(Duration.ofMinutes(-minutes));
        this.traffic.succeeded(Operation.RETRIEVE);
        assertThat(this.traffic.getLastSuccess()).as("the later one")
            .isBetween(this.clock.instant().minusSeconds(30), this.clock.instant());

        this.clock.pass(Duration.ofMinutes(1));
        assertThat(status()).isNull();
    }

    @Test
    void threeFailuresInARowAreDownAndTwoAreNot() {
        this.traffic.succeeded(Operation.STORE);
        fail(Operation.STORE, 2, DOWN);
        assertThat(status()).isEqualTo(Status.UP);

        fail(Operation.STORE, 1, DOWN);
        assertThat(status()).isEqualTo(Status.DOWN);

        this.traffic.succeeded(Operation.STORE);
        assertThat(status()).isEqualTo(Status.UP);
    }

    @Test
    void oneOperationThatFailsIsNotMadeUpForByTheOther() {
        this.traffic.succeeded(Operation.RETRIEVE);
        fail(Operation.STORE, 1, DOWN);

        assertThat(status()).isEqualTo(Status.DOWN);
    }

    @Test
    void aFailureIsForgottenAfterAMinute() {
        fail(Operation.STORE, 5, DOWN);
        this.clock.pass(Duration.ofMinutes(1));

        assertThat(status()).isNull();
    }

    static Stream<Throwable> otherReasons() {
        return Stream.of(new ClaimRefusedException("not ours", null), new PayloadRefusedException("no", null),
                new CancellationException("cancelled"), new StorageAccessDeniedException("403", null, true));
    }

    @ParameterizedTest
    @MethodSource("otherReasons")
    void whatIsNotTheStoresFaultSaysNothing(Throwable failure) {
        fail(Operation.RETRIEVE, 9, failure);
        fail(Operation.STORE, 9, failure);

        assertThat(status()).isNull();
        assertThat(this.health.isDoubtful(this.traffic)).isFalse();
    }

    static Stream<Throwable> answers() {
        return Stream.of(new ObjectNotFoundException("gone", null), new PayloadIntegrityException("altered", null));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void aMissingOrAlteredObjectIsAnAnswer(Throwable failure) {
        fail(Operation.RETRIEVE, 9, failure);

        assertThat(status()).isEqualTo(Status.UP);
    }

    /** An emptied store answers each download, and no transfer succeeds. */
    @ParameterizedTest
    @MethodSource("answers")
    void aMissingOrAlteredObjectIsNoSuccess(Throwable failure) {
        fail(Operation.RETRIEVE, 1, failure);
        assertThat(this.traffic.getLastSuccess()).isNull();

        this.traffic.succeeded(Operation.RETRIEVE);
        Instant success = this.traffic.getLastSuccess();
        this.clock.pass(Duration.ofMinutes(5));
        fail(Operation.RETRIEVE, 1, DOWN);
        fail(Operation.RETRIEVE, 1, failure);

        assertThat(this.traffic.getLastSuccess()).isEqualTo(success);
        assertThat(status()).isEqualTo(Status.UP);
    }

    static Stream<Throwable> perhapsTheClaims() {
        return Stream.of(new StorageAccessDeniedException("may not read that", null),
                new BucketNotFoundException("an earlier bucket", null), new StorageDriverException("archived", null),
                new IllegalArgumentException("no number"));
    }

    /** A forged claim leads wherever the driver could have stored. */
    @ParameterizedTest
    @MethodSource("perhapsTheClaims")
    void whatAForgedClaimCanBringAboutIsDoubtfulAndNotDown(Throwable failure) {
        this.traffic.succeeded(Operation.STORE);
        fail(Operation.RETRIEVE, 9, failure);

        assertThat(status()).isEqualTo(Status.UP);
        assertThat(this.health.isDoubtful(this.traffic)).isTrue();
        this.traffic.succeeded(Operation.RETRIEVE);
        assertThat(this.health.isDoubtful(this.traffic)).isFalse();
    }

    static Stream<Throwable> theStores() {
        return Stream.of(DOWN, new StorageTimeoutException("slow", null), new StorageThrottledException("busy", null),
                new IOException("reset"));
    }

    @ParameterizedTest
    @MethodSource("theStores")
    void whatOnlyTheStoreCanBringAboutIsDown(Throwable failure) {
        fail(Operation.RETRIEVE, 1, failure);

        assertThat(status()).isEqualTo(Status.DOWN);
        assertThat(this.health.isDoubtful(this.traffic)).isFalse();
    }

    @Test
    void messagesAreBoundedAndInOneLine() {
        fail(Operation.STORE, 1, new StorageDriverException("one\ntwo " + "x".repeat(100_000) + " Mend it", null));

        assertThat(this.health.of(this.traffic).details().get("message").toString()).startsWith("one\\u000atwo")
            .contains("Mend it")
            .hasSizeLessThan(3_000);
    }

    @Test
    void theFailureOfADriverThatGivesNoAdviceGetsSome() {
        assertThat(TrafficHealth.failure(new IllegalStateException("closed")))
            .containsEntry("error", "IllegalStateException")
            .containsEntry("message", "java.lang.IllegalStateException: closed. Check the driver and its store");
    }

}
