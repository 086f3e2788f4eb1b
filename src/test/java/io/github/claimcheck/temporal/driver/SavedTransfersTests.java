package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The transfers that a driver leaves out, because it has the payload, or the store has
 * the object.
 */
class SavedTransfersTests {

    private static final int KILOBYTE = 1024;

    private static final Duration ASSUME_STORED_FOR = Duration.ofHours(1);

    private static final StorageDriverTargetInfo RUN = StorageContexts.workflow("order-1");

    private static final String RUN_ID = ((StorageDriverWorkflowInfo) RUN).getRunId();

    private static final StorageDriverTargetInfo BEFORE_THE_RUN = new StorageDriverWorkflowInfo("default", "order-1",
            null, "ChargeWorkflow");

    private static final Payload PAYLOAD = Payloads.of(Payloads.bytes(10 * KILOBYTE, 1));

    private final AtomicLong time = new AtomicLong();

    private final DriverResources resources = new DriverResources(new PayloadCache(100 * KILOBYTE, 50 * KILOBYTE),
            new StoredObjects(ASSUME_STORED_FOR, this.time::get), TransferLimiter.unlimited());

    private final ManualObjectStore objects = new ManualObjectStore();

    private final ContentAddressedStorageDriver driver = driver(this.resources);

    private ContentAddressedStorageDriver driver(DriverResources resources) {
        return new ContentAddressedStorageDriver("archive", "manual", Long.MAX_VALUE, "max-payload-size", this.objects,
                resources);
    }

    private ContentAddressedStorageDriver driverOfAnotherProcess() {
        return driver(DriverResources.none());
    }

    @Nested
    class Downloads {

        @Test
        void ofWhatThisProcessHasStoredAreLeftOut() {
            StorageDriverClaim claim = store(RUN, PAYLOAD);

            assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
            assertThat(transfers()).isEqualTo(1);
        }

        @Test
        void ofWhatThisProcessHasRetrievedAreLeftOut() {
            StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);

            assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
            assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
            assertThat(transfers()).isEqualTo(2);
        }

        @Test
        void atTheSameTimeAreOne() {
            StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
            manually();
            CompletableFuture<List<Payload>> first = begin(claim);
            CompletableFuture<List<Payload>> second = begin(claim);
            CompletableFuture<List<Payload>> twice = SavedTransfersTests.this.driver
                .retrieve(StorageContexts.retrieve(), List.of(claim, claim));
            assertThat(transfers()).isEqualTo(1);

            SavedTransfersTests.this.objects.finish(0);

            assertThat(first.join()).containsExactly(PAYLOAD);
            assertThat(second.join()).containsExactly(PAYLOAD);
            assertThat(twice.join()).containsExactly(PAYLOAD, PAYLOAD);
        }

        @Test
        void goOnUntilNobodyWaitsForThem() {
            StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
            manually();
            CompletableFuture<List<Payload>> first = begin(claim);
            CompletableFuture<List<Payload>> second = begin(claim);

            first.cancel(true);
            assertThat(SavedTransfersTests.this.objects.transfers.get(0)).isNotDone();
            second.cancel(true);
            assertThat(SavedTransfersTests.this.objects.transfers.get(0)).isCancelled();

            CompletableFuture<List<Payload>> third = begin(claim);
            assertThat(transfers()).isEqualTo(2);
            SavedTransfersTests.this.objects.finish(1);
            assertThat(third.join()).containsExactly(PAYLOAD);
        }

        @Test
        void thatFailLeaveNothingBehind() {
            StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
            SavedTransfersTests.this.objects.failAtOnce.put(1, new IOException("cut"));

            assertThatThrownBy(() -> retrieve(claim)).hasMessageContaining("cut");
            assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        }

        @ParameterizedTest
        @ValueSource(strings = { "shelf", "key", "hash_value", "another" })
        void forAClaimThatDiffersAnywhereAreNotLeftOut(String entry) {
            Map<String, String> other = new HashMap<>(store(RUN, PAYLOAD).getClaimData());
            other.merge(entry, "other", String::concat);

            begin(new StorageDriverClaim(other));

            assertThat(transfers()).isEqualTo(2);
        }

        @Test
        void areLeftOutHoweverAClaimNamesTheHash() {
            StorageDriverClaim claim = store(RUN, PAYLOAD);
            Map<String, String> both = new HashMap<>(claim.getClaimData());
            both.putAll(inTypeScript(claim).getClaimData());

            assertThat(retrieve(new StorageDriverClaim(both))).isEqualTo(PAYLOAD);
            assertThat(retrieve(inTypeScript(claim))).isEqualTo(PAYLOAD);
            assertThat(transfers()).isEqualTo(1);
        }

