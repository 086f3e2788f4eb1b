package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnPlacesTests {

    private static final String DIGEST = "0123456789abcdef".repeat(4);

    private static final String RUN = "v0/ns/default/wt/Charge/wi/order-1/ri/run/d/sha256/";

    private final OwnPlaces places = OwnPlaces.withKeyPrefixes("team/", List.of("", "old/team/"))
        .inBuckets("bucket", Set.of("payloads", "arn:aws:s3:eu-west-1:1:accesspoint/own")::contains,
                "additional-buckets");

    private final OwnPlaces prefixed = OwnPlaces.withKeyPrefixes("team/", List.of());

    private final OwnPlaces redis = OwnPlaces.withRedisKeyPrefixes("team:", List.of());

    private static void assertAccepted(OwnPlaces places, String key) {
        assertThatCode(() -> places.requireKey(key.replace("D", DIGEST), DIGEST)).as(key).doesNotThrowAnyException();
    }

    private static void assertRefused(OwnPlaces places, String key) {
        assertThatIllegalArgumentException().as(key)
            .isThrownBy(() -> places.requireKey(key.replace("D", DIGEST), DIGEST));
    }

    @ParameterizedTest
    @ValueSource(strings = { RUN, "v0/ns/default/at/Charge/ai/a/ri/run/d/sha256/", "v0/ns/default/d/sha256/",
            "v0/d/sha256/", "v0/ns/null/wt/null/wi/null/ri/null/d/sha256/", "v0/ns/d/wt/sha256/wi/v0/ri/ns/d/sha256/",
            "v0/ns/a$&+:=@~/wt/%2F/wi/../ri/*/d/sha256/" })
    void acceptsTheKeysOfAllDriversUnderItsPrefixes(String key) {
        assertAccepted(this.places, key + "D");
        assertAccepted(this.places, "team/" + key + "D");
        assertAccepted(this.places, "old/team/" + key + "D");
        assertAccepted(this.prefixed, "team/" + key + "D");
        assertRefused(this.prefixed, key + "D");
    }

    @ParameterizedTest
    @ValueSource(strings = { "team-b/", "teams/", "Team/", "team//", "/team/", "team/team/", "old/", "old/team", "team",
            "team/../", "../", "./", "team/v0/", "x" })
    void refusesOtherPrefixes(String prefix) {
        assertRefused(this.places, prefix + RUN + "D");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "D", "sha256/D", "d/sha256/D", "v0/D", "v0/sha256/D", "v1/d/sha256/D", "V0/d/sha256/D",
            "v0//d/sha256/D", "v0/ns//d/sha256/D", "v0/ns/a/b/d/sha256/D", "v0/ns/a/wt/b/d/sha256/D",
            "v0/ns/a/wt/b/wi/c/d/sha256/D", "v0/ns/a/wt/b/ai/c/ri/d/d/sha256/D", "v0/wt/b/wi/c/ri/d/d/sha256/D",
            "v0/ns/a/wt/b/wi/c/ri/d/e/d/sha256/D", "v0/d/sha256/D/", "v0/d/sha256/D ", "v0/d/sha256/D?versionId=1",
            "v0/d/sha256/x/D", "v0/d/md5/D", "v0%2Fd%2Fsha256%2FD", "v0/d/sha256/D\n" })
    void refusesOtherLayouts(String key) {
        assertRefused(this.places, key);
        assertRefused(this.prefixed, "team/" + key);
    }

    @Test
    void refusesAKeyForAnotherDigest() {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> this.places.requireKey("v0/d/sha256/" + "0".repeat(64), DIGEST));
        assertThatIllegalArgumentException()
            .isThrownBy(() -> this.places.requireKey("v0/d/sha256/" + DIGEST.toUpperCase(), DIGEST.toUpperCase()));
    }

    @ParameterizedTest
    @ValueSource(strings = { "team:v0:d:sha256:D", "team:v0:ns:default:wt:C:wi:o:ri:r:d:sha256:D",
            "team:v0:wt:C:wi:o:ri:r:d:sha256:D", "team:v0:ns:default:at:C:ai:o:ri:r:d:sha256:D" })
    void acceptsTheKeysOfRedis(String key) {
        assertAccepted(this.redis, key);
    }

    @ParameterizedTest
    @ValueSource(strings = { "v0:d:sha256:D", "team-b:v0:d:sha256:D", "teamv0:d:sha256:D", "x:team:v0:d:sha256:D",
            "team::v0:d:sha256:D", "team:team:v0:d:sha256:D", "team:v0:ns::d:sha256:D", "team:v0:ns:a:b:d:sha256:D",
            "team:session:D", "team:v0:d:sha256:D:x", "team:V0:d:sha256:D" })
    void refusesOtherKeysOfRedis(String key) {
        assertRefused(this.redis, key);
    }

    @ParameterizedTest
    @ValueSource(strings = { "payloads", "arn:aws:s3:eu-west-1:1:accesspoint/own" })
    void acceptsItsBuckets(String bucket) {
        assertThatCode(() -> this.places.requireBucket(bucket)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "payload", "payloads2", "Payloads", "payloads/", "payloads/x", " payloads",
            "../payloads", "arn:aws:s3:eu-west-1:1:accesspoint/other", "arn:aws:s3:eu-west-1:1:accesspoint:own",
            "arn:aws:s3:eu-west-1:2:accesspoint/own", "arn:aws:s3:eu-west-2:1:accesspoint/own",
            "arn:aws:s3::1:accesspoint/own.mrap", "arn:aws:s3:::payloads",
            "arn:aws:s3-outposts:eu-west-1:1:outpost/op/accesspoint/own" })
    void refusesOtherBuckets(String bucket) {
        assertThatIllegalArgumentException().isThrownBy(() -> this.places.requireBucket(bucket))
            .withMessageContaining("additional-buckets");
    }

    @Test
    @Timeout(5)
    void aLongKeyTakesNoLongTime() {
        for (String text : List.of("v0/", "v0/ns/", "v0/ns/a/wt/", "/", "v0/ns/a/wt/b/wi/c/ri/d/", "v0/d/sha256/",
                "a")) {
            assertRefused(this.places, text.repeat(16_000 / text.length()) + "D");
        }
    }

}
