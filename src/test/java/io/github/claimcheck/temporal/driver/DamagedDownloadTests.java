package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A download whose bytes are wrong is begun once more. */
@ExtendWith(OutputCaptureExtension.class)
class DamagedDownloadTests {

    private static final Payload PAYLOAD = Payloads.of(Payloads.bytes(1_000, 1));

    private final ManualObjectStore objects = new ManualObjectStore();

    private final TransferLimiter limiter = new TransferLimiter(1, 1_500);

    private final DriverResources resources = new DriverResources(new PayloadCache(100_000, 50_000),
            new StoredObjects(Duration.ofHours(1)), this.limiter);

    private final ContentAddressedStorageDriver driver = new ContentAddressedStorageDriver("archive", "manual",
            new SizeLimits(10_000, "max-payload-size", 20_000, "max-retrieved-size"), this.objects, this.resources);

    /** Stores by another process, so that nothing is in this one's memory. */
    private StorageDriverClaim stored(Payload payload) {
        StorageDriverClaim claim = new ContentAddressedStorageDriver("archive", "manual", 10_000, "max-payload-size",
                this.objects)
            .store(StorageContexts.store(StorageContexts.workflow("order-1")), List.of(payload))
            .join()
            .get(0);
        this.objects.transfers.clear();
        return claim;
    }

    private CompletableFuture<List<Payload>> begin(StorageDriverClaim... claims) {
        return this.driver.retrieve(StorageContexts.retrieve(), List.of(claims));
    }

    private Payload retrieve(StorageDriverClaim claim) {
        return begin(claim).join().get(0);
    }

    private Throwable failureOf(StorageDriverClaim claim) {
        Throwable failure = catchThrowable(() -> retrieve(claim));
        assertThat(failure).isInstanceOf(CompletionException.class);
        return failure.getCause();
    }

    private static byte[] damaged(byte[] content, int length) {
        byte[] damaged = new byte[length];
        System.arraycopy(content, 0, damaged, 0, Math.min(length, content.length));
        damaged[length / 2] ^= 1;
        return damaged;
    }

