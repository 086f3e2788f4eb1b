package io.github.claimcheck.temporal.autoconfigure;

import static io.github.claimcheck.temporal.testing.FailureReport.advises;
import static io.github.claimcheck.temporal.testing.FailureReport.describes;
import static io.github.claimcheck.temporal.testing.FailureReport.failure;
import static io.github.claimcheck.temporal.testing.FailureReport.runner;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.unit.DataSize;

/**
 * Tests of properties that are right by themselves, but that contradict each other, have
 * no effect, or are in no group.
 */
@ExtendWith(OutputCaptureExtension.class)
class ContradictoryConfigurationTests {

    private static final String PREFIX = "temporal.external-storage.";

    private static final String BUCKET = PREFIX + "drivers.s3.bucket=payloads";

    private static final String REGION = PREFIX + "drivers.s3.region=eu-west-1";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({ "drivers=s3, drivers.s3.bucket", "drivers=true, drivers.s3.bucket",
            "drivers.s3=true, drivers.s3.bucket", "drivers.archive=payloads, drivers.archive.bucket" })
    void groupsWithAValueOfTheirOwn(String property, String suggestion) {
        assertThat(failure(PREFIX + property))
            .satisfies(describes(PREFIX + property.replaceFirst("=.*", " has a value")))
            .satisfies(advises("such as " + PREFIX + suggestion));
        assertThat(failure(BUCKET, REGION, PREFIX + property)).satisfies(describes("has a value"));
    }

    @Test
    void thePrefixWithAValueOfItsOwn() {
        assertThat(failure("temporal.external-storage=true"))
            .satisfies(describes("temporal.external-storage has a value"));
    }

    /** Such as all properties of a driver in JSON, with secrets in it. */
    @Test
    void theValueOfAGroupIsNotQuoted() {
        for (String group : new String[] { "temporal.external-storage", PREFIX + "drivers", PREFIX + "drivers.s3" }) {
            assertThat(failure(group + "={\"credentials\":{\"secret-access-key\":\"hunter2\"}}"))
                .satisfies(describes(group + " has a value"))
                .satisfies((analysis) -> assertThat(analysis.getDescription() + analysis.getAction())
                    .doesNotContain("hunter2"));
        }
    }

    /** As YAML has it where nothing is below {@code cache:} or {@code credentials:}. */
    @Test
    void nestedGroupsWithoutProperties() {
        runner().withPropertyValues(BUCKET, REGION, PREFIX + "cache=", PREFIX + "drivers.s3.credentials=",
                PREFIX + "drivers.s3.server-side-encryption=", PREFIX + "drivers.s3.server-side-encryption.type=AES256")
            .run((context) -> assertThat(context).hasNotFailed().hasBean("s3StorageDriver"));
    }

    @Test
    void quotesOfValuesAreShortAndEscaped() {
        String value = "x".repeat(2000) + "${NO_SUCH}";
        for (String property : new String[] { "bucket", "type" }) {
            assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3." + property + "=" + value))
                .satisfies((analysis) -> assertThat(analysis.getDescription()).contains("xxx").hasSizeLessThan(700));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "true", "yes", "on", "1", "true\n", " TRUE" })
    void earlyReferencesAreReadHoweverTrueIsSpelled(String value) {
        runner().withPropertyValues(BUCKET, REGION, PREFIX + "read-early-references=" + value)
            .run((context) -> assertThat(context).hasBean("earlyReferencePlugin"));
    }

    /** As YAML has it where nothing is below {@code s3:}. */
    @Test
    void aDriverWithoutProperties() {
        assertThat(failure(PREFIX + "drivers.s3=")).satisfies(describes("drivers.s3.bucket is not set"));
        runner()
            .withPropertyValues(BUCKET, REGION, PREFIX + "drivers.s3=", PREFIX + "drivers=",
                    "temporal.external-storage=")
            .run((context) -> assertThat(context).hasNotFailed().hasBean("s3StorageDriver"));
    }