        @Test
        void ofAnotherDriverAreNotLeftOut() {
            StorageDriverClaim claim = store(RUN, PAYLOAD);

            driver(SavedTransfersTests.this.resources).retrieve(StorageContexts.retrieve(), List.of(claim)).join();

            assertThat(transfers()).isEqualTo(2);
        }

        @Test
        void ofAlteredObjectsAreRefusedAndNotKept() {
            StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
            String key = claim.getClaimData().get("key");
            byte[] original = SavedTransfersTests.this.objects.contents.put(key,
                    Payloads.of(Payloads.bytes(10 * KILOBYTE, 2)).toByteArray());
            assertThatThrownBy(() -> retrieve(claim)).hasCauseInstanceOf(PayloadIntegrityException.class);

            SavedTransfersTests.this.objects.contents.put(key, original);
            assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        }

        @Test
        void ofWhatIsTooLargeToKeepAreNotLeftOut() {
            Payload large = Payloads.of(Payloads.bytes(60 * KILOBYTE, 1));

            assertThat(retrieve(store(RUN, large))).isEqualTo(large);

            assertThat(transfers()).isEqualTo(2);
        }

        @Test
        void areLeftOutForWhatWasUsedLastWhenNotAllFits() {
            List<StorageDriverClaim> claims = Stream.iterate(0, (i) -> i + 1)
                .limit(20)
                .map((i) -> store(RUN, Payloads.of(Payloads.bytes(10 * KILOBYTE, i))))
                .toList();

            claims.subList(12, 20).forEach(SavedTransfersTests.this::retrieve);
            assertThat(transfers()).isEqualTo(20);
            claims.subList(0, 10).forEach(SavedTransfersTests.this::retrieve);
            assertThat(transfers()).isEqualTo(30);
        }

