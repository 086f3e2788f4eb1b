package io.github.claimcheck.temporal.store.composite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.driver.StoredObjects;
import io.github.claimcheck.temporal.driver.TransferLimiter;
import io.github.claimcheck.temporal.testing.MapObjectStore;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class FallbackStorageDriverTests {

    private static final Payload PAYLOAD = Payloads.of(Payloads.bytes(10_000, 1));

    private static final Payload SMALL = Payloads.of(new byte[1]);

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final RuntimeException DOWN = new IllegalStateException("the store is down");

    private final RecordingStorageDriver one = new RecordingStorageDriver("one");

    private final RecordingStorageDriver two = new RecordingStorageDriver("two");

    private final AtomicLong time = new AtomicLong();

    private final FallbackStorageDriver driver = fallback(this.one, this.two);

    private FallbackStorageDriver fallback(StorageDriver... delegates) {
        return new FallbackStorageDriver("composite", List.of(delegates), TIMEOUT, RETRY_AFTER, this.time::get);
    }

    private void pass(Duration duration) {
        this.time.addAndGet(duration.toNanos());
    }

    private void assertStoresWith(String delegate) {
        assertThat(Calls.store(this.driver, PAYLOAD).getClaimData()).containsOnlyKeys(delegate);
    }

    @Test
    void hasANameAndAType() {
        assertThat(this.driver.getName()).isEqualTo("composite");
        assertThat(this.driver.getType()).isEqualTo("fallback");
        assertThat(this.driver.counter().name()).isEqualTo("temporal.external.storage.fallbacks");
    }

    @Test
    void storesWithTheFirstAndNamesItInTheClaim() {
        StorageDriverClaim claim = Calls.store(this.driver, PAYLOAD);

        assertThat(claim.getClaimData()).containsOnlyKeys("one");
        assertThat(this.two.batches()).isEmpty();
        assertThat(Calls.retrieve(this.driver, claim)).isEqualTo(PAYLOAD);
        assertThat(Calls.count(this.driver)).isZero();
    }

    @Test
    void storesWithTheSecondWhenTheFirstFails() {
        this.one.failWith(DOWN);
        StorageDriverClaim claim = Calls.store(this.driver, PAYLOAD);

        assertThat(claim.getClaimData()).containsOnlyKeys("two");
        assertThat(this.driver.counter().byDelegate().get("one")).hasValue(1);
        assertThat(this.driver.counter().byDelegate().get("two")).hasValue(0);

        this.one.recover();
        pass(RETRY_AFTER);
        assertThat(Calls.retrieve(this.driver, claim)).isEqualTo(PAYLOAD);
        assertThat(this.one.retrievals()).isEmpty();
        assertStoresWith("one");
        assertThat(Calls.count(this.driver)).isOne();
    }

    @Test
    void countsEachDelegateThatWasPassedOver() {
        FallbackStorageDriver three = fallback(this.one, this.two, new RecordingStorageDriver("three"));
        this.one.failWith(DOWN);
        this.two.failWith(DOWN);
        Calls.store(three, PAYLOAD);

        assertThat(three.counter().byDelegate().get("one")).hasValue(1);
        assertThat(three.counter().byDelegate().get("two")).hasValue(1);
        assertThat(three.counter().byDelegate().get("three")).hasValue(0);
    }

    @Test
    void callsAFailedDelegateLastAndTriesItWithOneBatchAtATime(CapturedOutput output) {
        this.one.failWith(DOWN);
        for (int i = 0; i < 5; i++) {
            assertStoresWith("two");
        }
        assertThat(this.one.batches()).hasSize(1);
        assertThat(output.getOut().split("the store is down", -1)).hasSize(2);

        CompletableFuture<Void> inFlight = this.one.hang();
        pass(RETRY_AFTER);
        CompletableFuture<List<StorageDriverClaim>> trial = this.driver.store(Calls.CONTEXT, List.of(PAYLOAD));
        assertStoresWith("two");
        assertThat(trial).isNotDone();

        inFlight.complete(null);
        assertThat(Calls.end(trial).get(0).getClaimData()).containsOnlyKeys("one");
        assertStoresWith("one");
    }

    /** While a trial lasts, as it may for all of the timeout, nobody else tries. */
    @Test
    void onlyOneBatchWaitsForADelegateThatHangs() {
        this.one.failWith(DOWN);
        assertStoresWith("two");
        this.one.hang();
        pass(RETRY_AFTER);
        CompletableFuture<?> trial = this.driver.store(Calls.CONTEXT, List.of(PAYLOAD));
        pass(RETRY_AFTER.multipliedBy(2));

        assertStoresWith("two");
        assertThat(this.one.batches()).hasSize(2);
        assertThat(trial).isNotDone();
        trial.cancel(true);
    }

    @Test
    void aDelegateThatNobodyCameToComesBackInItsPlace() {
        FallbackStorageDriver three = fallback(this.one, this.two, new RecordingStorageDriver("three"));
        this.one.failWith(DOWN);
        this.two.failWith(DOWN);
        Calls.store(three, PAYLOAD);
        this.one.recover();
        this.two.recover();
        pass(RETRY_AFTER);
        Calls.store(three, PAYLOAD);
        this.one.failWith(DOWN);

        assertThat(Calls.store(three, PAYLOAD).getClaimData()).containsOnlyKeys("two");
    }

    @Test
    void callsADelegateThatFailedWhereTheOthersFailToo() {
        this.one.failWith(DOWN);
        assertStoresWith("two");
        this.one.recover();
        this.two.failWith(DOWN);

        assertStoresWith("one");
    }

    @Test
    void passesOverADelegateThatCancelsByItself() {
        this.one.failWith(new CancellationException("the pool is closed"));

        assertStoresWith("two");
    }

    @Test
    void passesOverADelegateThatReturnsNoFuture() {
        StorageDriver none = mock(StorageDriver.class);
        when(none.getName()).thenReturn("none");
        when(none.store(any(), any())).thenReturn(null);
        FallbackStorageDriver fallback = fallback(this.one, none, this.two);
        CompletableFuture<Void> inFlight = this.one.hang();
        CompletableFuture<List<StorageDriverClaim>> stored = fallback.store(Calls.CONTEXT, List.of(PAYLOAD));
        inFlight.completeExceptionally(DOWN);

        assertThat(Calls.end(stored).get(0).getClaimData()).containsOnlyKeys("two");
    }

    @Test
    void aRefusedPayloadLeavesTheCircuitClosed() {
        MapObjectStore store = new MapObjectStore();
        store.refuseUnder(1_000);
        FallbackStorageDriver fallback = fallback(store.driver("picky"), this.two);

        assertThat(Calls.store(fallback, SMALL).getClaimData()).containsOnlyKeys("two");
        assertThat(Calls.store(fallback, PAYLOAD).getClaimData()).containsOnlyKeys("picky");
    }

    @Test
    void aPayloadThatIsTooLargeTakesItsBatchToTheSecond() {
        FallbackStorageDriver fallback = fallback(new MapObjectStore().driver("small", 1_000, DriverResources.none()),
                this.two);
        List<Payload> batch = List.of(SMALL, PAYLOAD);

        assertThat(Calls.store(fallback, PAYLOAD).getClaimData()).containsOnlyKeys("two");
        assertThat(Calls.store(fallback, SMALL).getClaimData()).containsOnlyKeys("small");
        List<StorageDriverClaim> claims = Calls.end(fallback.store(Calls.CONTEXT, batch));
        assertThat(claims).hasSize(2).allSatisfy((claim) -> assertThat(claim.getClaimData()).containsOnlyKeys("two"));
        assertThat(Calls.end(fallback.retrieve(StorageContexts.retrieve(), claims))).isEqualTo(batch);
    }

    @Test
    void retrievesABatchThatSeveralDelegatesStored() {
        StorageDriverClaim first = Calls.store(this.driver, PAYLOAD);
        this.one.failWith(DOWN);
        StorageDriverClaim second = Calls.store(this.driver, SMALL);
        this.one.recover();

        assertThat(Calls.end(this.driver.retrieve(StorageContexts.retrieve(), List.of(second, first))))
            .containsExactly(SMALL, PAYLOAD);
    }

    @Test
    void failsAsTheLastDelegateDoes() {
        RuntimeException last = new IllegalStateException("the last is full");
        this.one.failWith(DOWN);
        this.two.failWith(last);

        assertThat(catchThrowable(() -> Calls.store(this.driver, PAYLOAD))).isSameAs(last).hasSuppressedException(DOWN);
        assertThat(Calls.count(this.driver)).isZero();
    }

    /** The delegates know nothing of tokens. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void cancellingEndsTheCallInFlightAndCallsNobodyElse(boolean byToken) {
        CompletableFuture<Void> inFlight = this.one.hang();
        StorageContexts.Token token = new StorageContexts.Token();
        CompletableFuture<?> stored = this.driver.store(StorageContexts.store(null, token), List.of(PAYLOAD));
        assertThat(stored).isNotDone();

        if (byToken) {
            token.cancel();
        }
        else {
            stored.cancel(true);
        }

        assertThat(catchThrowable(() -> Calls.end(stored))).isInstanceOf(CancellationException.class);
        assertThat(inFlight).isCancelled();
        assertThat(this.two.batches()).isEmpty();
        assertThat(token.registrations()).isZero();
        assertThat(Calls.count(this.driver)).isZero();
    }

    @Test
    void theTimeoutIncludesTheWaitForAPermit() {
        MapObjectStore store = new MapObjectStore();
        CompletableFuture<Void> hold = store.hang();
        TransferLimiter limiter = new TransferLimiter(1, Long.MAX_VALUE);
        StorageDriver busy = store.driver("busy", Long.MAX_VALUE,
                new DriverResources(new PayloadCache(0, 0), new StoredObjects(Duration.ZERO), limiter));
        CompletableFuture<?> first = busy.store(Calls.CONTEXT, List.of(SMALL));
        FallbackStorageDriver fallback = new FallbackStorageDriver("composite", List.of(busy, this.two),
                Duration.ofMillis(50), RETRY_AFTER, Ticker.systemTicker());

        assertThat(Calls.store(fallback, PAYLOAD).getClaimData()).containsOnlyKeys("two");

        await().untilAsserted(() -> assertThat(limiter.getWaiters()).isZero());
        hold.complete(null);
        Calls.end(first);
        assertThat(store.puts()).hasSize(1);
    }

    @Test
    void aDelegateThatWasRemovedIsNamed() {
        StorageDriverClaim claim = Calls.store(this.driver, PAYLOAD);

        assertThat(catchThrowable(() -> Calls.retrieve(fallback(this.two, new RecordingStorageDriver("tape")), claim)))
            .isInstanceOf(ClaimRefusedException.class)
            .hasMessageContaining("Storage driver 'composite' could not retrieve a payload: the claim names the "
                    + "delegates [one], but the driver's delegates are [two, tape]");
        assertThat(Calls.retrieve(fallback(this.two, this.one), claim)).isEqualTo(PAYLOAD);
    }

    @Test
    void aFallbackOfAMirrorRetrievesFromWhateverHasThePayload() {
        MapObjectStore s3 = new MapObjectStore();
        MapObjectStore archive = new MapObjectStore();
        FallbackStorageDriver fallback = fallback(
                CompositeTestDrivers.mirror(s3.driver("s3"), archive.driver("archive")), this.two);
        StorageDriverClaim mirrored = Calls.store(fallback, PAYLOAD);
        assertThat(mirrored.getClaimData()).containsOnlyKeys("mirror");
        assertThat(s3.contents()).hasSize(1);
        assertThat(archive.contents()).hasSize(1);

        s3.failWith(DOWN);
        StorageDriverClaim second = Calls.store(fallback, PAYLOAD);
        assertThat(second.getClaimData()).containsOnlyKeys("two");
        assertThat(Calls.retrieve(fallback, mirrored)).isEqualTo(PAYLOAD);
        assertThat(Calls.retrieve(fallback, second)).isEqualTo(PAYLOAD);
    }

}
