package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The uploads that a process saves, and those that it must not. */
class StoredObjectsTests extends SavedTransfers {

    @Test
    void uploadsOnceForARun() {
        StorageDriverClaim claim = store(RUN, PAYLOAD);

        assertThat(store(RUN, PAYLOAD)).isEqualTo(claim);
        assertThat(transfers()).isEqualTo(1);
    }

    @Test
    void uploadsNothingThatTheRunRetrieved() {
        StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
        retrieve(claim);

        assertThat(store(RUN, PAYLOAD)).isEqualTo(claim);
        assertThat(transfers()).isEqualTo(2);
    }

    @Test
    void uploadsOnceForAStandaloneActivity() {
        StorageDriverTargetInfo activity = new StorageDriverActivityInfo("default", "a", "run", "Charge");
        store(activity, PAYLOAD);
        store(activity, PAYLOAD);

        assertThat(transfers()).isEqualTo(1);
    }

    @Test
    void needsNoCache() {
        ContentAddressedStorageDriver uncached = uncached();
        uncached.store(context(RUN), List.of(PAYLOAD)).join();
        uncached.store(context(RUN), List.of(PAYLOAD)).join();

        assertThat(transfers()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("targetsWithoutARunOfTheirOwn")
    void uploadsWhatBelongsToNoRun(StorageDriverTargetInfo target) {
        StorageDriverClaim claim = store(target, PAYLOAD);
        retrieve(claim);
        store(target, PAYLOAD);

        assertThat(transfers()).isEqualTo(2);
    }

    static Stream<StorageDriverTargetInfo> otherRuns() {
        return Stream.of(new StorageDriverWorkflowInfo("default", "order-1", "other", "ChargeWorkflow"),
                new StorageDriverWorkflowInfo("other", "order-1", "3f1d6c7a-8b2e-4f7a-9d0a-87a6f95e4d31",
                        "ChargeWorkflow"),
                StorageContexts.workflow("order-2"));
    }

    @ParameterizedTest
    @MethodSource("otherRuns")
    void uploadsForAnotherRun(StorageDriverTargetInfo target) {
        store(RUN, PAYLOAD);
        store(target, PAYLOAD);

        assertThat(transfers()).isEqualTo(2);
    }

    @Test
    void uploadsAgainAfterAFailure() {
        this.objects.failAtOnce.put(0, new IOException("disk full"));
        assertThatThrownBy(() -> store(RUN, PAYLOAD)).hasMessageContaining("disk full");

        store(RUN, PAYLOAD);

        assertThat(this.objects.contents).hasSize(1);
    }

    @Test
    void uploadsAgainAfterACancellation() {
        manually();
        begin(RUN, PAYLOAD).cancel(true);
        CompletableFuture<List<StorageDriverClaim>> second = begin(RUN, PAYLOAD);
        assertThat(transfers()).isEqualTo(2);

        this.objects.finish(1);

        assertThat(second).isCompleted();
    }

    @Test
    void forgetsAfterTheAssumedTime() {
        store(RUN, PAYLOAD);
        this.time.addAndGet(ASSUME_STORED_FOR.toNanos() - 1);
        store(RUN, PAYLOAD);
        assertThat(transfers()).isEqualTo(1);

        this.time.incrementAndGet();
        this.objects.contents.clear();
        store(RUN, PAYLOAD);

        assertThat(this.objects.contents).hasSize(1);
    }

    private ContentAddressedStorageDriver uncached() {
        return driver(new DriverResources(new PayloadCache(0, 0), new StoredObjects(ASSUME_STORED_FOR),
                TransferLimiter.unlimited()));
    }

    @Test
    void forgetsAMissingObject() {
        forgets(() -> this.objects.contents.clear(), ObjectNotFoundException.class);
    }

    @Test
    void forgetsWhatIsAltered() {
        forgets(() -> this.objects.contents.replaceAll((key, content) -> new byte[10]),
                PayloadIntegrityException.class);
    }

    private void forgets(Runnable damage, Class<? extends Exception> failure) {
        ContentAddressedStorageDriver uncached = uncached();
        StorageDriverClaim claim = uncached.store(context(RUN), List.of(PAYLOAD)).join().get(0);
        damage.run();
        assertThatThrownBy(() -> uncached.retrieve(StorageContexts.retrieve(), List.of(claim)).join())
            .hasCauseInstanceOf(failure);

        uncached.store(context(RUN), List.of(PAYLOAD)).join();

        assertThat(uncached.retrieve(StorageContexts.retrieve(), List.of(claim)).join()).containsExactly(PAYLOAD);
    }

    @Test
    void knowsHistoryClaimsOfTypeScript() {
        StorageDriverClaim inHistory = store(BEFORE_THE_RUN, PAYLOAD);
        recordHistoryClaim(RUN_ID, inTypeScript(inHistory));

        assertThat(store(RUN, PAYLOAD)).isEqualTo(inHistory);
        assertThat(transfers()).isEqualTo(1);
    }

    @Test
    void knowsHistoryClaims() {
        StorageDriverClaim inHistory = store(BEFORE_THE_RUN, PAYLOAD);
        recordHistoryClaim(RUN_ID, inHistory);

        assertThat(store(RUN, PAYLOAD)).isEqualTo(inHistory);
        assertThat(store(new StorageDriverWorkflowInfo("default", "order-1", "other", "ChargeWorkflow"), PAYLOAD))
            .isNotEqualTo(inHistory);
        assertThat(transfers()).isEqualTo(2);
    }

    /** Its result may go to a history that is kept for longer than the run's objects. */
    @Test
    void uploadsForARunWithCallbacks() {
        StorageDriverClaim inHistory = store(BEFORE_THE_RUN, PAYLOAD);
        recordHistoryClaim(RUN_ID, inHistory);
        this.resources.storedObjects().addTask(RUN_ID, true);
        this.resources.storedObjects().addTask(RUN_ID, false);

        StorageDriverClaim claim = store(RUN, PAYLOAD);
        assertThat(claim).isNotEqualTo(inHistory);
        assertThat(store(RUN, PAYLOAD)).isEqualTo(claim);
        assertThat(transfers()).isEqualTo(3);
    }

    @Test
    void remembersARunWithCallbacksForAsLongAsItHasTasks() {
        StoredObjects stored = this.resources.storedObjects();
        stored.addTask(RUN_ID, true);
        for (int i = 0; i < 20_000; i++) {
            stored.addTask("run-" + i, true);
            this.time.addAndGet(Duration.ofSeconds(2).toNanos());
            if (i % 9_000 == 0) {
                stored.addTask(RUN_ID, false);
            }
        }
        this.time.addAndGet(Duration.ofDays(3650).toNanos());
        store(RUN, PAYLOAD);
        store(RUN, PAYLOAD);

        assertThat(transfers()).isEqualTo(2);
    }

    @Test
    void believesHistoryClaimsOnceRetrieved() {
        StorageDriverClaim inHistory = driverOfAnotherProcess().store(context(BEFORE_THE_RUN), List.of(PAYLOAD))
            .join()
            .get(0);
        recordHistoryClaim(RUN_ID, inHistory);
        assertThat(store(RUN, PAYLOAD)).isNotEqualTo(inHistory);
        Payload other = Payloads.of(Payloads.bytes(KILOBYTE, 7));
        StorageDriverClaim second = driverOfAnotherProcess().store(context(BEFORE_THE_RUN), List.of(other))
            .join()
            .get(0);
        recordHistoryClaim(RUN_ID, second);
        retrieve(second);

        assertThat(store(RUN, other)).isEqualTo(second);
    }

    @ParameterizedTest
    @ValueSource(strings = { "shelf", "another" })
    void ignoresHistoryClaimsOnOtherPlaces(String entry) {
        Map<String, String> foreign = new HashMap<>(store(BEFORE_THE_RUN, PAYLOAD).getClaimData());
        foreign.merge(entry, "other", String::concat);
        StorageDriverClaim inHistory = new StorageDriverClaim(foreign);
        retrieve(inHistory);
        recordHistoryClaim(RUN_ID, inHistory);

        assertThat(store(RUN, PAYLOAD)).isNotEqualTo(inHistory);
    }

    @Test
    void ignoresHistoryClaimsOfOtherDrivers() {
        StorageDriverClaim inHistory = store(BEFORE_THE_RUN, PAYLOAD);
        this.resources.storedObjects().addHistoryClaim(RUN_ID, "another driver", inHistory);

        assertThat(store(RUN, PAYLOAD)).isNotEqualTo(inHistory);
    }

    @Test
    void uploadsWhereAnObjectHadAnotherDigest() {
        StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
        Payload poison = Payloads.of(Payloads.bytes(10 * KILOBYTE, 2));
        this.objects.contents.put(claim.getClaimData().get("key"), poison.toByteArray());
        Map<String, String> forged = new HashMap<>(claim.getClaimData());
        forged.put("hash_value", Payloads.sha256(poison.toByteArray()));
        assertThatThrownBy(() -> retrieve(new StorageDriverClaim(forged)))
            .hasCauseInstanceOf(ClaimRefusedException.class);

        assertThat(store(RUN, PAYLOAD)).isEqualTo(claim);

        assertThat(this.objects.contents.get(claim.getClaimData().get("key"))).isEqualTo(PAYLOAD.toByteArray());
        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
    }

}
