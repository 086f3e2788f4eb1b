package io.github.claimcheck.temporal.autoconfigure;

import static io.github.claimcheck.temporal.testing.FailureReport.advises;
import static io.github.claimcheck.temporal.testing.FailureReport.describes;
import static io.github.claimcheck.temporal.testing.FailureReport.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.Mockito.mock;

import io.github.claimcheck.temporal.store.s3.S3BucketResolver;
import io.github.claimcheck.temporal.store.s3.S3StorageDriverAutoConfiguration;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriverSelector;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * Tests that an invalid configuration fails the start, and that the report says what to
 * change.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationFailureTests {

    private static final String PREFIX = "temporal.external-storage.";

    private static final String BUCKET = PREFIX + "drivers.s3.bucket=payloads";

    private static final String REGION = PREFIX + "drivers.s3.region=eu-west-1";

    @TempDir
    Path directory;

    @Test
    void unknownDriverProperty() {
        assertThat(failure(PREFIX + "drivers.s3.buckett=payloads", REGION))
            .satisfies(describes("temporal.external-storage.drivers.s3.buckett"))
            .satisfies(advises("Change it to temporal.external-storage.drivers.s3.bucket"));
    }

    @Test
    void unknownNestedDriverProperty() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.credentials.access-key=x"))
            .satisfies(describes("drivers.s3.credentials.access-key"))
            .satisfies(advises("drivers.s3.credentials are: access-key-id, secret-access-key"));
    }

    @Test
    void propertyOfAnotherDriverType() {
        assertThat(failure(PREFIX + "drivers.local-disk.directory=" + this.directory,
                PREFIX + "drivers.local-disk.bucket=payloads"))
            .satisfies(describes("drivers.local-disk.bucket"))
            .satisfies(advises("Remove temporal.external-storage.drivers.local-disk.bucket"))
            .satisfies(advises("are: directory, enabled, max-payload-size, max-retrieved-size, name, type."));
    }

    @Test
    void unknownProperty() {
        assertThat(failure(BUCKET, REGION, PREFIX + "treshold=1MB")).satisfies(describes(PREFIX + "treshold"))
            .satisfies(advises("Change it to temporal.external-storage.threshold"));
    }

    @Test
    void unknownPropertyIsReportedBeforeBeansAreCreated() {
        AtomicBoolean made = new AtomicBoolean();
        assertThat(failure((runner) -> runner.withBean("early", Object.class, () -> {
            made.set(true);
            return new Object();
        }), BUCKET, REGION, PREFIX + "treshold=1MB")).satisfies(describes(PREFIX + "treshold"));
        assertThat(made).isFalse();
    }

    @Test
    void unknownPropertyAlone() {
        assertThat(failure(PREFIX + "driver.s3.bucket=payloads")).satisfies(describes(PREFIX + "driver.s3.bucket"))
            .satisfies(advises(PREFIX + "drivers"));
    }

    @Test
    void unknownDriverType() {
        assertThat(failure(PREFIX + "drivers.s4.bucket=payloads")).satisfies(describes("'s4'"))
            .satisfies(advises(
                    "Set temporal.external-storage.drivers.s4.type to one of: azure, fallback, gcs, local-disk, "
                            + "mirror, redis, s3"))
            .satisfies(advises("StorageDriver bean named s4StorageDriver"));
    }

    @Test
    void missingBucket() {
        assertThat(failure(REGION)).satisfies(describes("drivers.s3.bucket is not set"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.bucket"))
            .satisfies(advises(S3BucketResolver.class.getSimpleName()));
    }

    @ParameterizedTest
    @CsvSource({ "50MB, 49MB", "1GB, 128MB", "50MB, 0", "50MB, -1" })
    void payloadsThatCouldNotBeRetrieved(String stored, String retrieved) {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.max-payload-size=" + stored,
                PREFIX + "drivers.s3.max-retrieved-size=" + retrieved))
            .satisfies(describes("temporal.external-storage.drivers.s3.max-retrieved-size is "))
            .satisfies(describes("is less than temporal.external-storage.drivers.s3.max-payload-size"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.max-retrieved-size to "));
    }

    @Test
    void aBucketResolverWhoseBucketsNobodyTells() {
        assertThat(failure((runner) -> runner.withBean(S3BucketResolver.class, () -> (context, payload) -> "chosen"),
                REGION))
            .satisfies(describes("temporal.external-storage.drivers.s3.additional-buckets is not set"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.additional-buckets to all buckets"))
            .satisfies(advises("isOwnBucket"));
    }

    @ParameterizedTest
    @CsvSource({ "drivers.s3.additional-buckets, s3://old", "drivers.s3.additional-buckets, old/prefix",
            "drivers.s3.additional-buckets, arn:aws:s3:::old", "drivers.s3.additional-key-prefixes, a//b",
            "drivers.s3.additional-key-prefixes, ../a" })
    void earlierPlacesThatNoDriverHas(String property, String value) {
        assertThat(failure(BUCKET, REGION, PREFIX + property + "=" + value)).satisfies(describes(PREFIX + property))
            .satisfies(describes(value));
    }

    @Test
    void aNameThatNoMessageCanQuote() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.name=" + "x".repeat(201)))
            .satisfies(describes("The name of the storage driver s3StorageDriver has more than 200 characters"))
            .satisfies((analysis) -> assertThat(analysis.getDescription()).hasSizeLessThan(500));
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.name=a\nb"))
            .satisfies(describes("drivers.s3.name is 'a\\u000ab', which contains a line break"));
    }

    @Test
    void unresolvedPlaceholder() {
        assertThat(failure(PREFIX + "drivers.s3.bucket=${NO_SUCH_VARIABLE}", REGION))
            .satisfies(describes("${NO_SUCH_VARIABLE}"))
            .satisfies(advises("temporal.external-storage.drivers.s3.bucket"));
    }

    @Test
    void urlAsBucket() {
        assertThat(failure(PREFIX + "drivers.s3.bucket=s3://payloads/prefix", REGION))
            .satisfies(describes("s3://payloads/prefix"))
            .satisfies(advises("temporal.external-storage.drivers.s3.key-prefix"));
    }

    @Test
    void endpointWithoutScheme() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.endpoint=localhost:9000"))
            .satisfies(describes("localhost:9000"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.endpoint to a URL"));
    }

    @Test
    void omitsCredentialsInEndpoint() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.endpoint=http://id:hunter2@localhost:9000"))
            .satisfies(advises("drivers.s3.credentials.secret-access-key"))
            .satisfies((analysis) -> assertThat(analysis.getDescription() + analysis.getAction())
                .doesNotContain("hunter2"));
    }

    @Test
    void invalidRegion() {
        assertThat(failure(BUCKET, PREFIX + "drivers.s3.region=Ireland, probably"))
            .satisfies(describes("Ireland, probably"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.region"));
    }

    @Test
    void timeoutOfZeroOrLess() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.api-call-timeout=0s"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.api-call-timeout"));
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.api-call-attempt-timeout=-1s"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.api-call-attempt-timeout"));
    }

    @Test
    void arnAsBucket() {
        assertThat(failure(PREFIX + "drivers.s3.bucket=arn:aws:s3:::payloads", REGION))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.bucket to the bucket's name without s3://"));
    }

    @Test
    void unresolvedPlaceholderIsQuotedUnlessSecret() {
        assertThat(failure(BUCKET, PREFIX + "drivers.s3.region=${NO_SUCH_VARIABLE}"))
            .satisfies(advises("temporal.external-storage.drivers.s3.region"));
        assertThat(
                failure(BUCKET, REGION, PREFIX + "drivers.s3.credentials.secret-access-key=hunter2${NO_SUCH_VARIABLE}"))
            .satisfies(advises("temporal.external-storage.drivers.s3.credentials.secret-access-key"))
            .satisfies((analysis) -> assertThat(analysis.getDescription()).doesNotContain("hunter2"));
    }

    @Test
    void invalidEnabled() {
        assertThat(failure(BUCKET, REGION, PREFIX + "enabled=fales")).satisfies(describes("fales"))
            .satisfies(advises("Set temporal.external-storage.enabled to true or false"));
    }

    @Test
    void listOfDrivers() {
        assertThat(failure(PREFIX + "drivers[0]=s3")).satisfies(describes("'0'")).satisfies(advises("not a list"));
    }

    @Test
    void listOfBuckets() {
        assertThat(failure(PREFIX + "drivers.s3.bucket[0]=a", REGION))
            .satisfies(advises("temporal.external-storage.drivers.s3.bucket itself"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "/team", "team//payloads", "../team", "team/..", "team/./payloads", "/" })
    void keyPrefixWithEmptySegmentsOrDots(String keyPrefix) {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.key-prefix=" + keyPrefix))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.key-prefix"));
    }

    @Test
    void missingRegion() {
        // The chain would ask the environment, a profile and the instance's metadata.
        System.setProperty("aws.region", "");
        System.setProperty("aws.disableEc2Metadata", "true");
        try {
            assertThat(failure(BUCKET)).satisfies(describes("drivers.s3.region is not set"))
                .satisfies(advises("Set temporal.external-storage.drivers.s3.region"));
        }
        finally {
            System.clearProperty("aws.region");
            System.clearProperty("aws.disableEc2Metadata");
        }
    }

    @Test
    void incompleteCredentials() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.credentials.access-key-id=id"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.credentials.secret-access-key"));
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.credentials.secret-access-key=secret"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.credentials.access-key-id"))
            .satisfies((analysis) -> assertThat(analysis.getDescription()).doesNotContain("=secret"));
    }

    @Test
    void omitsMisplacedCredentials() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.credentials=id:hunter2"))
            .satisfies(describes("temporal.external-storage.drivers.s3.credentials"))
            .satisfies((analysis) -> assertThat(analysis.getDescription() + analysis.getAction())
                .doesNotContain("hunter2"));
    }

    @Test
    void unknownEncryption() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.server-side-encryption.type=rot13"))
            .satisfies(describes("rot13"))
            .satisfies(advises("drivers.s3.server-side-encryption.type to AES256"));
    }

    @Test
    void kmsKeyWithoutKmsEncryption() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.server-side-encryption.type=AES256",
                PREFIX + "drivers.s3.server-side-encryption.kms-key-id=alias/payloads"))
            .satisfies(advises("drivers.s3.server-side-encryption.type to aws:kms"));
    }

    @Test
    void missingDirectory() {
        assertThat(failure(PREFIX + "drivers.local-disk.max-payload-size=1MB"))
            .satisfies(advises("Set temporal.external-storage.drivers.local-disk.directory"));
    }

    @Test
    void negativeThreshold() {
        assertThat(failure(BUCKET, REGION, PREFIX + "threshold=-1B")).satisfies(describes(PREFIX + "threshold is -1B"))
            .satisfies(advises("Set temporal.external-storage.threshold"));
    }

    @Test
    void invalidThreshold() {
        assertThat(failure(BUCKET, REGION, PREFIX + "threshold=large")).satisfies(describes("large"))
            .satisfies(advises("Set temporal.external-storage.threshold to a size such as 256KB"));
    }

    @Test
    void invalidTimeout() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.api-call-timeout=soon")).satisfies(describes("soon"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.api-call-timeout to a duration"));
    }

    @Test
    void emptyThreshold() {
        assertThat(failure(BUCKET, REGION, PREFIX + "threshold=${NO_THRESHOLD:}"))
            .satisfies(describes(PREFIX + "threshold has no value"))
            .satisfies(advises("Give temporal.external-storage.threshold a value, or remove it"));
    }

    @Test
    void zeroConcurrentTransfers() {
        assertThat(failure(BUCKET, REGION, PREFIX + "max-concurrent-transfers=0"))
            .satisfies(advises("Set temporal.external-storage.max-concurrent-transfers to 1 or more"));
    }

    @ParameterizedTest
    @CsvSource({ "max-bytes-in-flight, 0B, 64MB", "max-bytes-in-flight, -1MB, 64MB", "assume-stored-for, -1s, 1h",
            "cache.max-size, -1B, 64MB", "cache.max-payload-size, -1B, 16MB", "expiry.interval, 0s, 1d" })
    void limitOutOfRange(String property, String value, String suggestion) {
        assertThat(failure(BUCKET, REGION, PREFIX + property + "=" + value)).satisfies(describes(PREFIX + property))
            .satisfies(advises("Set temporal.external-storage." + property + " to a "))
            .satisfies(advises("such as " + suggestion + ", the default"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "max-bytes-in-flight", "assume-stored-for", "cache.max-size", "cache.max-payload-size",
            "cache.disk.max-size" })
    void invalidLimit(String property) {
        assertThat(failure(BUCKET, REGION, PREFIX + property + "=plenty")).satisfies(describes("plenty"))
            .satisfies(advises("Set temporal.external-storage." + property + " to a "));
    }

    @Test
    void aCacheOnDiskNeedsADirectory() {
        assertThat(failure(BUCKET, REGION, PREFIX + "cache.disk.max-size=1GB"))
            .satisfies(describes(PREFIX + "cache.disk.directory is not set"))
            .satisfies(advises("Set temporal.external-storage.cache.disk.directory to a directory on a local disk"));
        assertThat(failure(BUCKET, REGION, PREFIX + "cache.disk.max-size=-1B"))
            .satisfies(describes(PREFIX + "cache.disk.max-size is -1B"))
            .satisfies(advises("such as 10GB"));
    }

    @Test
    void negativeLongestRun() {
        assertThat(failure(BUCKET, REGION, PREFIX + "expiry.longest-run=-1d"))
            .satisfies(describes(PREFIX + "expiry.longest-run is "))
            .satisfies(advises("Set temporal.external-storage.expiry.longest-run to a duration such as 30d"));
    }

    @Test
    void zeroMaxPayloadSize() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.max-payload-size=0"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.max-payload-size"));
    }

    @Test
    void duplicateDriverName() {
        assertThat(
                failure(BUCKET, REGION, PREFIX + "drivers.archive.type=s3", PREFIX + "drivers.archive.bucket=archive",
                        PREFIX + "drivers.archive.region=eu-west-1", PREFIX + "default-driver=s3"))
            .satisfies(describes("'aws.s3driver'"))
            .satisfies(describes("archiveStorageDriver"))
            .satisfies(advises("temporal.external-storage.drivers.<id>.name"));
    }

    @Test
    void severalDriversWithoutDefault() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.local-disk.directory=" + this.directory))
            .satisfies(describes("local-disk"))
            .satisfies(advises("Set temporal.external-storage.default-driver to one of: s3, local-disk"))
            .satisfies(advises("StorageDriverSelector"));
    }

    /** Spring Boot treats such keys as the same. */
    @ParameterizedTest
    @CsvSource({ "tenant-11, tenant-1-1", "a-1, a1", "my-archive, my_archive", "my-archive, myArchive" })
    void idsThatDifferOnlyInDashesOrCase(String one, String other) {
        assertThat(failure(PREFIX + "default-driver=" + one, driver(one, "one"), driver(other, "other")))
            .satisfies(describes("temporal.external-storage.drivers has the keys '" + one + "' and '" + other + "'"))
            .satisfies(advises("Rename one of the keys"));
    }

    private static String driver(String id, String name) {
        return PREFIX + "drivers." + id + ".name=" + name;
    }

    @Test
    void invalidDefaultDriver() {
        assertThat(failure(BUCKET, REGION, PREFIX + "default-driver=-"))
            .satisfies(advises("Set temporal.external-storage.default-driver to one of: s3"));
    }

    @Test
    void unknownDefaultDriver() {
        assertThat(failure(BUCKET, REGION, PREFIX + "default-driver=s4")).satisfies(describes("s4"))
            .satisfies(advises("Set temporal.external-storage.default-driver to one of: s3"));
    }

    @Test
    void unknownDefaultDriverWithSelectorBean() {
        assertThat(failure((runner) -> runner.withBean(StorageDriverSelector.class, () -> (context, payload) -> null),
                BUCKET, REGION, PREFIX + "default-driver=s4"))
            .satisfies(advises("Set temporal.external-storage.default-driver to one of: s3"));
    }

    @Test
    void severalS3ClientsWithoutPrimary() {
        assertThat(failure(ConfigurationFailureTests::twoS3Clients, BUCKET)).satisfies(
                advises("Set temporal.external-storage.drivers.s3.client to one of: one, two. Or declare one of these "
                        + "beans @Primary"));
    }

    private static ApplicationContextRunner twoS3Clients(ApplicationContextRunner runner) {
        return runner.withBean("one", S3AsyncClient.class, () -> mock(S3AsyncClient.class))
            .withBean("two", S3AsyncClient.class, () -> mock(S3AsyncClient.class));
    }

    @Test
    void unknownBeanName() {
        assertThat(failure(ConfigurationFailureTests::twoS3Clients, BUCKET, PREFIX + "drivers.s3.client=tow"))
            .satisfies(advises("Set temporal.external-storage.drivers.s3.client to one of: one, two"));
        assertThat(failure((runner) -> runner.withBean("archive", String.class, () -> "s3"),
                PREFIX + "drivers.s3.client=archive", BUCKET))
            .satisfies(describes("s3.client is archive, which is a java.lang.String bean, not a S3AsyncClient"));
        assertThat(failure((runner) -> runner, PREFIX + "drivers.s3.bucket-resolver=byTenant", REGION))
            .satisfies(advises("or remove temporal.external-storage.drivers.s3.bucket-resolver"));
        assertThat(failure((runner) -> runner, PREFIX + "drivers.gcs.client=archive", PREFIX + "drivers.gcs.bucket=b"))
            .satisfies(advises("Declare a com.google.cloud.storage.Storage bean of that name"));
        assertThat(failure((runner) -> runner, PREFIX + "drivers.azure.client=archive",
                PREFIX + "drivers.azure.container=payloads"))
            .satisfies(advises("or remove temporal.external-storage.drivers.azure.client"));
    }

    @Test
    void sdkWithoutExternalStorage() {
        assertThat(failure((runner) -> runner.withClassLoader(new FilteredClassLoader(ExternalStorage.class)), BUCKET))
            .satisfies(advises("io.temporal:temporal-spring-boot-starter to 1.39.0 or later"));
    }

    @Test
    void excludedAwsSdk() {
        assertThat(
                failure((runner) -> runner.withClassLoader(new FilteredClassLoader("software.amazon.awssdk")), BUCKET))
            .satisfies(advises("software.amazon.awssdk:s3"));
    }

    @Test
    void springBootPrintsTheReport(CapturedOutput output) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        assertThat(catchThrowable(() -> application.run("--" + REGION))).isNotNull();
        assertThat(output.getAll()).contains("APPLICATION FAILED TO START")
            .contains("Set temporal.external-storage.drivers.s3.bucket to a bucket name");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ StorageDriverAutoConfiguration.class, ExternalStorageAutoConfiguration.class,
            S3StorageDriverAutoConfiguration.class })
    static class Application {

    }

}
