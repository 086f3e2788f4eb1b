package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.cache.CacheStatistics;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The downloads that a cache saves. */
class PayloadCacheTests extends SavedTransfers {

    @Test
    void servesWhatWasStored() {
        StorageDriverClaim claim = store(RUN, PAYLOAD);

        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        assertThat(transfers()).isEqualTo(1);
    }

    @Test
    void servesWhatWasRetrieved() {
        StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);

        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
        assertThat(transfers()).isEqualTo(2);
    }

    @Test
    void keepsNoFailure() {
        StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
        this.objects.failAtOnce.put(1, new IOException("cut"));

        assertThatThrownBy(() -> retrieve(claim)).hasMessageContaining("cut");
        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
    }

    @ParameterizedTest
    @ValueSource(strings = { "shelf", "key", "another" })
    void missesAClaimThatDiffersAnywhere(String entry) {
        Map<String, String> other = new HashMap<>(store(RUN, PAYLOAD).getClaimData());
        other.put(entry, entry.equals("key") ? "v0/d/sha256/" + other.get("hash_value") : "other");

        begin(new StorageDriverClaim(other));

        assertThat(transfers()).isEqualTo(2);
    }

    /** The claims of this driver are short, but a forged one need not be. */
    @Test
    void countsTheBytesOfClaims() {
        Map<String, String> claim = new HashMap<>(store(RUN, Payloads.of(new byte[10])).getClaimData());

        for (int i = 0; i < 100; i++) {
            claim.put("more", i + "x".repeat(15_000));
            retrieve(new StorageDriverClaim(claim));
        }

        assertThat(this.resources.cache().getStatistics().entries()).isBetween(1L, 7L);
        assertThat(this.resources.storedObjects().asCaffeine().estimatedSize()).isEqualTo(101);
    }

    @Test
    void servesBothSpellingsOfTheHash() {
        StorageDriverClaim claim = store(RUN, PAYLOAD);
        Map<String, String> both = new HashMap<>(claim.getClaimData());
        both.putAll(inTypeScript(claim).getClaimData());

        assertThat(retrieve(new StorageDriverClaim(both))).isEqualTo(PAYLOAD);
        assertThat(retrieve(inTypeScript(claim))).isEqualTo(PAYLOAD);
        assertThat(transfers()).isEqualTo(1);
    }

    @Test
    void missesForAnotherDriver() {
        StorageDriverClaim claim = store(RUN, PAYLOAD);

        driver(this.resources).retrieve(StorageContexts.retrieve(), List.of(claim)).join();

        assertThat(transfers()).isEqualTo(2);
    }

    @Test
    void keepsNoAlteredObject() {
        StorageDriverClaim claim = driverOfAnotherProcess().store(context(RUN), List.of(PAYLOAD)).join().get(0);
        String key = claim.getClaimData().get("key");
        byte[] original = this.objects.contents.put(key, Payloads.of(Payloads.bytes(10 * KILOBYTE, 2)).toByteArray());
        assertThatThrownBy(() -> retrieve(claim)).hasCauseInstanceOf(PayloadIntegrityException.class);

        this.objects.contents.put(key, original);
        assertThat(retrieve(claim)).isEqualTo(PAYLOAD);
    }

    @Test
    void keepsNoLargePayload() {
        StorageDriverClaim claim = store(RUN, Payloads.of(Payloads.bytes(60 * KILOBYTE, 1)));
        System.gc();

        assertThat(retrieve(claim)).isEqualTo(Payloads.of(Payloads.bytes(60 * KILOBYTE, 1)));

        assertThat(transfers()).isEqualTo(2);
    }

    /** As a message does that waits for the rest of its payloads. */
    @Test
    void findsAPayloadThatSomethingElseKeepsInMemory() {
        StorageDriverClaim claim = driverOfAnotherProcess()
            .store(context(RUN), List.of(Payloads.of(Payloads.bytes(60 * KILOBYTE, 1))))
            .join()
            .get(0);
        Payload held = retrieve(claim);
        System.gc();

        assertThat(retrieve(claim)).isSameAs(held);

        assertThat(transfers()).isEqualTo(2);
        assertThat(this.resources.cache().getStatistics()).extracting(CacheStatistics::hits, CacheStatistics::misses)
            .containsExactly(1L, 1L);
    }

    @Test
    void isOffWithoutASize() {
        ContentAddressedStorageDriver uncached = driverOfAnotherProcess();

        StorageDriverClaim claim = uncached.store(context(RUN), List.of(PAYLOAD)).join().get(0);
        uncached.retrieve(StorageContexts.retrieve(), List.of(claim)).join();

        assertThat(transfers()).isEqualTo(2);
    }

    @Test
    void keepsWhatWasUsedLast() {
        List<StorageDriverClaim> claims = Stream.iterate(0, (i) -> i + 1)
            .limit(20)
            .map((i) -> store(RUN, Payloads.of(Payloads.bytes(10 * KILOBYTE, i))))
            .toList();

        System.gc();

        claims.subList(12, 20).forEach(this::retrieve);
        assertThat(transfers()).isEqualTo(20);
        claims.subList(0, 10).forEach(this::retrieve);
        assertThat(transfers()).isEqualTo(30);
    }

    @Test
    void changesNeitherPayloadsNorClaims() {
        ContentAddressedStorageDriver plain = driverOfAnotherProcess();
        StorageDriverClaim claim = store(RUN, PAYLOAD);

        assertThat(plain.store(context(RUN), List.of(PAYLOAD)).join()).containsExactly(claim);
        assertThat(store(RUN, PAYLOAD)).isEqualTo(claim);
        assertThat(plain.retrieve(StorageContexts.retrieve(), List.of(claim)).join().get(0).toByteArray())
            .isEqualTo(retrieve(claim).toByteArray())
            .isEqualTo(PAYLOAD.toByteArray());
    }

}