    @Test
    void driversThatAreSwitchedOff() {
        String off = PREFIX + "drivers.s3.enabled=false";
        runner().withPropertyValues(off, BUCKET)
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(StorageDriver.class));
        String disk = PREFIX + "drivers.local-disk.directory=" + this.directory;
        runner().withPropertyValues(off, BUCKET, REGION, disk)
            .run((context) -> assertThat(context).hasNotFailed()
                .getBeans(StorageDriver.class)
                .containsOnlyKeys("localDiskStorageDriver"));
        runner().withBean(ConfigurationValueTests.OtherFactory.class)
            .withPropertyValues(PREFIX + "drivers.other.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(StorageDriver.class));
        runner().withBean("s3StorageDriver", StorageDriver.class, () -> new RecordingStorageDriver("mine"))
            .withPropertyValues(off, PREFIX + "default-driver=s3")
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource({ "default-driver=S3, default-driver", "'routes[0].driver=s3', routes[0].driver",
            "'drivers.fallback.drivers=local-disk, s3', drivers.fallback.drivers",
            "'drivers.mirror.drivers[0]=s3', drivers.mirror.drivers" })
    void referencesToADriverThatIsSwitchedOff(String reference, String property) {
        assertThat(failure(PREFIX + "drivers.s3.enabled=false", BUCKET, REGION, PREFIX + reference,
                PREFIX + "drivers.local-disk.directory=" + this.directory))
            .satisfies(describes(PREFIX + property + " names the storage driver s3"))
            .satisfies(advises("Set " + PREFIX + "drivers.s3.enabled to true"))
            .satisfies(advises(PREFIX + property));
    }

    @Test
    void invalidSwitch() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.enabled=of"))
            .satisfies(advises("Set " + PREFIX + "drivers.s3.enabled to true or false"));
    }

    @Test
    void driversThatWouldRejectEverything() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.max-payload-size=255KB"))
            .satisfies(
                    describes("s3.max-payload-size is 261120B, which is less than " + PREFIX + "threshold (262144B)"))
            .satisfies(advises("Raise " + PREFIX + "drivers.s3.max-payload-size, or lower " + PREFIX + "threshold"));
        assertThat(failure(BUCKET, REGION, PREFIX + "routes[0].driver=s3", PREFIX + "routes[0].min-size=51MB"))
            .satisfies(describes(PREFIX + "routes[0].min-size is "))
            .satisfies(advises("or raise " + PREFIX + "drivers.s3.max-payload-size"));
        runner().withPropertyValues(BUCKET, REGION, PREFIX + "drivers.s3.max-payload-size=256KB")
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void payloadsThatExpireWhileTheyAreAssumedToBeStored() {
        assertThat(failure(PREFIX + "drivers.redis.ttl=59m"))
            .satisfies(
                    describes("drivers.redis.ttl is PT59M, which is less than " + PREFIX + "assume-stored-for (PT1H)"))
            .satisfies(advises("or lower " + PREFIX + "assume-stored-for"));
    }

    @Test
    void arnsInPaths() {
        assertThat(failure(PREFIX + "drivers.s3.bucket=arn:aws:s3:eu-west-1:123456789012:accesspoint/payloads", REGION,
                PREFIX + "drivers.s3.path-style-access=true"))
            .satisfies(describes("drivers.s3.path-style-access is true, but "))
            .satisfies(advises("Remove " + PREFIX + "drivers.s3.path-style-access"));
    }

    @Test
    void limitsWithoutEffectAreWarnedOf(CapturedOutput output) {
        runner()
            .withPropertyValues(BUCKET, REGION, PREFIX + "cache.max-payload-size=65MB",
                    PREFIX + "drivers.s3.api-call-attempt-timeout=61s", PREFIX + "drivers.gcs.bucket=payloads",
                    PREFIX + "drivers.gcs.endpoint=http://localhost:1", PREFIX + "drivers.gcs.read-timeout=61s",
                    PREFIX + "default-driver=s3")
            .withBean(StorageDriverSelector.class, () -> (context, payload) -> null)
            .run((context) -> assertThat(context).hasNotFailed());
        assertThat(output).contains("cache.max-payload-size is 68157440B, but")
            .contains("s3.api-call-attempt-timeout is PT1M1S, which has no effect")
            .contains("gcs.read-timeout is PT1M1S, which has no effect")
            .contains(PREFIX + "default-driver has no effect");
    }

