package io.github.claimcheck.temporal.store.composite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.driver.ClaimRefusedException;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DelegatesTests {

    private final StorageDriver one = new RecordingStorageDriver("one");

    private final StorageDriver two = new RecordingStorageDriver("two");

    private final Delegates delegates = new Delegates("composite", List.of(this.one, this.two));

    private static StorageDriverClaim claim(String entry, String value) {
        return new StorageDriverClaim(Map.of(entry, value));
    }

    @Test
    void keepTheirOrder() {
        assertThat(this.delegates.asList()).containsExactly(this.one, this.two);
    }

    @Test
    void claimHoldsTheirClaimsAsJsonByName() {
        StorageDriverClaim claim = this.delegates
            .claim(Map.of(this.one, claim("key", "a"), this.two, claim("key", "b \"quoted\"")));

        assertThat(claim.getClaimData()).containsExactlyInAnyOrderEntriesOf(
                Map.of("one", "{\"key\":\"a\"}", "two", "{\"key\":\"b \\\"quoted\\\"\"}"));
    }

    @Test
    void readsBackClaimsInTheOrderOfTheDelegates() {
        Map<StorageDriver, StorageDriverClaim> claims = new LinkedHashMap<>();
        claims.put(this.two, new StorageDriverClaim(Map.of("key", "Ωλ🚀/\"\\\n", "empty", "")));
        claims.put(this.one, claim("key", "a"));

        assertThat(this.delegates.claims(this.delegates.claim(claims))).containsExactlyInAnyOrderEntriesOf(claims);
        assertThat(this.delegates.claims(this.delegates.claim(claims)).keySet()).containsExactly(this.one, this.two);
    }

    @Test
    void delegatesThatAreGoneAreLeftOut() {
        StorageDriverClaim claim = new StorageDriverClaim(Map.of("tape", "{}", "two", "{\"key\":\"b\"}"));

        assertThat(this.delegates.claims(claim)).containsExactly(Map.entry(this.two, claim("key", "b")));
    }

    @Test
    void aClaimOfOthersNamesBoth() {
        assertThatThrownBy(() -> this.delegates.claims(claim("tape", "{}"))).isInstanceOf(ClaimRefusedException.class)
            .hasMessageContaining("Storage driver 'composite' could not retrieve a payload: the claim names the "
                    + "delegates [tape], but the driver's delegates are [one, two]")
            .hasMessageContaining("add it again");
    }

    static Stream<String> noJsonObjects() {
        return Stream.of("no JSON", "[]", "", "{\"key\":", "{\"key\":".repeat(5_000));
    }

    @ParameterizedTest
    @MethodSource("noJsonObjects")
    void aClaimWithoutJsonObjectsIsRefused(String data) {
        assertThatThrownBy(() -> this.delegates.claims(claim("one", data))).isInstanceOf(ClaimRefusedException.class)
            .hasMessageContaining("its claim does not contain JSON objects");
    }

    /** The delegate refuses it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "{\"key\":1}", "{\"key\":null}", "{\"key\":{\"key\":\"a\"}}" })
    void whatIsNoStringIsEmpty(String data) {
        assertThat(this.delegates.claims(claim("one", data))).containsExactly(Map.entry(this.one, claim("key", "")));
    }

}
