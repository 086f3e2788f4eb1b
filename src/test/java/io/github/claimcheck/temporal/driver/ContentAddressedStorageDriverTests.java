package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentAddressedStorageDriverTests {

    private static final int LIMIT = 100;

    private static final StorageDriverStoreContext CONTEXT = StorageContexts.store(StorageContexts.workflow("order-1"));

    private final ManualObjectStore objects = new ManualObjectStore();

    private final ContentAddressedStorageDriver driver = new ContentAddressedStorageDriver("archive", "manual", LIMIT,
            "archive.max-payload-size", this.objects);

    @Test
    void storesTheSerializedPayloadUnderItsDigest() {
        Payload payload = payload("one");
        String digest = Payloads.sha256(payload.toByteArray());
        String key = "v0/ns/default/wt/ChargeWorkflow/wi/order-1/ri/3f1d6c7a-8b2e-4f7a-9d0a-87a6f95e4d31/d/sha256/"
                + digest;

        StorageDriverClaim claim = store(payload).get(0);

        assertThat(this.objects.contents).containsOnlyKeys(key);
        assertThat(this.objects.contents.get(key)).isEqualTo(payload.toByteArray());
        assertThat(claim.getClaimData())
            .isEqualTo(Map.of("shelf", "A", "key", key, "hash_algorithm", "sha256", "hash_value", digest));
    }

    @Test
    void returnsClaimsInTheOrderOfPayloads() {
        this.objects.automatic = false;
        List<Payload> payloads = IntStream.range(0, 5).mapToObj((i) -> payload("payload " + i)).toList();

        CompletableFuture<List<StorageDriverClaim>> stored = this.driver.store(CONTEXT, payloads);
        List.of(3, 0, 4, 2, 1).forEach(this.objects::finish);
        List<StorageDriverClaim> claims = stored.join();
        assertThat(claims).extracting((claim) -> claim.getClaimData().get("hash_value"))
            .containsExactlyElementsOf(
                    payloads.stream().map((payload) -> Payloads.sha256(payload.toByteArray())).toList());

        this.objects.transfers.clear();
        CompletableFuture<List<Payload>> retrieved = this.driver.retrieve(StorageContexts.retrieve(), claims);
        List.of(1, 2, 4, 0, 3).forEach(this.objects::finish);
        assertThat(retrieved.join()).isEqualTo(payloads);
    }

    @Test
    void startsAllTransfersOfABatchBeforeTheFirstEnds() {
        this.objects.automatic = false;

        this.driver.store(CONTEXT, List.of(payload("one"), payload("two"), payload("three")));

        assertThat(this.objects.transfers).hasSize(3);
    }

    @Test
    void doesNothingForAnEmptyBatch() {
        assertThat(this.driver.store(CONTEXT, List.of()).join()).isEmpty();
        assertThat(this.driver.retrieve(StorageContexts.retrieve(), List.of()).join()).isEmpty();
        assertThat(this.objects.transfers).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 2 })
    void storesNothingInABatchWithATooLargePayload(int position) {
        List<Payload> payloads = new ArrayList<>(List.of(payload("one"), payload("two")));
        payloads.add(position, Payloads.ofSerializedSize(LIMIT + 1));

        Throwable failure = failureOf(this.driver.store(CONTEXT, payloads));

        assertThat(failure).isInstanceOf(PayloadTooLargeException.class)
            .hasMessageContaining("A payload of 101 bytes exceeds the limit of 100 bytes")
            .hasMessageContaining("'archive'")
            .hasMessageContaining("archive.max-payload-size");
        assertThat(this.objects.transfers).isEmpty();
    }

    @Test
    void cancelsUploadsInFlightAfterAFailure() {
        this.objects.automatic = false;
        CompletableFuture<List<StorageDriverClaim>> stored = this.driver.store(CONTEXT,
                List.of(payload("one"), payload("two"), payload("three")));

        this.objects.transfers.get(1).completeExceptionally(new IOException("disk full"));

        assertThat(failureOf(stored)).isInstanceOf(StorageDriverException.class).hasMessageContaining("disk full");
        assertThat(this.objects.transfers.get(0)).isCancelled();
        assertThat(this.objects.transfers.get(2)).isCancelled();
    }

    @Test
    void cancelsDownloadsInFlightAfterAFailure() {
        List<StorageDriverClaim> claims = store(payload("one"), payload("two"), payload("three"));
        this.objects.automatic = false;
        this.objects.transfers.clear();
        CompletableFuture<List<Payload>> retrieved = this.driver.retrieve(StorageContexts.retrieve(), claims);

        this.objects.transfers.get(1).completeExceptionally(new IOException("disk broken"));

        assertThat(failureOf(retrieved)).isInstanceOf(StorageDriverException.class).hasMessageContaining("disk broken");
        assertThat(this.objects.transfers.get(0)).isCancelled();
        assertThat(this.objects.transfers.get(2)).isCancelled();
    }

    @Test
    void startsNoFurtherTransferAfterAFailure() {
        this.objects.automatic = false;
        this.objects.failAtOnce.put(1, new IOException("disk full"));

        CompletableFuture<List<StorageDriverClaim>> stored = this.driver.store(CONTEXT,
                List.of(payload("one"), payload("two"), payload("three")));

        assertThat(failureOf(stored)).hasMessageContaining("disk full");
        assertThat(this.objects.transfers).hasSize(2);
        assertThat(this.objects.transfers.get(0)).isCancelled();
    }

    @Test
    void cancelsUploadsInFlightWithTheToken() {
        this.objects.automatic = false;
        StorageContexts.Token token = new StorageContexts.Token();
        CompletableFuture<List<StorageDriverClaim>> stored = this.driver.store(StorageContexts.store(null, token),
                List.of(payload("one"), payload("two")));

        token.cancel();

        assertThat(failureOf(stored)).isInstanceOf(CancellationException.class);
        assertThat(this.objects.transfers).hasSize(2).allMatch(CompletableFuture::isCancelled);
    }

    @Test
    void cancelsDownloadsInFlightWithTheToken() {
        List<StorageDriverClaim> claims = store(payload("one"), payload("two"));
        this.objects.automatic = false;
        this.objects.transfers.clear();
        StorageContexts.Token token = new StorageContexts.Token();
        CompletableFuture<List<Payload>> retrieved = this.driver.retrieve(StorageContexts.retrieve(token), claims);

        token.cancel();

        assertThat(failureOf(retrieved)).isInstanceOf(CancellationException.class);
        assertThat(this.objects.transfers).hasSize(2).allMatch(CompletableFuture::isCancelled);
    }

    @Test
    void startsNothingWithACancelledToken() {
        List<StorageDriverClaim> claims = store(payload("one"));
        this.objects.transfers.clear();
        StorageContexts.Token token = new StorageContexts.Token();
        token.cancel();

        assertThat(failureOf(this.driver.store(StorageContexts.store(null, token), List.of(payload("two")))))
            .isInstanceOf(CancellationException.class);
        assertThat(failureOf(this.driver.retrieve(StorageContexts.retrieve(token), claims)))
            .isInstanceOf(CancellationException.class);
        assertThat(this.objects.transfers).isEmpty();
    }

    @Test
    void cancelsTransfersInFlightWithTheReturnedFuture() {
        List<StorageDriverClaim> claims = store(payload("one"), payload("two"));
        this.objects.automatic = false;
        this.objects.transfers.clear();

        this.driver.store(CONTEXT, List.of(payload("three"), payload("four"))).cancel(true);
        this.driver.retrieve(StorageContexts.retrieve(), claims).cancel(true);

        assertThat(this.objects.transfers).hasSize(4).allMatch(CompletableFuture::isCancelled);
    }

    @Test
    void deregistersFromTheTokenAfterABatch() {
        // A token may live as long as its worker: what stays registered is a leak.
        StorageContexts.Token token = new StorageContexts.Token();
        this.driver.store(StorageContexts.store(null, token), List.of(payload("one"))).join();
        this.objects.failAtOnce.put(this.objects.transfers.size(), new IOException("disk full"));
        failureOf(this.driver.store(StorageContexts.store(null, token), List.of(payload("two"))));

        assertThat(token.registrations()).isZero();
    }

    @Test
    void refusesAnAlteredObject() {
        StorageDriverClaim claim = store(payload("10 EUR")).get(0);
        Payload altered = payload("99 EUR");
        this.objects.contents.put(claim.getClaimData().get("key"), altered.toByteArray());

        assertThat(failureOf(retrieve(claim))).isInstanceOf(PayloadIntegrityException.class)
            .hasMessageContaining("'archive'")
            .hasMessageContaining("manual:" + claim.getClaimData().get("key"))
            .hasMessageContaining("its SHA-256 differs from the claim's")
            .satisfies((failure) -> assertThat(everythingSaidBy(failure))
                .doesNotContain(Payloads.sha256(altered.toByteArray())))
            .hasMessageContaining("restore the original object");
    }

    @Test
    void refusesAnObjectThatIsNotAPayload() {
        byte[] content = "neither a payload nor any other message".getBytes(StandardCharsets.UTF_8);
        String key = "v0/d/sha256/" + Payloads.sha256(content);
        this.objects.contents.put(key, content);

        assertThat(failureOf(retrieve(claim(key, "sha256", Payloads.sha256(content)))))
            .isInstanceOf(PayloadIntegrityException.class)
            .hasMessageContaining("manual:" + key)
            .hasMessageContaining("is not a Temporal payload")
            .satisfies((failure) -> assertThat(everythingSaidBy(failure)).doesNotContain("neither a payload"));
    }

    @Test
    void refusesAClaimWithoutAHash() {
        byte[] content = payload("one").toByteArray();
        this.objects.contents.put("v0/one", content);

        assertThat(failureOf(retrieve(claim("v0/one", "sha256", null)))).isInstanceOf(StorageDriverException.class)
            .hasMessageContaining("could not retrieve")
            .hasMessageContaining("manual:v0/one")
            .hasMessageContaining("the claim does not contain a SHA-256");
        assertThat(failureOf(retrieve(claim("v0/one", null, Payloads.sha256(content)))))
            .isInstanceOf(StorageDriverException.class)
            .hasMessageContaining("the claim does not contain a SHA-256");
        assertThat(this.objects.transfers).isEmpty();
    }

    @Test
    void refusesAClaimWithAnotherHashAlgorithm() {
        byte[] content = payload("one").toByteArray();
        this.objects.contents.put("v0/one", content);

        assertThat(failureOf(retrieve(claim("v0/one", "md5", Payloads.sha256(content)))))
            .isInstanceOf(StorageDriverException.class)
            .hasMessageContaining("hash_algorithm is md5");
        assertThat(this.objects.transfers).isEmpty();
    }

    @Test
    void retrievesEarlyTypeScriptClaims() {
        StorageDriverClaim claim = store(payload("one")).get(0);

        assertThat(retrieve(inTypeScript(claim)).join()).containsExactly(payload("one"));
    }

    @Test
    void verifiesEarlyTypeScriptClaims() {
        List<StorageDriverClaim> claims = store(payload("one"), payload("two"));

        assertThat(failureOf(
                retrieve(with(inTypeScript(claims.get(0)), Map.of("key", claims.get(1).getClaimData().get("key"))))))
            .isInstanceOf(ClaimRefusedException.class);
        assertThat(failureOf(retrieve(with(inTypeScript(claims.get(0)), Map.of("hashAlgorithm", "md5")))))
            .isInstanceOf(StorageDriverException.class)
            .hasMessageContaining("hash_algorithm is md5");
    }

    @Test
    void prefersItsOwnNamesForTheHash() {
        StorageDriverClaim claim = store(payload("one")).get(0);
        String hash = claim.getClaimData().get("hash_value");
        String other = Payloads.sha256(payload("two").toByteArray());

        assertThat(retrieve(with(claim, Map.of("hashAlgorithm", "md5", "hashValue", other))).join())
            .containsExactly(payload("one"));
        assertThat(failureOf(retrieve(with(claim, Map.of("hash_value", other, "hashValue", hash)))))
            .isInstanceOf(ClaimRefusedException.class);
        assertThat(failureOf(retrieve(with(claim, Map.of("hash_algorithm", "md5", "hashAlgorithm", "sha256")))))
            .isInstanceOf(StorageDriverException.class)
            .hasMessageContaining("hash_algorithm is md5");
    }

    @Test
    void repairsEarlyTypeScriptClaims() {
        StorageDriverClaim claim = store(payload("one")).get(0);
        this.objects.contents.clear();

        assertThat(this.driver.repair(inTypeScript(claim), payload("one")).join()).isEqualTo(payload("one"));

        assertThat(this.objects.contents).containsOnlyKeys(claim.getClaimData().get("key"));
    }

    @Test
    void advisesOnAMissingObject() {
        StorageDriverClaim claim = store(payload("one")).get(0);
        this.objects.contents.clear();

        assertThat(failureOf(retrieve(claim))).isInstanceOf(ObjectNotFoundException.class)
            .hasMessageContaining("'archive'")
            .hasMessageContaining("manual:" + claim.getClaimData().get("key"))
            .hasMessageContaining("lifecycle rule");
    }

    @Test
    void describesAFailureWithoutItsPayload() {
        List<StorageDriverClaim> claims = store(payload("card 4111"));
        String location = "[manual:" + claims.get(0).getClaimData().get("key") + "]";
        this.objects.transfers.clear();
        this.objects.failAtOnce.put(0, new IOException("disk full"));
        this.objects.failAtOnce.put(1, new IOException("disk broken"));

        Throwable stored = failureOf(this.driver.store(CONTEXT, List.of(payload("card 4111"))));
        Throwable retrieved = failureOf(retrieve(claims.get(0)));

        assertThat(stored).isExactlyInstanceOf(StorageDriverException.class)
            .hasMessage("Storage driver 'archive' could not store a payload " + location
                    + ": disk full. Mend what cannot STORE")
            .hasCauseInstanceOf(IOException.class);
        assertThat(retrieved).isExactlyInstanceOf(StorageDriverException.class)
            .hasMessage("Storage driver 'archive' could not retrieve a payload " + location
                    + ": disk broken. Mend what cannot RETRIEVE")
            .hasCauseInstanceOf(IOException.class);
        assertThat(everythingSaidBy(stored) + everythingSaidBy(retrieved)).doesNotContain("4111");
    }

    @Test
    void failsTheFutureIfTheStoreThrows() {
        List<StorageDriverClaim> claims = store(payload("one"));
        this.objects.thrown = new IllegalStateException("closed");

        assertThat(failureOf(this.driver.store(CONTEXT, List.of(payload("one")))))
            .isInstanceOf(StorageDriverException.class)
            .hasMessageContaining("could not store")
            .hasMessageContaining("closed");
        assertThat(failureOf(retrieve(claims.get(0)))).isInstanceOf(StorageDriverException.class)
            .hasMessageContaining("could not retrieve")
            .hasMessageContaining("closed");
    }

    @Test
    void failsTheFutureIfTheStoreCannotLocateAPayload() {
        this.objects.noPlace = new IllegalStateException("no shelf for this payload");

        assertThat(failureOf(this.driver.store(CONTEXT, List.of(payload("one")))))
            .hasMessageContaining("no shelf for this payload");
        assertThat(this.objects.transfers).isEmpty();
    }

    @Test
    void closesItsStore() {
        this.driver.close();

        assertThat(this.objects.closed).isTrue();
    }

    @Test
    void refusesAnObjectThatIsTooLargeBeforeItHasRoomAndTriesNoMore() {
        StorageDriverClaim claim = store(payload("one")).get(0);
        this.objects.contents.put(claim.getClaimData().get("key"), new byte[2_000]);
        TransferLimiter limiter = new TransferLimiter(1, 100);
        ContentAddressedStorageDriver bounded = new ContentAddressedStorageDriver("archive", "manual",
                new SizeLimits(500, "max-payload-size", 1_000, "max-retrieved-size"), this.objects,
                new DriverResources(new PayloadCache(0, 0), new StoredObjects(Duration.ZERO), limiter));
        int before = this.objects.transfers.size();

        assertThat(failureOf(bounded.retrieve(StorageContexts.retrieve(), List.of(claim))))
            .isInstanceOf(ObjectTooLargeException.class)
            .hasMessageContaining("larger than 1000 bytes")
            .hasMessageContaining("raise max-retrieved-size")
            .hasMessageNotContaining("2000");
        assertThat(this.objects.transfers).hasSize(before + 1);
        assertThat(limiter.getBytesInFlight()).isZero();
        this.objects.contents.put(claim.getClaimData().get("key"), payload("one").toByteArray());
        assertThat(bounded.retrieve(StorageContexts.retrieve(), List.of(claim)).join()).containsExactly(payload("one"));
    }

    @Test
    void refusesWhatAStoreReturnsWithoutHavingAsked() {
        StorageDriverClaim claim = store(payload("one")).get(0);
        this.objects.contents.put(claim.getClaimData().get("key"), new byte[2_000]);
        this.objects.asking = false;
        ContentAddressedStorageDriver bounded = new ContentAddressedStorageDriver("archive", "manual",
                new SizeLimits(500, "max-payload-size", 1_000, "max-retrieved-size"), this.objects,
                DriverResources.none());

        assertThat(failureOf(bounded.retrieve(StorageContexts.retrieve(), List.of(claim))))
            .isInstanceOf(ObjectTooLargeException.class);
    }

    @Test
    void retrievesWhatItStoredUnderAHigherLimit() {
        StorageDriverClaim claim = new ContentAddressedStorageDriver("archive", "manual", 10_000, "max-payload-size",
                this.objects)
            .store(CONTEXT, List.of(Payloads.of(new byte[2_000])))
            .join()
            .get(0);
        ContentAddressedStorageDriver lowered = new ContentAddressedStorageDriver("archive", "manual", 1_000,
                "max-payload-size", this.objects);

        assertThat(lowered.retrieve(StorageContexts.retrieve(), List.of(claim)).join())
            .containsExactly(Payloads.of(new byte[2_000]));
    }

    @Test
    void doesNotStoreWhatItWouldNotRetrieve() {
        this.objects.prefix = "elsewhere/";

        assertThat(failureOf(this.driver.store(CONTEXT, List.of(payload("one")))))
            .isInstanceOf(PayloadRefusedException.class)
            .hasMessageContaining("additional-key-prefixes");
        assertThat(this.objects.transfers).isEmpty();
    }

    @Test
    void aFailureIsShortAndOnOneLineWhateverTheStoreSays() {
        StorageDriverClaim claim = store(payload("one")).get(0);
        this.objects.failAtOnce.put(this.objects.transfers.size(),
                new IOException("no\n2026-01-01 ERROR forged\u0000\u202e" + "x".repeat(2_000_000)));

        Throwable failure = failureOf(retrieve(claim));

        assertThat(everythingSaidBy(failure)).hasSizeLessThan(3_000);
        assertThat(failure.getMessage()).doesNotContain("\n", "\u0000", "\u202e")
            .contains("no\\u000a2026")
            .contains("characters)");
    }

    private List<StorageDriverClaim> store(Payload... payloads) {
        return this.driver.store(CONTEXT, List.of(payloads)).join();
    }

    private CompletableFuture<List<Payload>> retrieve(StorageDriverClaim claim) {
        return this.driver.retrieve(StorageContexts.retrieve(), List.of(claim));
    }

    private static StorageDriverClaim claim(String key, String algorithm, String hash) {
        Map<String, String> claim = new HashMap<>(Map.of("key", key));
        if (algorithm != null) {
            claim.put("hash_algorithm", algorithm);
        }
        if (hash != null) {
            claim.put("hash_value", hash);
        }
        return new StorageDriverClaim(claim);
    }

    private static StorageDriverClaim inTypeScript(StorageDriverClaim claim) {
        Map<String, String> data = new HashMap<>(claim.getClaimData());
        data.put("hashAlgorithm", data.remove("hash_algorithm"));
        data.put("hashValue", data.remove("hash_value"));
        return new StorageDriverClaim(data);
    }

    private static StorageDriverClaim with(StorageDriverClaim claim, Map<String, String> entries) {
        Map<String, String> data = new HashMap<>(claim.getClaimData());
        data.putAll(entries);
        return new StorageDriverClaim(data);
    }

    private static Payload payload(String text) {
        return Payloads.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the failure of a future, which must have failed already. */
    private static Throwable failureOf(CompletableFuture<?> future) {
        assertThat(future).isDone();
        List<Throwable> failures = new ArrayList<>();
        future.whenComplete((done, failure) -> failures.add(failure));
        assertThat(failures).doesNotContainNull();
        assertThatExceptionOfType(Exception.class).isThrownBy(future::get);
        return (failures.get(0) instanceof CompletionException wrapper) ? wrapper.getCause() : failures.get(0);
    }

    private static String everythingSaidBy(Throwable failure) {
        StringBuilder said = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            said.append(cause).append('\n');
        }
        return said.toString();
    }

}
