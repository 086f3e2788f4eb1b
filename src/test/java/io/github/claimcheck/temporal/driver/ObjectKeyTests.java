package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeyTests {

    private static final String DIGEST = Payloads.sha256("content".getBytes(StandardCharsets.UTF_8));

    private static final String RUN_ID = "3f1d6c7a-8b2e-4f7a-9d0a-87a6f95e4d31";

    @Test
    void namesTheWorkflow() {
        assertThat(key(new StorageDriverWorkflowInfo("payments prod", "order+123=abc", RUN_ID, "ChargeWorkflow")))
            .isEqualTo("v0/ns/payments%20prod/wt/ChargeWorkflow/wi/order%2B123%3Dabc/ri/" + RUN_ID + "/d/sha256/"
                    + DIGEST);
    }

    @Test
    void namesTheStandaloneActivity() {
        assertThat(key(new StorageDriverActivityInfo("payments prod", "activity id+42", RUN_ID, "Capture/Charge")))
            .isEqualTo("v0/ns/payments%20prod/at/Capture%2FCharge/ai/activity%20id%2B42/ri/" + RUN_ID + "/d/sha256/"
                    + DIGEST);
    }

    @Test
    void namesOnlyTheDigestWithoutATarget() {
        assertThat(key(null)).isEqualTo("v0/d/sha256/" + DIGEST);
    }

    @ParameterizedTest
    @NullAndEmptySource
    void writesNullForAMissingSegment(String missing) {
        assertThat(key(new StorageDriverWorkflowInfo("default", missing, missing, missing)))
            .isEqualTo("v0/ns/default/wt/null/wi/null/ri/null/d/sha256/" + DIGEST);
        assertThat(key(new StorageDriverActivityInfo("default", missing, missing, missing)))
            .isEqualTo("v0/ns/default/at/null/ai/null/ri/null/d/sha256/" + DIGEST);
    }

    @Test
    void writesNullForAnEmptyNamespace() {
        assertThat(key(new StorageDriverWorkflowInfo("", "order-1", null, "ChargeWorkflow")))
            .isEqualTo("v0/ns/null/wt/ChargeWorkflow/wi/order-1/ri/null/d/sha256/" + DIGEST);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            a/b,          a%2Fb
            ../../etc,    ..%2F..%2Fetc
            /absolute,    %2Fabsolute
            .,            .
            ..,           ..
            100%,         100%25
            %2F,          %252F
            ~home,        %7Ehome
            it's,         it's
            a"b,          a%22b
            a\\b,         a%5Cb
            a b+c,        a%20b%2Bc
            a?b#c&d=e,    a%3Fb%23c%26d%3De
            bestellung-ü, bestellung-%C3%BC
            注文,         %E6%B3%A8%E6%96%87
            📦,           %F0%9F%93%A6
            """)
    void encodesUnsafeCharacters(String id, String segment) {
        assertThat(key(StorageContexts.workflow(id))).contains("/wi/" + segment + "/ri/");
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, '\t', '\n', '\r', 0x1f, 0x7f })
    void encodesControlCharacters(int character) {
        assertThat(key(StorageContexts.workflow("a" + (char) character + "b")))
            .contains("/wi/a%%%02Xb/ri/".formatted(character));
    }

    @Test
    void keepsSafeCharacters() {
        String safe = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!-_.*'()";

        assertThat(key(StorageContexts.workflow(safe))).contains("/wi/" + safe + "/ri/");
    }

    @Test
    void encodesEveryOtherAsciiCharacter() {
        IntStream.range(0, 128)
            .filter((character) -> !Character.isLetterOrDigit(character) && "!-_.*'()".indexOf(character) < 0)
            .forEach((character) -> assertThat(key(StorageContexts.workflow(String.valueOf((char) character))))
                .contains("/wi/%%%02X/ri/".formatted(character)));
    }

    /** S3 takes no longer key. */
    @Test
    void namesOnlyTheNamespaceIfTheKeyIsTooLong() {
        String shortest = key(StorageContexts.workflow("x"));
        String longest = "x".repeat(ObjectKey.MAX_LENGTH - shortest.length() + 1);

        assertThat(key(StorageContexts.workflow(longest))).contains(longest).hasSize(ObjectKey.MAX_LENGTH);
        assertThat(key(StorageContexts.workflow(longest + "x"))).matches("v0/ns/[^/]+/d/sha256/" + DIGEST);
        assertThat(ObjectKey.of(StorageContexts.workflow(longest), DIGEST, ObjectKey.MAX_LENGTH - 1).value())
            .matches("v0/ns/[^/]+/d/sha256/" + DIGEST);
    }

    @ParameterizedTest
    @MethodSource("targets")
    void tellsTheTargetThatItNames(StorageDriverTargetInfo target) {
        assertThat(ObjectKey.targetOf(key(target))).usingRecursiveComparison().isEqualTo(target);
        assertThat(ObjectKey.targetOf("team/payloads/" + key(target))).usingRecursiveComparison().isEqualTo(target);
    }

    static Stream<StorageDriverTargetInfo> targets() {
        return Stream.of(StorageContexts.workflow("order-1"), StorageContexts.workflow("a b+c/../%2F?ü📦"),
                new StorageDriverWorkflowInfo("default", "order-1", null, null),
                new StorageDriverActivityInfo("default", "a-1", "run", "Charge"));
    }

    @Test
    void tellsNoTargetWhereItNamesNone() {
        String tooLong = key(StorageContexts.workflow("x".repeat(ObjectKey.MAX_LENGTH)));

        assertThat(ObjectKey.targetOf(key(null))).isNull();
        assertThat(ObjectKey.targetOf(tooLong)).isNull();
        assertThat(ObjectKey.targetOf(null)).isNull();
    }

    static Stream<String> hostileKeys() {
        String digest = "/d/sha256/" + DIGEST;
        return Stream.of("", "/", "config", "v0/ns/n/wt/t/wi/w/ri/r" + digest + "/more", "v0/ns/n/wt/t/wi/w/ri/r",
                "v0/ns//wt/t/wi/w/ri/r" + digest, "v0/ns/n/wt/t/wi/w/x/ri/r" + digest,
                "xv0/ns/n/wt/t/wi/w/ri/r" + digest, "v0/ns/n/xt/t/wi/w/ri/r" + digest,
                // Not percent-encoded as a key is.
                "v0/ns/n/wt/t/wi/%/ri/r" + digest, "v0/ns/n/wt/t/wi/%zz/ri/r" + digest,
                "v0/ns/%-1/wt/t/wi/w/ri/r" + digest, "v0/ns/n/wt/t/wi/w/ri/r" + digest.toUpperCase(),
                "v0/ns/n/wt/t/wi/" + "x".repeat(1_000_000) + "/ri/r" + digest, "v0/ns/n/wt/".repeat(200_000) + digest,
                "%41".repeat(1_000_000));
    }

    /** A key in a claim comes from outside. */
    @ParameterizedTest
    @MethodSource("hostileKeys")
    void tellsNoTargetOfAKeyThatNoDriverWrites(String key) {
        assertThat(ObjectKey.targetOf(key)).isNull();
    }

    private static String key(StorageDriverTargetInfo target) {
        return ObjectKey.of(target, DIGEST, ObjectKey.MAX_LENGTH).value();
    }

}
