package io.github.claimcheck.temporal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuotedTests {

    private static final String UNSAFE = "[\\p{Cntrl}\\p{Cf}\\p{Cs}\u2028\u2029]";

    @ParameterizedTest
    @ValueSource(strings = { "", "order-1", "a b", "\u6CE8\u6587", "\uD83D\uDCE6", "'\"\\" })
    void textThatIsShortAndPlainStaysAsItIs(String text) {
        assertThat(Quoted.of(text)).isEqualTo(text);
        assertThat(Quoted.answer(text)).isEqualTo(text);
    }

    @Test
    void nullIsQuotedToo() {
        assertThat(Quoted.of((Object) null)).isEqualTo("null");
    }

    @ParameterizedTest
    @CsvSource({ "000a, \\u000a", "000d, \\u000d", "0000, \\u0000", "001b, \\u001b", "0085, \\u0085", "202e, \\u202e",
            "200b, \\u200b", "2028, \\u2028", "2029, \\u2029", "d800, \\ud800", "dc00, \\udc00", "feff, \\ufeff" })
    void charactersThatChangeALineAreEscaped(String character, String escaped) {
        char unsafe = (char) Integer.parseInt(character, 16);

        assertThat(Quoted.of("a" + unsafe + "b")).isEqualTo("a" + escaped + "b");
    }

    @Test
    void supplementaryFormatCharactersAreEscaped() {
        assertThat(Quoted.of(new StringBuilder("a").appendCodePoint(0xE0041).append('b')))
            .isEqualTo("a\\udb40\\udc41b");
    }

    @Test
    void longTextIsCutInTheMiddle() {
        String digest = "0123456789abcdef".repeat(4);

        assertThat(Quoted.of("x".repeat(1_900_000) + digest)).hasSizeBetween(200, 240)
            .startsWith("xxx")
            .contains(digest)
            .endsWith("(1900064 characters)");
        assertThat(Quoted.of("x".repeat(200))).isEqualTo("x".repeat(200));
        assertThat(Quoted.of("x".repeat(201))).contains("(201 characters)");
    }

    /** A cut through the middle of a character leaves none of its halves. */
    @Test
    void aCutLeavesNoHalfCharacter() {
        for (int i = 0; i < 4; i++) {
            String text = "x".repeat(i) + "\uD83D\uDCE6".repeat(500_000);
            assertThat(Quoted.of(text)).doesNotContainPattern(UNSAFE).hasSizeLessThan(260);
        }
    }

    @Test
    void namesAndLocationsAreBoundedWholly() {
        List<String> names = IntStream.range(0, 10_000).mapToObj((i) -> "name\n" + i + "x".repeat(i)).toList();
        assertThat(Quoted.of(names)).hasSizeLessThan(700).doesNotContainPattern(UNSAFE).contains("more]");
        assertThat(Quoted.of(List.of("a", "b"))).isEqualTo("[a, b]");

        Map<String, String> location = names.stream().collect(Collectors.toMap((name) -> name, (name) -> name));
        assertThat(Quoted.of(location)).hasSizeLessThan(20)
            .allSatisfy(
                    (entry, value) -> assertThat(entry + value).hasSizeLessThan(1_000).doesNotContainPattern(UNSAFE));
    }

    @Test
    void aCauseThatIsFitToBeQuotedStaysAsItIs() {
        IOException cause = new IOException("down", new IllegalStateException("closed"));

        assertThat(Quoted.cause(cause)).isSameAs(cause);
    }

    @Test
    void aCauseThatSaysTooMuchIsReplaced() {
        IOException large = new IOException("x".repeat(1_000_000));
        IOException lines = new IOException("a", new IOException("b\n2026 ERROR forged"));
        Throwable deep = new IOException("0");
        for (int i = 1; i < 100; i++) {
            deep = new IOException(String.valueOf(i), deep);
        }

        for (Throwable each : List.of(large, lines, deep)) {
            Throwable brief = Quoted.cause(each);
            assertThat(brief).hasNoCause().hasMessageStartingWith("java.io.IOException: ");
            assertThat(brief.getMessage()).hasSizeLessThan(600).doesNotContainPattern(UNSAFE);
            assertThat(brief.getStackTrace()).isEqualTo(each.getStackTrace());
        }
        assertThat(Quoted.failure(lines)).isEqualTo("java.io.IOException: a");
        assertThat(Quoted.failure(large)).hasSizeLessThan(2_100);
    }

}
