package io.github.claimcheck.temporal.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.spy;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.driver.StoredObjects;
import io.github.claimcheck.temporal.driver.TransferLimiter;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.store.composite.CompositeTestDrivers;
import io.github.claimcheck.temporal.testing.MapObjectStore;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The health of drivers, from their traffic, their stores and their composites. */
class StorageHealthTests {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private static final StorageDriverStoreContext CONTEXT = StorageContexts.store(StorageContexts.workflow("order-1"));

    private final ManualClock clock = new ManualClock();

    private final AtomicInteger payloads = new AtomicInteger();

    private final MapObjectStore one = new MapObjectStore();

    private final MapObjectStore two = new MapObjectStore();

    private final ContentAddressedStorageDriver first = this.one.driver("first");

    private final StorageDriver second = this.two.driver("second");

    private TransferWatch watch = new TransferWatch();

    private StorageHealth health(StorageDriver... drivers) {
        return new StorageHealth(List.of(drivers), this.watch, Duration.ofSeconds(30), Duration.ofMinutes(1),
                this.clock);
    }

    private StorageDriver fallback(Duration timeout, StorageDriver... delegates) {
        return CompositeTestDrivers.fallback("fallback", timeout, RETRY_AFTER, this.clock, delegates);
    }

    private Payload payload() {
        return Payloads.of(Payloads.bytes(1000, this.payloads.incrementAndGet()));
    }

    private StorageDriverClaim store(StorageDriver driver) {
        return driver.store(CONTEXT, List.of(payload())).join().get(0);
    }

