package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.testing.RawHttpServer;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Tests which lifecycle rules count. The server is a socket, which says what S3 says. */
class S3LifecycleTests {

    private static final String NAMESPACE = "orders eu";

    private static final String PREFIX = "temporal.external-storage.drivers.s3.";

    private static String rule(String filter, String action) {
        return "<Rule><ID>old payloads</ID><Status>Enabled</Status>" + filter + action + "</Rule>";
    }

    private static String prefix(String prefix) {
        return "<Filter><Prefix>" + prefix + "</Prefix></Filter>";
    }

    private static String expiration(int days) {
        return "<Expiration><Days>" + days + "</Days></Expiration>";
    }

    private static String error(String code) {
        return "<Error><Code>" + code + "</Code><Message>No.</Message></Error>";
    }

    private static Expiry read(String rules, String... properties) {
        return read(200, "<LifecycleConfiguration>" + rules + "</LifecycleConfiguration>", 200,
                "<VersioningConfiguration/>", properties);
    }

    private static Expiry read(int status, String lifecycle, int versioningStatus, String versioning,
            String... properties) {
        try (RawHttpServer server = new RawHttpServer((request) -> {
            boolean ofLifecycle = request.path().contains("lifecycle");
            request.respond(ofLifecycle ? status : versioningStatus, ofLifecycle ? lifecycle : versioning,
                    "Content-Type: application/xml");
        })) {
            Expiry[] read = new Expiry[1];
            new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
                .withPropertyValues(S3Server.properties("payloads", server.getEndpoint()))
                .withPropertyValues(properties)
                .run((context) -> read[0] = context.getBean(InspectableStorageDriver.class)
                    .readExpiry(NAMESPACE)
                    .get(30, TimeUnit.SECONDS));
            assertThat(read[0]).isNotNull();
            return read[0];
        }
        catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void assertNever(Expiry expiry) {
        assertThat(expiry.known()).as(expiry.explanation()).isTrue();
        assertThat(expiry.after()).as(expiry.explanation()).isNull();
    }

    private static void assertUnknown(Expiry expiry, String... reasons) {
        assertThat(expiry.known()).as(expiry.explanation()).isFalse();
        assertThat(expiry.explanation()).contains(reasons);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "v", "v0/", "v0/ns/", "v0/ns/orders%20eu/", "v0/ns/orders%20eu/wt/Order/", "v0/d/",
            "v0/ns/orders%20eu/wt/null/wi/1/ri/null/d/sha256/ab" })
    void rulesForSomeOrAllOfTheKeysCount(String prefix) {
        Expiry expiry = read(rule(prefix(prefix), expiration(7)));
        assertThat(expiry.after()).isEqualTo(Duration.ofDays(7));
        assertThat(expiry.explanation()).contains("'old payloads'", "after 7 days")
            .contains(prefix.isEmpty() ? "deletes objects after" : "under '" + prefix + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = { "logs/", "v1/", "v0/ns/payments/", "v0/ns/orders%20eu2/", "v0/ns/orders%20e/", "/v0/" })
    void rulesForOtherKeysDoNotCount(String prefix) {
        assertNever(read(rule(prefix(prefix), expiration(7))));
    }

    @ParameterizedTest
    @CsvSource({ "team/, 7", "team/a/, 7", "team/a/v0/ns/, 7", "v0/, -1", "team/b/, -1" })
    void theKeyPrefixComesBefore(String prefix, int days) {
        Expiry expiry = read(rule(prefix(prefix), expiration(7)), PREFIX + "key-prefix=team/a/");
        assertThat(expiry.after()).isEqualTo((days > 0) ? Duration.ofDays(days) : null);
    }

    @Test
    void theShortestRuleCounts() {
        Expiry expiry = read(rule(prefix("v0/"), expiration(30)) + rule("<Filter/>", expiration(365))
                + rule("<Prefix>v0/ns/orders%20eu/wt/Order/</Prefix>", expiration(9))
                + rule(prefix("v0/ns/payments/"), expiration(1)));
        assertThat(expiry.after()).isEqualTo(Duration.ofDays(9));
        assertThat(expiry.explanation()).contains("under 'v0/ns/orders%20eu/wt/Order/' after 9 days");
    }

    @Test
    void disabledRulesAndTaggedObjectsDoNotCount() {
        assertNever(read(rule(prefix("v0/"), expiration(7)).replace("Enabled", "Disabled")
                + rule("<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>", expiration(7))
                + rule("<Filter><And><Prefix>v0/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></And></Filter>",
                        expiration(7))));
    }

    @Test
    void rulesForSizesCountAndSayWhich() {
        Expiry larger = read(
                rule("<Filter><ObjectSizeGreaterThan>1000000</ObjectSizeGreaterThan></Filter>", expiration(7)));
        assertThat(larger.after()).isEqualTo(Duration.ofDays(7));
        assertThat(larger.explanation()).contains("objects larger than 1000000 bytes after 7 days");
        Expiry smaller = read(
                rule("<Filter><And><Prefix>v0/</Prefix><ObjectSizeLessThan>500000</ObjectSizeLessThan></And></Filter>",
                        expiration(7)));
        assertThat(smaller.explanation()).contains("under 'v0/' smaller than 500000 bytes after 7 days");
    }

    @Test
    void actionsOnOtherThanCurrentVersionsDoNotCount() {
        assertNever(read(rule(prefix(""),
                "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>")
                + rule(prefix(""),
                        "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>")
                + rule(prefix(""), "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
                        + "</AbortIncompleteMultipartUpload>")));
    }

    /** From its date on, such a rule deletes whatever there is. */
    @ParameterizedTest
    @ValueSource(strings = { "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z" })
    void aDateLeavesNoTime(String date) {
        Expiry expiry = read(rule(prefix(""), "<Expiration><Date>" + date + "</Date></Expiration>"));
        assertThat(expiry.after()).isZero();
        assertThat(expiry.explanation()).contains("from " + date + " on");
    }

    @ParameterizedTest
    @CsvSource({ "GLACIER, 30", "DEEP_ARCHIVE, 30", "STANDARD_IA, -1", "GLACIER_IR, -1", "INTELLIGENT_TIERING, -1" })
    void whatIsArchivedCannotBeRead(String storageClass, int days) {
        Expiry expiry = read(rule(prefix(""), "<Transition><Days>30</Days><StorageClass>" + storageClass
                + "</StorageClass></Transition>" + expiration(365)));
        assertThat(expiry.after()).isEqualTo(Duration.ofDays((days > 0) ? days : 365));
        assertThat(expiry.explanation()).contains((days > 0) ? "to " + storageClass : "deletes");
    }

    @Test
    void aBucketWithoutRulesKeepsItsObjects() {
        assertNever(read(404, error("NoSuchLifecycleConfiguration"), 200, "<VersioningConfiguration/>"));
    }

    @Test
    void earlierVersionsAccumulate() {
        String enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        Expiry withoutRule = read(404, error("NoSuchLifecycleConfiguration"), 200, enabled);
        assertNever(withoutRule);
        assertThat(withoutRule.explanation()).contains("keeps earlier versions for good");
        String rule = rule(prefix(""), expiration(7) + "<NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays>"
                + "</NoncurrentVersionExpiration>");
        assertThat(
                read(200, "<LifecycleConfiguration>" + rule + "</LifecycleConfiguration>", 200, enabled).explanation())
            .contains("after 7 days", "keeps earlier versions for 3 days");
    }

    @Test
    void aMissingPermissionIsNamed() {
        assertUnknown(read(403, error("AccessDenied"), 403, error("AccessDenied")), "s3:GetLifecycleConfiguration",
                "s3:GetBucketVersioning", "arn:aws:s3:::payloads");
        Expiry withoutVersions = read(200,
                "<LifecycleConfiguration>" + rule(prefix(""), expiration(7)) + "</LifecycleConfiguration>", 403,
                error("AccessDenied"));
        assertThat(withoutVersions.after()).isEqualTo(Duration.ofDays(7));
        assertThat(withoutVersions.explanation()).contains("s3:GetBucketVersioning");
    }

    @ParameterizedTest
    @CsvSource({ "501, NotImplemented", "405, MethodNotAllowed", "400, UnsupportedOperation" })
    void otherStoresMayNotKnowRules(int status, String code) {
        assertUnknown(read(status, error(code), status, error(code)), String.valueOf(status), code);
    }

    /** A store that does not know the query may list the bucket. */
    @Test
    void anAnswerOfAnotherKindIsNoRule() {
        assertUnknown(read(200, "<ListBucketResult><Name>payloads</Name></ListBucketResult>", 200, ""),
                "without any lifecycle rule");
    }

    @ParameterizedTest
    @CsvSource({ "403, InvalidAccessKeyId", "404, NoSuchBucket" })
    void otherFailuresAreFailures(int status, String code) {
        assertThatThrownBy(() -> read(status, error(code), status, error(code)))
            .hasRootCauseInstanceOf(software.amazon.awssdk.services.s3.model.S3Exception.class);
    }

    @Test
    void accessPointsAndResolversAreUnknown() {
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withPropertyValues(PREFIX + "region=eu-west-1",
                    PREFIX + "bucket=arn:aws:s3:eu-west-1:123456789012:accesspoint/payloads")
            .run((context) -> assertUnknown(
                    context.getBean(InspectableStorageDriver.class).readExpiry(NAMESPACE).join(), "access point"));
        new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withBean(S3BucketResolver.class, () -> (target, payload) -> "payloads")
            .withPropertyValues(PREFIX + "region=eu-west-1", PREFIX + "additional-buckets=payloads")
            .run((context) -> assertUnknown(
                    context.getBean(InspectableStorageDriver.class).readExpiry(NAMESPACE).join(), "S3BucketResolver"));
    }

}