    @Test
    void aCacheOnDiskIsOffUntilItHasASize(CapturedOutput output) {
        Path cache = this.directory.resolve("cache");
        runner().withPropertyValues(BUCKET, REGION, PREFIX + "cache.disk.directory=" + cache).run((context) -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(DriverResources.class).cache().getDisk()).isNull();
        });
        assertThat(output).contains("cache.disk.directory is not used");
        assertThat(cache).doesNotExist();

        runner()
            .withPropertyValues(BUCKET, REGION, PREFIX + "cache.disk.directory=" + cache,
                    PREFIX + "cache.disk.max-size=1GB")
            .run((context) -> assertThat(
                    context.getBean(DriverResources.class).cache().getDisk().getStatistics().maxBytes())
                .isEqualTo(1L << 30));
    }

    @Test
    void defaultsAreNotWarnedOf(CapturedOutput output) {
        runner()
            .withPropertyValues(BUCKET, REGION, PREFIX + "cache.max-size=1MB",
                    PREFIX + "drivers.s3.api-call-timeout=10s")
            .run((context) -> assertThat(context).hasNotFailed());
        assertThat(output).doesNotContain("WARN");
    }

    @ParameterizedTest
    @ValueSource(strings = { "temporal.external-storages.threshold", "temporal.external.storage.threshold",
            "temporal.externalStorages.threshold", "TEMPORAL_EXTERNALSTORAGE_THRESHOLD" })
    void wrongPrefixInAFile(String name) {
        assertThat(failure(BUCKET, REGION, name + "=1MB")).satisfies(describes(name + " is a property"))
            .satisfies(advises("Rename " + name + " to " + PREFIX + "threshold."));
    }

    @ParameterizedTest
    @ValueSource(strings = { "temporal.external_storage.threshold", "temporal.externalStorage.threshold",
            "temporal.externalstorage.threshold", "TEMPORAL.EXTERNAL-STORAGE.THRESHOLD" })
    void otherFormsOfThePrefixBind(String name) {
        runner().withPropertyValues(BUCKET, REGION, name + "=1MB")
            .run((context) -> assertThat(context).hasNotFailed()
                .getBean(ExternalStorageProperties.class)
                .extracting(ExternalStorageProperties::getThreshold)
                .isEqualTo(DataSize.ofMegabytes(1)));
    }

    @Test
    void thePrefixOfTheTemporalStarterIsWarnedOf(CapturedOutput output) {
        runner().withPropertyValues(BUCKET, REGION, "spring.temporal.external-storage.threshold=1MB")
            .run((context) -> assertThat(context).hasNotFailed());
        assertThat(output).contains("spring.temporal.external-storage.threshold")
            .contains("has no effect: the prefix is temporal.external-storage");
    }

    /** What YAML makes of a driver with nothing below it. */
    @ParameterizedTest
    @ValueSource(strings = { "s3:", "s3: {}", "s3: ''", "s3: ~" })
    void aDriverWithoutPropertiesInYaml(String driver) throws IOException {
        List<PropertySource<?>> yaml = new YamlPropertySourceLoader().load("test",
                new ByteArrayResource(
                        ("temporal: {external-storage: {drivers: {" + driver.replaceFirst(":$", ": ") + "}}}")
                            .getBytes(StandardCharsets.UTF_8)));
        assertThat(failure((runner) -> runner
            .withInitializer((context) -> yaml.forEach(context.getEnvironment().getPropertySources()::addLast))))
            .satisfies(describes("drivers.s3.bucket is not set"));
    }

}