    private void failToStore(StorageDriver driver, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(driver.store(CONTEXT, List.of(payload()))).isCompletedExceptionally();
        }
    }

    private static void retrieve(StorageDriver driver, StorageDriverClaim claim) {
        driver.retrieve(StorageContexts.retrieve(), List.of(claim)).join();
    }

    private static void failToRetrieve(StorageDriver driver, StorageDriverClaim claim, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(driver.retrieve(StorageContexts.retrieve(), List.of(claim))).isCompletedExceptionally();
        }
    }

    @Test
    void trafficTellsWithoutARequest() {
        store(this.first);

        assertThat(health(this.first).get("first")).satisfies((health) -> {
            assertThat(health.status()).isEqualTo(Status.UP);
            assertThat(health.details()).containsEntry("type", "map").containsKey("lastSuccess");
        });
        assertThat(this.one.gets()).isEmpty();
    }

    @Test
    void withoutTrafficTheStoreIsAskedForAnObjectThatCannotExist() {
        StorageHealth health = health(this.first);

        assertThat(health.get("first").status()).isEqualTo(Status.UP);
        assertThat(this.one.gets()).containsExactly("v0/d/sha256/" + "0".repeat(64));
    }

    @Test
    void whatReturnsSuchAnObjectIsNoStore() {
        this.one.contents().put("v0/d/sha256/" + "0".repeat(64), new byte[0]);

        assertThat(health(this.first).get("first")).satisfies((health) -> {
            assertThat(health.status()).isEqualTo(Status.DOWN);
            assertThat(health.details().get("message").toString()).contains("no object can have this key",
                    "Check the endpoint");
        });
    }

    @Test
    void aPayloadFromTheCacheIsNoTraffic() {
        DriverResources resources = new DriverResources(new PayloadCache(1_000_000, 1_000_000),
                new StoredObjects(Duration.ofHours(1)), TransferLimiter.unlimited());
        StorageDriver driver = this.one.driver("first", Long.MAX_VALUE, resources);
        StorageHealth health = health(driver);
        Payload payload = payload();
        StorageDriverClaim claim = driver.store(CONTEXT, List.of(payload)).join().get(0);
        this.one.failWith(Kind.UNREACHABLE);
        this.clock.pass(Duration.ofMinutes(1));

        driver.store(CONTEXT, List.of(payload)).join();
        retrieve(driver, claim);
        assertThat(this.one.puts()).hasSize(1);
        assertThat(health.get("first").status()).isEqualTo(Status.DOWN);
    }

    @Test
    void aCancelledTransferIsNoFailure() {
        StorageHealth health = health(this.first);
        StorageDriverClaim claim = store(this.first);
        this.one.hang();
        for (int i = 0; i < 5; i++) {
            this.first.store(CONTEXT, List.of(payload())).cancel(true);
            this.first.retrieve(StorageContexts.retrieve(), List.of(claim)).cancel(true);
        }
        this.one.recover();

        assertThat(health.get("first").status()).isEqualTo(Status.UP);
        this.clock.pass(Duration.ofMinutes(1));
        assertThat(health.get("first").status()).isEqualTo(Status.UP);
    }

    /** A claim may lead to what exists, and may not be read. */
    @Test
    void aForgedClaimDoesNotTurnADriverDown() {
        StorageHealth health = health(this.first);
        StorageDriverClaim claim = store(this.first);
        for (Kind kind : List.of(Kind.DENIED, Kind.DENIED_OR_MISSING, Kind.NO_BUCKET, Kind.OTHER)) {
            this.one.failWith(kind);
            failToRetrieve(this.first, claim, 5);
            this.one.recover();

            assertThat(health.get("first").status()).as(kind.name()).isEqualTo(Status.UP);
            this.clock.pass(Duration.ofMinutes(1));
            assertThat(health.get("first").status()).as(kind.name()).isEqualTo(Status.UP);
        }
    }

    @Test
    void whatMayBeAForgedClaimMakesTheStoreBeAsked() {
        StorageHealth health = health(this.first);
        StorageDriverClaim claim = store(this.first);
        this.one.failWith(Kind.DENIED);
        failToRetrieve(this.first, claim, 3);

        assertThat(health.get("first")).satisfies((asked) -> {
            assertThat(asked.status()).isEqualTo(Status.DOWN);
            assertThat(asked.details()).containsEntry("error", "StorageAccessDeniedException");
            assertThat(asked.details().get("message").toString())
                .startsWith("Storage driver 'first' could not reach its store [key=v0/d/sha256/000")
                .endsWith("Mend it");
        });
    }

    @Test
    void theStoreIsAskedWhileTransfersHang() {
        this.watch = spy(this.watch);
        doReturn(2L).when(this.watch).getOverdue("first");
        StorageHealth health = health(this.first);
        store(this.first);
        this.one.failWith(Kind.UNREACHABLE);

        assertThat(health.get("first").status()).isEqualTo(Status.DOWN);
        assertThat(health.get("first").details()).containsEntry("overdueTransfers", 2L);
    }

    @Test
    void oneSlowTransferDoesNotHideThatUploadsFail() {
        this.watch = spy(this.watch);
        doReturn(1L).when(this.watch).getOverdue("first");
        StorageHealth health = health(this.first);
        this.one.failWith(Kind.DENIED);
        failToStore(this.first, 3);
        this.one.recover();

        assertThat(health.get("first").status()).isEqualTo(Status.DOWN);
        assertThat(health.get("first").details()).containsEntry("error", "StorageAccessDeniedException")
            .containsEntry("overdueTransfers", 1L);
    }

    /** Whether they hang, or wait for those of another driver, cannot be told. */
    @Test
    void uploadsThatHangWhileTheStoreAnswersAreToldAndNotDown() {
        this.watch = spy(this.watch);
        doReturn(3L).when(this.watch).getOverdue("first");
        doReturn(List.of("store")).when(this.watch).getOverdueOperations("first");
        store(this.first);

        assertThat(health(this.first).get("first")).satisfies((health) -> {
            assertThat(health.status()).isEqualTo(Status.UP);
            assertThat(health.details()).containsEntry("overdueTransfers", 3L)
                .containsEntry("overdueOperations", List.of("store"));
        });
        assertThat(this.one.gets()).as("the store was asked").hasSize(1);
    }

    @Test
    void anAuditIsNoTraffic() {
        StorageDriverClaim claim = store(this.first);
        Instant success = this.first.getTraffic().getLastSuccess();
        this.clock.pass(Duration.ofMinutes(1));
        StorageHealth health = health(this.first);

        this.first.audit(claim).join();
        assertThat(this.first.getTraffic().getLastSuccess()).isEqualTo(success);
        this.one.contents().clear();
        this.first.audit(claim).join();
        this.one.failWith(Kind.UNREACHABLE);
        for (int i = 0; i < 3; i++) {
            this.first.audit(claim).join();
        }
        this.one.recover();

        assertThat(this.first.getTraffic().getOutcomes(Operation.RETRIEVE).lastAnswer()).isNull();
        assertThat(health.get("first").status()).isEqualTo(Status.UP);
        assertThat(this.first.getTraffic().getOutcomes(Operation.RETRIEVE).failuresInARow()).isZero();
    }

    @Test
    void anAlteredObjectIsAnAnswerAndNoSuccess() {
        StorageDriverClaim claim = store(this.first);
        Instant success = this.first.getTraffic().getLastSuccess();
        this.one.damageNext(2);
        failToRetrieve(this.first, claim, 1);

        assertThat(this.first.getTraffic().getLastSuccess()).isEqualTo(success);
        assertThat(this.first.getTraffic().getOutcomes(Operation.RETRIEVE).lastAnswer()).isNotNull();
        assertThat(health(this.first).get("first").status()).isEqualTo(Status.UP);
    }

    @Test
    void aStoreWithoutAPlaceForNothingCannotBeAsked() {
        this.one.refuseUnder(1);

        assertThat(health(this.first).get("first")).satisfies((health) -> {
            assertThat(health.status()).isEqualTo(Status.UNKNOWN);
            assertThat(health.details().get("reason").toString()).contains("no place for this tenant");
        });
    }

    @Test
    void namesWithSlashesAreContributorsWithout() {
        assertThat(health(this.one.driver("a/b"), this.one.driver("a:b"), this.first).getContributors())
            .containsExactly(Map.entry("a:b", "a/b"), Map.entry("a:b:", "a:b"), Map.entry("first", "first"));
        assertThat(health(this.one.driver("a/b")).get("a/b").status()).isEqualTo(Status.UP);
    }

    @Test
    void allStoresAreAskedAtOnce() {
        CompletableFuture<Void> answer = this.one.hang();
        this.two.hang().whenComplete((ended, failure) -> answer.complete(null));
        StorageHealth health = health(this.first, this.second);
        CompletableFuture<DriverHealth> asked = CompletableFuture.supplyAsync(() -> health.get("first"));

        org.awaitility.Awaitility.await().until(() -> this.two.gets().size() == 1);
        answer.complete(null);
        assertThat(asked.join().status()).isEqualTo(Status.UP);
    }

    @Nested
    class OfTheApplicationsOwnDriver {

        private final RecordingStorageDriver recording = new RecordingStorageDriver("own");

        private final StorageDriver watched = StorageHealthTests.this.watch.watch(this.recording);

        private final StorageHealth health = health(this.watched);

        private DriverHealth get() {
            return this.health.get("own");
        }

        @Test
        void isUnknownWithoutTraffic() {
            assertThat(get().status()).isEqualTo(Status.UNKNOWN);
            assertThat(get().details()).containsEntry("type", "recording").containsKey("reason");
        }

        @Test
        void isWhatItsCallsSay() {
            store(this.watched);
            assertThat(get().status()).isEqualTo(Status.UP);

            this.recording.failWith(new IllegalStateException("closed"));
            failToStore(this.watched, 3);
            assertThat(get().status()).isEqualTo(Status.DOWN);
            assertThat(get().details()).containsEntry("error", "IllegalStateException");

            this.recording.recover();
            store(this.watched);
            assertThat(get().status()).isEqualTo(Status.UP);
        }

        @Test
        void isNotDownForAForgedClaim() {
            StorageDriverClaim forged = new StorageDriverClaim(Map.of("index", "of refraction"));
            failToRetrieve(this.watched, forged, 5);
            assertThat(get().status()).isEqualTo(Status.UNKNOWN);

            store(this.watched);
            failToRetrieve(this.watched, forged, 5);
            assertThat(get().status()).isEqualTo(Status.UP);
        }

        @Test
        void isOutOfServiceWhileAnotherServes() {
            StorageDriver fallback = fallback(Duration.ofMinutes(1), this.watched, StorageHealthTests.this.second);
            StorageHealth all = health(fallback, this.recording, StorageHealthTests.this.second);
            this.recording.failWith(new IllegalStateException("closed"));
            store(fallback);

            assertThat(all.get("own").status()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(all.get("fallback").status()).isEqualTo(Status.UP);
        }

    }

    @Nested
    class OfAFallback {

        private final StorageDriver fallback = fallback(Duration.ofMinutes(1), StorageHealthTests.this.first,
                StorageHealthTests.this.second);

        private final StorageHealth health = health(this.fallback, StorageHealthTests.this.first,
                StorageHealthTests.this.second);

        private Status status(String name) {
            return this.health.get(name).status();
        }

        @Test
        void aDelegateIsOutOfServiceFromItsFirstFailureOn() {
            store(this.fallback);
            assertThat(status("first")).isEqualTo(Status.UP);
            StorageHealthTests.this.one.failWith(Kind.UNREACHABLE);
            store(this.fallback);

            assertThat(this.health.get("first")).satisfies((first) -> {
                assertThat(first.status()).isEqualTo(Status.OUT_OF_SERVICE);
                assertThat(first.details()).containsEntry("passedOverBy", "fallback")
                    .containsEntry("error", "StorageUnreachableException");
                assertThat(first.details().get("message").toString()).endsWith("Mend it");
            });
            assertThat(status("second")).isEqualTo(Status.UP);
            assertThat(this.health.get("fallback")).satisfies((fallback) -> {
                assertThat(fallback.status()).isEqualTo(Status.UP);
                assertThat(fallback.details()).containsEntry("delegates",
                        Map.of("first", "OUT_OF_SERVICE", "second", "UP"));
            });
        }

        @Test
        void aDelegateIsUpAgainOnceItServes() {
            StorageHealthTests.this.one.failWith(Kind.UNREACHABLE);
            store(this.fallback);
            StorageHealthTests.this.one.recover();
            assertThat(status("first")).isEqualTo(Status.OUT_OF_SERVICE);

            StorageHealthTests.this.clock.pass(RETRY_AFTER);
            store(this.fallback);
            assertThat(status("first")).isEqualTo(Status.UP);
        }

        @Test
        void anIdleDelegateIsUpAgainOnceItsStoreAnswers() {
            StorageHealthTests.this.one.failWith(Kind.UNREACHABLE);
            store(this.fallback);
            StorageHealthTests.this.clock.pass(Duration.ofMinutes(1));
            assertThat(status("first")).isEqualTo(Status.OUT_OF_SERVICE);

            StorageHealthTests.this.one.recover();
            StorageHealthTests.this.clock.pass(Duration.ofMinutes(1));
            assertThat(status("first")).isEqualTo(Status.UP);
        }

        @Test
        void aDelegateThatHangsIsOutOfService() {
            StorageDriver impatient = fallback(Duration.ofMillis(50), StorageHealthTests.this.first,
                    StorageHealthTests.this.second);
            StorageHealth all = health(impatient, StorageHealthTests.this.first, StorageHealthTests.this.second);
            store(impatient);
            StorageHealthTests.this.one.hangUploads();
            store(impatient);

            assertThat(all.get("first").status()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(all.get("first").details()).containsEntry("error", "StorageTimeoutException");
            assertThat(all.get("fallback").status()).isEqualTo(Status.UP);
        }

        @Test
        void isDownWithAllItsDelegates() {
            StorageHealthTests.this.one.failWith(Kind.UNREACHABLE);
            StorageHealthTests.this.two.failWith(Kind.UNREACHABLE);
            failToStore(this.fallback, 1);

            assertThat(List.of(status("first"), status("second"), status("fallback"))).containsOnly(Status.DOWN);
            assertThat(this.health.get("fallback").details()).containsEntry("error", "StorageUnreachableException");
        }

        @Test
        void aPayloadThatADelegateRefusesPassesNothingOver() {
            StorageDriver limited = StorageHealthTests.this.one.driver("limited", 10, DriverResources.none());
            StorageDriver refused = fallback(Duration.ofMinutes(1), limited, StorageHealthTests.this.second);
            store(refused);

            assertThat(health(refused, limited, StorageHealthTests.this.second).get("limited").status())
                .isEqualTo(Status.UP);
        }

        @Test
        void aDriverCanBeADelegateAndStoreByItself() {
            StorageHealthTests.this.one.failWith(Kind.UNREACHABLE);
            failToStore(StorageHealthTests.this.first, 1);
            // Nobody serves in place of a driver that a workflow type is routed to.
            assertThat(status("first")).isEqualTo(Status.DOWN);

            store(this.fallback);
            assertThat(status("first")).isEqualTo(Status.OUT_OF_SERVICE);
        }

        @Test
        void canBeADelegateItself() {
            RecordingStorageDriver last = new RecordingStorageDriver("last");
            StorageDriver outer = CompositeTestDrivers.fallback("outer", Duration.ofMinutes(1), RETRY_AFTER,
                    StorageHealthTests.this.clock, this.fallback, last);
            StorageHealth all = health(outer, this.fallback, StorageHealthTests.this.first,
                    StorageHealthTests.this.second, last);
            StorageHealthTests.this.one.failWith(Kind.UNREACHABLE);
            store(outer);
            assertThat(all.get("first").status()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(all.get("fallback").status()).isEqualTo(Status.UP);

            StorageHealthTests.this.two.failWith(Kind.UNREACHABLE);
            StorageHealthTests.this.clock.pass(Duration.ofMinutes(1));
            store(outer);
            assertThat(all.get("fallback").status()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(all.get("outer").status()).isNotEqualTo(Status.DOWN);
        }

    }

    @Nested
    class OfAMirror {

        private final StorageDriver mirror = CompositeTestDrivers.mirror("mirror", RETRY_AFTER,
                (Ticker) StorageHealthTests.this.clock, StorageHealthTests.this.first, StorageHealthTests.this.second);

        private final StorageHealth health = health(this.mirror, StorageHealthTests.this.first,
                StorageHealthTests.this.second);

        private Status status(String name) {
            return this.health.get(name).status();
        }

        @Test
        void isDownWithOneDelegate() {
            store(this.mirror);
            assertThat(status("mirror")).isEqualTo(Status.UP);
            StorageHealthTests.this.one.failWith(Kind.UNREACHABLE);
            failToStore(this.mirror, 3);

            assertThat(status("mirror")).isEqualTo(Status.DOWN);
            assertThat(status("first")).isEqualTo(Status.DOWN);
            assertThat(status("second")).isEqualTo(Status.UP);
        }

        @Test
        void aDelegateThatDoesNotRetrieveIsOutOfService() {
            StorageDriverClaim claim = store(this.mirror);
            StorageHealthTests.this.one.failWith(Kind.UNREACHABLE);
            retrieve(this.mirror, claim);

            assertThat(status("first")).isEqualTo(Status.OUT_OF_SERVICE);
        }

        /** A claim may lead to what the credentials may not read, or elsewhere. */
        @ParameterizedTest
        @EnumSource(value = Kind.class, names = { "DENIED", "NO_BUCKET", "OTHER" })
        void oneReadThatAClaimMayHaveFailedTakesNoDelegateOutOfService(Kind kind) {
            StorageDriverClaim claim = store(this.mirror);
            StorageHealthTests.this.one.failWith(kind);
            retrieve(this.mirror, claim);
            StorageHealthTests.this.one.recover();

            assertThat(status("first")).isEqualTo(Status.UP);
            assertThat(status("mirror")).isEqualTo(Status.UP);
        }

        @ParameterizedTest
        @EnumSource(value = Kind.class, names = { "DENIED", "NO_BUCKET", "OTHER" })
        void aStoreThatSaysTheSameWhenItIsAskedIsOutOfService(Kind kind) {
            StorageDriverClaim claim = store(this.mirror);
            StorageHealthTests.this.one.failWith(kind);
            retrieve(this.mirror, claim);

            assertThat(this.health.get("first")).satisfies((first) -> {
                assertThat(first.status()).isEqualTo(Status.OUT_OF_SERVICE);
                assertThat(first.details()).containsEntry("passedOverBy", "mirror").containsKey("lastFailure");
            });
        }

        /** Without the permission to list, S3 says so of every missing object. */
        @Test
        void aForgedClaimToAMissingObjectTakesNoDelegateOutOfService() {
            StorageDriverClaim claim = store(this.mirror);
            StorageHealthTests.this.one.failWith(Kind.DENIED_OR_MISSING);
            retrieve(this.mirror, claim);

            assertThat(status("first")).isEqualTo(Status.UP);
            assertThat(status("mirror")).isEqualTo(Status.UP);
        }

    }

}
