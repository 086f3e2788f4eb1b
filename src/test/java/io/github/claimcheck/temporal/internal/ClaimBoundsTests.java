package io.github.claimcheck.temporal.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.temporal.payload.storage.StorageDriverClaim;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimBoundsTests {

    private static StorageDriverClaim claim(String key) {
        return new StorageDriverClaim(Map.of("key", key));
    }

    @Test
    void aClaimOnAnObjectHas16Kilobytes() {
        assertThatCode(() -> ClaimBounds.requireOfObject(claim("x".repeat(16 * 1024 - 3)))).doesNotThrowAnyException();
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ClaimBounds.requireOfObject(claim("x".repeat(16 * 1024 - 2))))
            .withMessage("the claim has 16385 bytes, but the maximum is 16384");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ClaimBounds.requireOfObject(claim("\u6CE8".repeat(8 * 1024))));
        assertThatIllegalArgumentException().isThrownBy(
                () -> ClaimBounds.requireOfObject(new StorageDriverClaim(Map.of("x".repeat(16 * 1024), "key"))));
    }

    @Test
    void anyClaimHas64Kilobytes() {
        assertThatCode(() -> ClaimBounds.require(claim("x".repeat(64 * 1024 - 3)))).doesNotThrowAnyException();
        assertThatIllegalArgumentException().isThrownBy(() -> ClaimBounds.require(claim("x".repeat(64 * 1024 - 2))));
    }

    @Test
    void aClaimHasFewEntries() {
        StorageDriverClaim claim = new StorageDriverClaim(
                IntStream.range(0, 65).boxed().collect(Collectors.toMap(String::valueOf, String::valueOf)));

        assertThatIllegalArgumentException().isThrownBy(() -> ClaimBounds.require(claim))
            .withMessage("the claim has 65 entries, but the maximum is 64");
    }

    @ParameterizedTest
    @ValueSource(strings = { "a\nb", "\u0000", "\u007f", "\u0085", "\ud800", "\udc00\ud800" })
    void aClaimOnAnObjectHasNoControlCharacters(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ClaimBounds.requireOfObject(claim(text)));
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ClaimBounds.requireOfObject(new StorageDriverClaim(Map.of(text, "a"))));
    }

    @ParameterizedTest
    @ValueSource(strings = { "v0/ns/\u6CE8\u6587", "\uD83D\uDCE6", " ", "" })
    void otherCharactersAreAllowed(String text) {
        assertThatCode(() -> ClaimBounds.requireOfObject(claim(text))).doesNotThrowAnyException();
    }

    @Test
    void aClaimWeighsWhatItsTextsDo() {
        assertThat(ClaimBounds.weigh(claim("x".repeat(10_000)))).isBetween(10_000, 11_000);
        assertThat(ClaimBounds.weigh(claim("\u6CE8".repeat(10_000)))).isBetween(20_000, 21_000);
    }

}
