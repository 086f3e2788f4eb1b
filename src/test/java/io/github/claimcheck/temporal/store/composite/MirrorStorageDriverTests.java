package io.github.claimcheck.temporal.store.composite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.SizeLimits;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.testing.MapObjectStore;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class MirrorStorageDriverTests {

    private static final Payload PAYLOAD = Payloads.of(Payloads.bytes(10_000, 1));

    private static final Payload OTHER = Payloads.of(Payloads.bytes(10_000, 2));

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final MapObjectStore one = new MapObjectStore();

    private final MapObjectStore two = new MapObjectStore();

    private final AtomicLong time = new AtomicLong();

    private final MirrorStorageDriver driver = mirror(this.one.driver("one"), this.two.driver("two"));

    private MirrorStorageDriver mirror(StorageDriver... delegates) {
        return mirror(TIMEOUT, UnaryOperator.identity(), delegates);
    }

    private MirrorStorageDriver mirror(Duration timeout, UnaryOperator<StorageDriver> decorator,
            StorageDriver... delegates) {
        return new MirrorStorageDriver("composite", List.of(delegates), timeout, RETRY_AFTER, decorator,
                this.time::get);
    }

    private StorageDriverClaim store(Payload payload) {
        return Calls.store(this.driver, payload);
    }

    private Payload retrieve(StorageDriverClaim claim) {
        return Calls.retrieve(this.driver, claim);
    }

    private void awaitRepairs(long count) {
        await().untilAsserted(() -> assertThat(Calls.count(this.driver)).isEqualTo(count));
    }

    @Test
    void hasANameAndAType() {
        assertThat(this.driver.getName()).isEqualTo("composite");
        assertThat(this.driver.getType()).isEqualTo("mirror");
        assertThat(this.driver.counter().name()).isEqualTo("temporal.external.storage.repairs");
    }

    @Test
    void storesWithAllAndNamesThemInTheClaim() {
        StorageDriverClaim claim = store(PAYLOAD);

        assertThat(claim.getClaimData()).containsOnlyKeys("one", "two");
        assertThat(this.one.contents()).hasSize(1);
        assertThat(this.two.contents()).hasSize(1);
        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        assertThat(this.two.gets()).isEmpty();
        assertThat(Calls.count(this.driver)).isZero();
    }

    @Test
    void aBatchKeepsItsOrder() {
        List<StorageDriverClaim> claims = Calls.end(this.driver.store(Calls.CONTEXT, List.of(PAYLOAD, OTHER)));
        this.one.failWith(new IOException("down"));

        assertThat(Calls.end(this.driver.retrieve(StorageContexts.retrieve(), claims))).containsExactly(PAYLOAD, OTHER);
    }

    @Test
    void failsAndCancelsTheOthersWhereOneFails() {
        CompletableFuture<Void> inFlight = this.one.hang();
        this.two.failWith(new IOException("disk full"));
        CompletableFuture<?> stored = this.driver.store(Calls.CONTEXT, List.of(PAYLOAD));

        assertThat(catchThrowable(() -> Calls.end(stored))).isInstanceOf(StorageDriverException.class)
            .hasMessageContainingAll("'two'", "disk full");
        inFlight.complete(null);
        assertThat(this.one.contents()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void cancellingEndsAllThatIsInFlight(boolean byToken) {
        RecordingStorageDriver first = new RecordingStorageDriver("first");
        RecordingStorageDriver second = new RecordingStorageDriver("second");
        List<CompletableFuture<Void>> inFlight = List.of(first.hang(), second.hang());
        StorageContexts.Token token = new StorageContexts.Token();
        CompletableFuture<?> stored = mirror(first, second).store(StorageContexts.store(null, token), List.of(PAYLOAD));

        if (byToken) {
            token.cancel();
        }
        else {
            stored.cancel(true);
        }

        assertThat(catchThrowable(() -> Calls.end(stored))).isInstanceOf(CancellationException.class);
        assertThat(inFlight).allSatisfy((transfer) -> assertThat(transfer).isCancelled());
        assertThat(token.registrations()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void putsBackACopyThatIsGoneOrAltered(boolean gone) {
        StorageDriverClaim claim = store(PAYLOAD);
        String key = this.one.onlyKey();
        if (gone) {
            this.one.contents().remove(key);
        }
        else {
            this.one.contents().put(key, new byte[100]);
        }

        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);

        awaitRepairs(1);
        assertThat(this.driver.counter().byDelegate().get("one")).hasValue(1);
        assertThat(this.one.contents().get(key)).isEqualTo(PAYLOAD.toByteArray());
        this.one.puts().clear();
        this.two.gets().clear();
        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        assertThat(this.one.puts()).isEmpty();
        assertThat(this.two.gets()).isEmpty();
    }

    @Test
    void aRepairGoesPastTheDecorator() {
        List<String> calls = new ArrayList<>();
        MirrorStorageDriver decorated = mirror(TIMEOUT, (delegate) -> new Decorated(delegate, calls),
                this.one.driver("one"), this.two.driver("two"));
        StorageDriverClaim claim = Calls.store(decorated, PAYLOAD);
        this.one.contents().clear();

        assertThat(Calls.retrieve(decorated, claim)).isEqualTo(PAYLOAD);

        await().untilAsserted(() -> assertThat(Calls.count(decorated)).isOne());
        assertThat(calls).containsExactly("store one", "store two", "retrieve one", "retrieve two");
    }

    @Test
    void readersOfADamagedCopyAtTheSameTimeRepairItOnce() {
        StorageDriverClaim claim = store(PAYLOAD);
        this.one.contents().clear();
        this.one.puts().clear();
        CompletableFuture<Void> repair = this.one.hangUploads();

        for (int i = 0; i < 3; i++) {
            assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        }
        await().untilAsserted(() -> assertThat(this.one.puts()).hasSize(1));
        repair.complete(null);

        awaitRepairs(1);
        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        assertThat(this.one.puts()).hasSize(1);
        assertThat(Calls.count(this.driver)).isOne();
    }

    @Test
    void aCopyThatTheStoreOnlySaysItTookIsDamaged(CapturedOutput output) {
        StorageDriverClaim claim = store(PAYLOAD);
        this.one.contents().put(this.one.onlyKey(), new byte[100]);
        this.one.forget();

        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);

        await().untilAsserted(() -> assertThat(output).contains("failed to repair a copy in 'one'",
                "is not the one that was stored"));
        assertThat(Calls.count(this.driver)).isZero();
    }

    @Test
    void theLogTellsOnceOfADelegateThatCannotBeRepaired(CapturedOutput output) {
        StorageDriverClaim claim = store(PAYLOAD);
        this.one.contents().clear();
        this.one.forget();
        await().until(() -> {
            assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
            return this.one.puts().size() > 4;
        });

        assertThat(output.getOut().split("failed to repair a copy in 'one'", -1)).hasSize(2);
    }

    @Test
    void aDelegateThatCannotBeRepairedIsLeftAlone() {
        RecordingStorageDriver plain = new RecordingStorageDriver("plain");
        MirrorStorageDriver mirror = mirror(plain, this.two.driver("two"));
        StorageDriverClaim claim = Calls.store(mirror, PAYLOAD);
        plain.failWith(new PayloadIntegrityException("altered", null));

        assertThat(Calls.retrieve(mirror, claim)).isEqualTo(PAYLOAD);
        assertThat(plain.batches()).hasSize(1);
        assertThat(Calls.count(mirror)).isZero();
    }

    static Stream<Throwable> troubles() {
        return Stream.of(new IOException("cut"), new CancellationException("the pool is closed"),
                new IllegalStateException("down"), new IllegalArgumentException("not this store's location"));
    }

    /** Nobody knows what the store has. */
    @ParameterizedTest
    @MethodSource("troubles")
    void retrievesFromTheSecondWithoutARepairWhenTheFirstFails(Throwable trouble) {
        StorageDriverClaim claim = store(PAYLOAD);
        this.one.failWith(trouble);
        this.one.puts().clear();

        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);

        assertThat(this.one.puts()).isEmpty();
        assertThat(Calls.count(this.driver)).isZero();
    }

    @Test
    void retrievesFromTheSecondWhenTheFirstIsSlow(CapturedOutput output) {
        StorageDriverClaim claim = store(PAYLOAD);
        this.one.hang();
        MirrorStorageDriver impatient = mirror(Duration.ofMillis(20), UnaryOperator.identity(), this.one.driver("one"),
                this.two.driver("two"));

        assertThat(Calls.retrieve(impatient, claim)).isEqualTo(PAYLOAD);
        assertThat(output).contains("Storage driver 'one' took longer than 20 ms");
    }

    @Test
    void callsADelegateThatFailedToRetrieveLastForAWhile() {
        StorageDriverClaim claim = store(PAYLOAD);
        this.one.failWith(new IOException("down"));
        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        this.one.recover();
        this.one.gets().clear();

        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        assertThat(this.one.gets()).isEmpty();

        // It is called all the same where the others do not have the payload.
        this.two.contents().put(this.two.onlyKey(), new byte[100]);
        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        assertThat(this.one.gets()).hasSize(1);
    }

    @Test
    void callsAFailedDelegateFirstAgainAfterTheCircuitCloses() {
        StorageDriverClaim claim = store(PAYLOAD);
        this.one.failWith(new IOException("down"));
        retrieve(claim);
        this.one.recover();
        this.one.gets().clear();
        this.time.addAndGet(RETRY_AFTER.toNanos());

        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        assertThat(this.one.gets()).hasSize(1);
    }

    /** What is gone or altered says nothing about the rest. */
    @Test
    void callsADelegateWithADamagedCopyFirstAgain() {
        StorageDriverClaim damaged = store(PAYLOAD);
        this.one.contents().clear();
        StorageDriverClaim sound = store(OTHER);
        assertThat(retrieve(damaged)).isEqualTo(PAYLOAD);
        this.one.gets().clear();

        assertThat(retrieve(sound)).isEqualTo(OTHER);
        assertThat(this.one.gets()).anyMatch((key) -> key.endsWith(Payloads.sha256(OTHER.toByteArray())));
    }

    @Test
    void replacesACopyThatIsTooLargeToBeRetrieved() {
        MirrorStorageDriver bounded = mirror(new ContentAddressedStorageDriver("one", "map",
                new SizeLimits(20_000, "stored", 30_000, "retrieved"), this.one, DriverResources.none()),
                this.two.driver("two"));
        StorageDriverClaim claim = store(PAYLOAD);
        String key = this.one.onlyKey();
        this.one.contents().put(key, new byte[40_000]);

        assertThat(Calls.retrieve(bounded, claim)).isEqualTo(PAYLOAD);

        await().untilAsserted(() -> assertThat(Calls.count(bounded)).isEqualTo(1));
        assertThat(this.one.contents().get(key)).isEqualTo(PAYLOAD.toByteArray());
    }

    /** The mirror repairs no copy that was only damaged on its way. */
    @Test
    void aDownloadThatIsDamagedOnceIsNoFailover() {
        StorageDriverClaim claim = store(PAYLOAD);
        this.one.damageNext(1);
        this.one.puts().clear();

        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);

        assertThat(this.one.gets()).hasSize(2);
        assertThat(this.two.gets()).isEmpty();
        assertThat(this.one.puts()).isEmpty();
    }

    @Test
    void failsWhereNoDelegateHasAnUnharmedCopy() {
        StorageDriverClaim claim = store(PAYLOAD);
        this.one.contents().clear();
        this.two.contents().put(this.two.onlyKey(), new byte[100]);
        this.one.puts().clear();

        Throwable failure = catchThrowable(() -> retrieve(claim));

        assertThat(failure).isInstanceOf(PayloadIntegrityException.class).hasMessageContaining("'two'");
        assertThat(failure.getSuppressed()).singleElement()
            .satisfies((suppressed) -> assertThat(suppressed).hasMessageContaining("'one'"));
        assertThat(this.one.puts()).isEmpty();
    }

    /** Claims come out of event history, which others may write to. */
    @ParameterizedTest
    @CsvSource({ "sha256/DIGEST, sha256/DIGEST.sh", "d/sha256/DIGEST, config", "/DIGEST, /ZEROS", "v0/, stranger/v0/",
            "v0/, ../v0/", "v0/, V0/", "ns/, ns//", "d/sha256/DIGEST, d/sha256/x/d/sha256/DIGEST" })
    void putsNothingWhereAForgedClaimSays(String from, String to) {
        StorageDriverClaim claim = store(PAYLOAD);
        String key = this.one.onlyKey();
        String digest = Payloads.sha256(PAYLOAD.toByteArray());
        Map<String, String> forged = new HashMap<>(claim.getClaimData());
        forged.computeIfPresent("one", (name, data) -> data.replace(from.replace("DIGEST", digest),
                to.replace("DIGEST", digest).replace("ZEROS", "0".repeat(64))));
        assertThat(forged).isNotEqualTo(claim.getClaimData());
        this.one.puts().clear();

        assertThat(retrieve(new StorageDriverClaim(forged))).isEqualTo(PAYLOAD);

        assertThat(this.two.gets()).hasSize(1);
        assertThat(this.one.puts()).isEmpty();
        assertThat(this.one.gets()).isEmpty();
        assertThat(this.one.contents()).containsOnlyKeys(key);
        assertThat(Calls.count(this.driver)).isZero();
    }

    /** Two copies that a forged claim makes one of. */
    @Test
    void putsNoPayloadInPlaceOfAnotherOne(CapturedOutput output) {
        StorageDriverClaim claim = store(PAYLOAD);
        String key = this.one.onlyKey();
        Map<String, String> forged = new HashMap<>(claim.getClaimData());
        forged.computeIfPresent("one",
                (name, data) -> data.replace(Payloads.sha256(PAYLOAD.toByteArray()), "0".repeat(64)));
        this.one.puts().clear();

        assertThat(retrieve(new StorageDriverClaim(forged))).isEqualTo(PAYLOAD);

        await().untilAsserted(() -> assertThat(output).contains("failed to repair a copy in 'one'"));
        assertThat(this.one.puts()).isEmpty();
        assertThat(this.one.contents()).containsOnlyKeys(key);
        assertThat(Calls.count(this.driver)).isZero();
    }

    static Stream<Map<String, String>> foreignClaims() {
        return Stream.of(Map.of(), Map.of("tape", "{}"), Map.of("one", "no JSON"), Map.of("one", "{}"),
                Map.of("one", "[]"), Map.of("one", "null"), Map.of("one", "{\"key\":".repeat(10_000)));
    }

    @ParameterizedTest
    @MethodSource("foreignClaims")
    void refusesAClaimFromElsewhere(Map<String, String> claim) {
        assertThat(catchThrowable(() -> retrieve(new StorageDriverClaim(claim))))
            .isInstanceOf(StorageDriverException.class);
        assertThat(this.one.gets()).isEmpty();
    }

    @Test
    void aMirrorOfAFallbackRetrievesFromWhateverHasThePayload() {
        MapObjectStore tape = new MapObjectStore();
        StorageDriver either = new FallbackStorageDriver("either",
                List.of(this.one.driver("one"), this.two.driver("two")), TIMEOUT, RETRY_AFTER, this.time::get);
        MirrorStorageDriver mirror = mirror(either, tape.driver("tape"));
        StorageDriverClaim claim = Calls.store(mirror, PAYLOAD);
        assertThat(claim.getClaimData()).containsOnlyKeys("either", "tape");
        assertThat(Calls.retrieve(mirror, claim)).isEqualTo(PAYLOAD);
        assertThat(tape.gets()).isEmpty();

        this.one.contents().clear();
        assertThat(Calls.retrieve(mirror, claim)).isEqualTo(PAYLOAD);
        assertThat(tape.gets()).hasSize(1);
    }

    /** What an observation does to a delegate. */
    private static final class Decorated implements StorageDriver {

        private final StorageDriver delegate;

        private final List<String> calls;

        Decorated(StorageDriver delegate, List<String> calls) {
            this.delegate = delegate;
            this.calls = calls;
        }

        @Override
        public String getName() {
            return this.delegate.getName();
        }

        @Override
        public String getType() {
            return this.delegate.getType();
        }

        @Override
        public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
                List<Payload> payloads) {
            this.calls.add("store " + getName());
            return this.delegate.store(context, payloads);
        }

        @Override
        public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
                List<StorageDriverClaim> claims) {
            this.calls.add("retrieve " + getName());
            return this.delegate.retrieve(context, claims);
        }

    }

}