        @Test
        void changeNothingOfPayloadsAndClaims() {
            ContentAddressedStorageDriver plain = driverOfAnotherProcess();
            StorageDriverClaim claim = store(RUN, PAYLOAD);

            assertThat(plain.store(context(RUN), List.of(PAYLOAD)).join()).containsExactly(claim);
            assertThat(store(RUN, PAYLOAD)).isEqualTo(claim);
            assertThat(plain.retrieve(StorageContexts.retrieve(), List.of(claim)).join().get(0).toByteArray())
                .isEqualTo(retrieve(claim).toByteArray())
                .isEqualTo(PAYLOAD.toByteArray());
        }

    }

    @Nested
    class Uploads {

        @Test
        void ofWhatThisProcessHasStoredForTheRunAreLeftOut() {
            StorageDriverClaim claim = store(RUN, PAYLOAD);

            assertThat(store(RUN, PAYLOAD)).isEqualTo(claim);
            assertThat(transfers()).isEqualTo(1);
        }

        @Test
        void ofWhatThisProcessHasRetrievedFromTheRunAreLeftOut() {
            StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
            retrieve(claim);

            assertThat(store(RUN, PAYLOAD)).isEqualTo(claim);
            assertThat(transfers()).isEqualTo(2);
        }

        @Test
        void ofWhatThisProcessHasStoredForTheRunOfAStandaloneActivityAreLeftOut() {
            StorageDriverTargetInfo activity = new StorageDriverActivityInfo("default", "a", "run", "Charge");
            store(activity, PAYLOAD);
            store(activity, PAYLOAD);

            assertThat(transfers()).isEqualTo(1);
        }

        @Test
        void areLeftOutWhereTheCacheIsOff() {
            ContentAddressedStorageDriver uncached = driver(new DriverResources(new PayloadCache(0, 0),
                    new StoredObjects(ASSUME_STORED_FOR), TransferLimiter.unlimited()));
            uncached.store(context(RUN), List.of(PAYLOAD)).join();
            uncached.store(context(RUN), List.of(PAYLOAD)).join();

            assertThat(transfers()).isEqualTo(1);
        }

        static Stream<StorageDriverTargetInfo> targetsWithoutARunOfTheirOwn() {
            return Stream.of(null, new StorageDriverWorkflowInfo("default", "order-1", null, "ChargeWorkflow"),
                    new StorageDriverWorkflowInfo("default", "order-1", "", "ChargeWorkflow"),
                    new StorageDriverWorkflowInfo("default", "order-1", null, null),
                    // A child's result: the run is its parent's.
                    new StorageDriverWorkflowInfo("default", "order-1", "run", null),
                    new StorageDriverActivityInfo("default", "a", null, "Charge"),
                    // Too long a key for its run.
                    new StorageDriverWorkflowInfo("default", "x".repeat(1024), "run", "ChargeWorkflow"));
        }

        @ParameterizedTest
        @MethodSource("targetsWithoutARunOfTheirOwn")
        void forWhatGoesToNoRunsOwnHistoryAreNotLeftOut(StorageDriverTargetInfo target) {
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
        void forAnotherRunAreNotLeftOut(StorageDriverTargetInfo target) {
            store(RUN, PAYLOAD);
            store(target, PAYLOAD);

            assertThat(transfers()).isEqualTo(2);
        }

        @Test
        void thatFailedAreNotLeftOutTheNextTime() {
            SavedTransfersTests.this.objects.failAtOnce.put(0, new IOException("disk full"));
            assertThatThrownBy(() -> store(RUN, PAYLOAD)).hasMessageContaining("disk full");

            store(RUN, PAYLOAD);

            assertThat(SavedTransfersTests.this.objects.contents).hasSize(1);
        }

        @Test
        void thatWereCancelledAreNotLeftOutTheNextTime() {
            manually();
            begin(RUN, PAYLOAD).cancel(true);
            CompletableFuture<List<StorageDriverClaim>> second = begin(RUN, PAYLOAD);
            assertThat(transfers()).isEqualTo(2);

            SavedTransfersTests.this.objects.finish(1);

            assertThat(second).isCompleted();
        }

        @Test
        void atTheSameTimeAreOneWhateverTheyBelongTo() {
            for (StorageDriverTargetInfo target : targetsWithoutARunOfTheirOwn().toList()) {
                SavedTransfersTests.this.objects.transfers.clear();
                manually();
                CompletableFuture<List<StorageDriverClaim>> first = begin(target, PAYLOAD);
                CompletableFuture<List<StorageDriverClaim>> second = begin(target, PAYLOAD);
                assertThat(transfers()).isEqualTo(1);
                first.cancel(true);
                assertThat(second).isNotDone();

                SavedTransfersTests.this.objects.finish(0);

                assertThat(second.join()).hasSize(1);
            }
        }

        @Test
        void atTheSameTimeFailTogether() {
            manually();
            CompletableFuture<List<StorageDriverClaim>> first = begin(RUN, PAYLOAD);
            CompletableFuture<List<StorageDriverClaim>> second = begin(RUN, PAYLOAD);

            SavedTransfersTests.this.objects.transfers.get(0).completeExceptionally(new IOException("disk full"));

            assertThatThrownBy(first::join).hasCauseInstanceOf(StorageDriverException.class);
            assertThatThrownBy(second::join).hasCauseInstanceOf(StorageDriverException.class);
        }

        @Test
        void areNotLeftOutOnceWhatIsKnownIsTooOld() {
            store(RUN, PAYLOAD);
            SavedTransfersTests.this.time.addAndGet(ASSUME_STORED_FOR.toNanos() - 1);
            store(RUN, PAYLOAD);
            assertThat(transfers()).isEqualTo(1);

            SavedTransfersTests.this.time.incrementAndGet();
            SavedTransfersTests.this.objects.contents.clear();
            store(RUN, PAYLOAD);

            assertThat(SavedTransfersTests.this.objects.contents).hasSize(1);
        }

        @Test
        void areNotLeftOutOnceTheObjectWasFoundToBeGone() {
            Payload large = Payloads.of(Payloads.bytes(60 * KILOBYTE, 1));
            StorageDriverClaim claim = store(RUN, large);
            SavedTransfersTests.this.objects.contents.clear();
            assertThatThrownBy(() -> retrieve(claim)).hasCauseInstanceOf(ObjectNotFoundException.class);

            store(RUN, large);

            assertThat(retrieve(claim)).isEqualTo(large);
        }

        @Test
        void areNotLeftOutOnceTheObjectWasFoundToBeAltered() {
            Payload large = Payloads.of(Payloads.bytes(60 * KILOBYTE, 1));
            StorageDriverClaim claim = store(RUN, large);
            SavedTransfersTests.this.objects.contents.replaceAll((key, content) -> PAYLOAD.toByteArray());
            assertThatThrownBy(() -> retrieve(claim)).hasCauseInstanceOf(PayloadIntegrityException.class);

            store(RUN, large);

            assertThat(retrieve(claim)).isEqualTo(large);
        }

        @Test
        void ofWhatTheRunWasGivenByTypeScriptAreLeftOut() {
            StorageDriverClaim given = store(BEFORE_THE_RUN, PAYLOAD);
            note(RUN_ID, inTypeScript(given));

            assertThat(store(RUN, PAYLOAD)).isEqualTo(given);
            assertThat(transfers()).isEqualTo(1);
        }

        @Test
        void ofWhatTheRunWasGivenAreLeftOut() {
            StorageDriverClaim given = store(BEFORE_THE_RUN, PAYLOAD);
            note(RUN_ID, given);

            assertThat(store(RUN, PAYLOAD)).isEqualTo(given);
            assertThat(store(new StorageDriverWorkflowInfo("default", "order-1", "other", "ChargeWorkflow"), PAYLOAD))
                .isNotEqualTo(given);
            assertThat(transfers()).isEqualTo(2);
        }

        @Test
        void ofWhatTheRunWasGivenAreLeftOutOnceItWasRetrieved() {
            StorageDriverClaim given = driverOfAnotherProcess().store(context(BEFORE_THE_RUN), List.of(PAYLOAD))
                .join()
                .get(0);
            note(RUN_ID, given);
            assertThat(store(RUN, PAYLOAD)).isNotEqualTo(given);
            Payload other = Payloads.of(Payloads.bytes(KILOBYTE, 7));
            StorageDriverClaim second = driverOfAnotherProcess().store(context(BEFORE_THE_RUN), List.of(other))
                .join()
                .get(0);
            note(RUN_ID, second);
            retrieve(second);

            assertThat(store(RUN, other)).isEqualTo(second);
        }

        @ParameterizedTest
        @ValueSource(strings = { "shelf", "another" })
        void ofWhatTheRunWasGivenInAnotherPlaceAreNotLeftOut(String entry) {
            Map<String, String> foreign = new HashMap<>(store(BEFORE_THE_RUN, PAYLOAD).getClaimData());
            foreign.merge(entry, "other", String::concat);
            StorageDriverClaim given = new StorageDriverClaim(foreign);
            retrieve(given);
            note(RUN_ID, given);

            assertThat(store(RUN, PAYLOAD)).isNotEqualTo(given);
        }

        @Test
        void ofWhatAnotherDriverGaveTheRunAreNotLeftOut() {
            StorageDriverClaim given = store(BEFORE_THE_RUN, PAYLOAD);
            SavedTransfersTests.this.resources.storedObjects().addHistoryClaim(RUN_ID, "another driver", given);

            assertThat(store(RUN, PAYLOAD)).isNotEqualTo(given);
        }

        @Test
        void toAPlaceWhoseObjectHadAnotherDigestAreNotLeftOut() {
            StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
            Payload poison = Payloads.of(Payloads.bytes(10 * KILOBYTE, 2));
            SavedTransfersTests.this.objects.contents.put(claim.getClaimData().get("key"), poison.toByteArray());
            Map<String, String> forged = new HashMap<>(claim.getClaimData());
            forged.put("hash_value", Payloads.sha256(poison.toByteArray()));
            assertThat(retrieve(new StorageDriverClaim(forged))).isEqualTo(poison);

            assertThat(store(RUN, PAYLOAD)).isEqualTo(claim);

            assertThat(SavedTransfersTests.this.objects.contents.get(claim.getClaimData().get("key")))
                .isEqualTo(PAYLOAD.toByteArray());
            assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        }

    }

    private void note(String runId, StorageDriverClaim claim) {
        this.resources.storedObjects().addHistoryClaim(runId, this.driver.getName(), claim);
    }

    private void manually() {
        this.objects.automatic = false;
        this.objects.transfers.clear();
        this.objects.endings.clear();
    }

    private int transfers() {
        return this.objects.transfers.size();
    }

    private static StorageDriverStoreContext context(StorageDriverTargetInfo target) {
        return StorageContexts.store(target);
    }

    private CompletableFuture<List<StorageDriverClaim>> begin(StorageDriverTargetInfo target, Payload payload) {
        return this.driver.store(context(target), List.of(payload));
    }

    private StorageDriverClaim store(StorageDriverTargetInfo target, Payload payload) {
        return begin(target, payload).join().get(0);
    }

    private CompletableFuture<List<Payload>> begin(StorageDriverClaim claim) {
        return this.driver.retrieve(StorageContexts.retrieve(), List.of(claim));
    }

    private Payload retrieve(StorageDriverClaim claim) {
        return begin(claim).join().get(0);
    }

    /** Returns a claim as the first releases of the TypeScript SDK's drivers write it. */
    private static StorageDriverClaim inTypeScript(StorageDriverClaim claim) {
        Map<String, String> entries = new HashMap<>(claim.getClaimData());
        entries.put("hashAlgorithm", entries.remove("hash_algorithm"));
        entries.put("hashValue", entries.remove("hash_value"));
        return new StorageDriverClaim(entries);
    }

}