    /** Returns what the cache gives in place of an object. */
    private void cache(StorageDriverClaim claim, int length) {
        String key = claim.getClaimData().get("key");
        this.objects.cached.put(key, damaged(this.objects.contents.get(key), length));
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 500, 1_029, 1_030, 2_000, 20_000 })
    void bytesAreAskedForAgainPastAnyCache(int length) {
        StorageDriverClaim claim = stored(PAYLOAD);
        cache(claim, length);

        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);

        assertThat(this.objects.transfers).hasSize(2);
        assertThat(this.objects.uncached).isEqualTo(1);
        assertThat(this.limiter.getBytesInFlight()).isZero();
        assertThat(retrieve(claim)).as("what the payload cache has").isEqualTo(PAYLOAD);
        assertThat(this.objects.transfers).hasSize(2);
    }

    @Test
    void bytesThatAreWrongTwiceAreAnErrorAndForgotten() {
        ContentAddressedStorageDriver uncached = new ContentAddressedStorageDriver("archive", "manual", 10_000,
                "max-payload-size", this.objects,
                new DriverResources(new PayloadCache(0, 0), new StoredObjects(Duration.ofHours(1)), this.limiter));
        StorageDriverStoreContext run = StorageContexts.store(StorageContexts.workflow("order-1"));
        StorageDriverClaim claim = uncached.store(run, List.of(PAYLOAD)).join().get(0);
        this.objects.transfers.clear();
        this.objects.contents.put(claim.getClaimData().get("key"), new byte[1_000]);

        assertThatThrownBy(() -> uncached.retrieve(StorageContexts.retrieve(), List.of(claim)).join()).cause()
            .isInstanceOf(PayloadIntegrityException.class)
            .hasMessageContaining("its SHA-256 differs from the claim's");
        assertThat(this.objects.transfers).hasSize(2);
        assertThat(this.limiter.getBytesInFlight()).isZero();

        uncached.store(run, List.of(PAYLOAD)).join();
        assertThat(this.objects.transfers).as("the object is stored again").hasSize(3);
    }

    @Test
    void aStoreCanTellByItselfThatBytesAreWrong() {
        StorageDriverClaim claim = stored(PAYLOAD);
        this.objects.failAtOnce.put(0, new PayloadIntegrityException("its checksum differs", null));

        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);

        StorageDriverClaim other = stored(Payloads.of(new byte[10]));
        this.objects.failAtOnce.put(0, new PayloadIntegrityException("its checksum differs", null));
        this.objects.failAtOnce.put(1, new PayloadIntegrityException("its checksum differs", null));
        assertThat(failureOf(other)).isInstanceOf(PayloadIntegrityException.class)
            .hasMessageContaining("'archive'")
            .hasMessageContaining("its checksum differs");
    }

    @Test
    void nothingElseIsAskedForAgain() {
        byte[] text = "no payload".getBytes(StandardCharsets.UTF_8);
        String key = "v0/d/sha256/" + Payloads.sha256(text);
        this.objects.contents.put(key, text);
        StorageDriverClaim noPayload = new StorageDriverClaim(
                Map.of("key", key, "hash_algorithm", "sha256", "hash_value", Payloads.sha256(text)));
        assertThat(failureOf(noPayload)).isInstanceOf(PayloadIntegrityException.class);

        StorageDriverClaim tooLarge = stored(Payloads.of(new byte[10]));
        this.objects.contents.put(tooLarge.getClaimData().get("key"), new byte[20_001]);
        assertThat(failureOf(tooLarge)).isInstanceOf(ObjectTooLargeException.class);

        StorageDriverClaim lost = stored(Payloads.of(new byte[20]));
        this.objects.contents.remove(lost.getClaimData().get("key"));
        assertThat(failureOf(lost)).isInstanceOf(ObjectNotFoundException.class);

        StorageDriverClaim failing = stored(Payloads.of(new byte[30]));
        this.objects.failAtOnce.put(0, new IOException("down"));
        assertThat(failureOf(failing)).isInstanceOf(StorageDriverException.class);
        assertThat(this.objects.uncached).isZero();
    }

    @Test
    void aSecondObjectThatIsTooLargeOrLostIsSaidToBe() {
        StorageDriverClaim claim = stored(PAYLOAD);
        cache(claim, 1_000);
        this.objects.contents.put(claim.getClaimData().get("key"), new byte[20_001]);
        assertThat(failureOf(claim)).isInstanceOf(ObjectTooLargeException.class);

        this.objects.contents.clear();
        assertThat(failureOf(claim)).isInstanceOf(ObjectNotFoundException.class);
        assertThat(this.limiter.getBytesInFlight()).isZero();
    }

    @Test
    void aCancelledRetrievalIsNotBegunAgain() {
        StorageDriverClaim claim = stored(PAYLOAD);
        cache(claim, 1_000);
        this.objects.automatic = false;
        this.objects.endings.clear();

        CompletableFuture<List<Payload>> retrieved = begin(claim);
        retrieved.cancel(true);
        this.objects.finish(0);

        assertThat(this.objects.transfers).singleElement().satisfies((get) -> assertThat(get).isCancelled());
        assertThat(this.limiter.getBytesInFlight()).isZero();
    }

    @Test
    void cancellingReachesTheSecondDownload() {
        StorageDriverClaim claim = stored(PAYLOAD);
        cache(claim, 1_000);
        this.objects.automatic = false;
        this.objects.endings.clear();

        CompletableFuture<List<Payload>> retrieved = begin(claim);
        this.objects.finish(0);
        assertThat(this.objects.transfers).hasSize(2);
        retrieved.cancel(true);

        assertThat(this.objects.transfers.get(1)).isCancelled();
        assertThat(this.limiter.getBytesInFlight()).isZero();
    }

    @Test
    void readersAtTheSameTimeShareBothDownloads() {
        StorageDriverClaim claim = stored(PAYLOAD);
        cache(claim, 1_000);
        this.objects.automatic = false;
        this.objects.endings.clear();

        CompletableFuture<List<Payload>> first = begin(claim);
        this.objects.finish(0);
        CompletableFuture<List<Payload>> second = begin(claim);
        this.objects.finish(1);

        assertThat(first.join()).containsExactly(PAYLOAD);
        assertThat(second.join()).containsExactly(PAYLOAD);
        assertThat(this.objects.transfers).hasSize(2);
    }

    /** With one permit, each second download waits for the others' first ones. */
    @Test
    void aThirdOfDownloadsMayBeDamaged() {
        Random random = new Random(1);
        List<Payload> payloads = IntStream.range(0, 1_000)
            .mapToObj((i) -> Payloads.of(Payloads.bytes(10 + random.nextInt(1_000), i)))
            .toList();
        List<StorageDriverClaim> claims = payloads.stream().map(this::stored).toList();
        Map<String, Integer> wrong = new HashMap<>();
        this.objects.altering = (key, content) -> {
            if (random.nextDouble() >= 0.3) {
                return content;
            }
            wrong.merge(key, 1, Integer::sum);
            return damaged(content, content.length);
        };

        Set<String> failed = new HashSet<>();
        for (int i = 0; i < claims.size(); i++) {
            StorageDriverClaim claim = claims.get(i);
            try {
                assertThat(retrieve(claim)).isEqualTo(payloads.get(i));
            }
            catch (CompletionException ex) {
                assertThat(ex).hasCauseInstanceOf(PayloadIntegrityException.class);
                failed.add(claim.getClaimData().get("key"));
            }
        }

        assertThat(wrong).hasSizeGreaterThan(200);
        wrong.values().removeIf((times) -> times < 2);
        assertThat(failed).isEqualTo(wrong.keySet());
        assertThat(this.limiter.getBytesInFlight()).isZero();
    }

    @Test
    void aRepairedObjectIsReadTwiceIfNecessary() {
        StorageDriverClaim claim = stored(PAYLOAD);
        cache(claim, 1_000);

        assertThat(this.driver.repair(claim, PAYLOAD).join()).isEqualTo(PAYLOAD);
    }

    @Test
    void oneWarningIsLogged(CapturedOutput output) {
        List<StorageDriverClaim> claims = IntStream.range(0, 100)
            .mapToObj((i) -> stored(Payloads.of(Payloads.bytes(100, i))))
            .toList();
        claims.forEach((claim) -> cache(claim, 100));

        claims.forEach(this::retrieve);

        assertThat(output.getAll().lines().filter((line) -> line.contains("downloads an object again"))).hasSize(1);
    }

}
