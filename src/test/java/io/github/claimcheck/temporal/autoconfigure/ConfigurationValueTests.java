package io.github.claimcheck.temporal.autoconfigure;

import static io.github.claimcheck.temporal.testing.FailureReport.advises;
import static io.github.claimcheck.temporal.testing.FailureReport.describes;
import static io.github.claimcheck.temporal.testing.FailureReport.failure;
import static io.github.claimcheck.temporal.testing.FailureReport.runner;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.spi.StorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperties;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;

/** Tests of values that Spring Boot would convert, but that nobody means. */
class ConfigurationValueTests {

    private static final String PREFIX = "temporal.external-storage.";

    private static final String BUCKET = PREFIX + "drivers.s3.bucket=payloads";

    private static final String REGION = PREFIX + "drivers.s3.region=eu-west-1";

    @ParameterizedTest
    @CsvSource({ "threshold, 256, 256KB", "max-inline-list-size, 1, 1KB", "max-inline-message-size, 1, 1KB",
            "max-bytes-in-flight, 64, 64KB", "cache.max-size, 64, 64KB", "cache.max-payload-size, 64, 64KB",
            "assume-stored-for, 3600, 3600s", "routes[0].min-size, 256, 256KB", "routes[0].max-size, 1024, 1024KB",
            "drivers.s3.max-payload-size, 50, 50KB", "drivers.s3.max-retrieved-size, 50, 50KB",
            "drivers.s3.api-call-timeout, 60, 60s", "drivers.s3.api-call-attempt-timeout, ${NO_SUCH:20}, 20s",
            "drivers.redis.ttl, 3600, 3600s", "expiry.longest-run, 30, 30s", "drivers.fallback.timeout, 3, 3s",
            "drivers.mirror.retry-after, 1, 1s", "drivers.gcs.read-timeout, +20, +20s",
            "drivers.azure.api-call-timeout, ' 60 ', 60s" })
    void numbersWithoutAUnit(String property, String value, String suggestion) {
        String type = property.replaceFirst("drivers\\.([^.]+)\\..*", "$1");
        assertThat(failure((runner) -> runner, PREFIX + property + "=" + value, PREFIX + "default-driver=" + type))
            .satisfies(describes(PREFIX + property + " is "))
            .satisfies(describes("which has no unit"))
            .satisfies(advises("Set " + PREFIX + property + " to " + suggestion + " for "));
    }

    @Test
    void numbersInListsAndNestedPropertiesOfOtherTypesOfDriversNeedAUnitToo() {
        for (String property : new String[] { "delays=1s,2", "delays[0]=2", "nested.delay=2", "nested.size=2" }) {
            assertThat(failure((runner) -> runner.withBean(OtherFactory.class), PREFIX + "drivers.other." + property))
                .satisfies(describes(
                        PREFIX + "drivers.other." + property.replaceFirst("=.*", " is 2, which has no unit")));
        }
        runner().withBean(OtherFactory.class)
            .withPropertyValues(PREFIX + "drivers.other.delays=1s, PT2S,0", PREFIX + "drivers.other.nested.delay=0",
                    PREFIX + "drivers.other.nested.size=0", PREFIX + "drivers.other.seconds=2",
                    PREFIX + "drivers.other.count=2", PREFIX + "drivers.other.key=-----BEGIN KEY-----\na\n")
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = { "threshold=0", "assume-stored-for=0", "cache.max-size=0", "max-inline-list-size=0",
            "drivers.s3.api-call-timeout=PT60S", "drivers.s3.max-payload-size=50 MB" })
    void zeroAndOtherForms(String property) {
        runner().withPropertyValues(BUCKET, REGION, PREFIX + property)
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = { "drivers.s3.bucket", "drivers.s3.region", "drivers.s3.key-prefix", "drivers.s3.name",
            "drivers.s3.additional-buckets", "drivers.s3.endpoint", "drivers.s3.type", "drivers.other.text",
            "default-driver", "routes[0].driver", "routes[0].workflow-types", "routes[0].workflow-ids[0]" })
    void invisibleCharactersInAValue(String property) {
        for (String invisible : new String[] { "\n", "\r\n", "\u0000", "\u00a0", "\u200b", "\ufeff", "\u2028", "\t" }) {
            String escaped = String.format("\\u%04x", (int) invisible.charAt(0));
            assertThat(failure((runner) -> runner.withBean(OtherFactory.class),
                    PREFIX + property + "=s" + invisible + "3"))
                .satisfies(describes(PREFIX + property))
                .satisfies(describes("s" + escaped))
                .satisfies(advises("Remove the character " + escaped))
                .satisfies((analysis) -> assertThat(analysis.getDescription()).doesNotContain(invisible));
        }
    }

    @Test
    void invisibleCharactersInASecret() {
        assertThat(failure(BUCKET, REGION, PREFIX + "drivers.s3.credentials.access-key-id=id",
                PREFIX + "drivers.s3.credentials.secret-access-key=hun\nter2"))
            .satisfies(describes("secret-access-key has a value that contains a line break, \\u000a."))
            .satisfies(
                    (analysis) -> assertThat(analysis.getDescription() + analysis.getAction()).doesNotContain("ter2"));
    }

    @Test
    void invisibleCharactersAtTheEndsOfAValue() {
        String blank = "\ufeff \u00a0\u200b\r\n\t\u0000";
        runner()
            .withPropertyValues(BUCKET + blank, REGION + blank, PREFIX + "drivers.s3.type=" + blank + "s3" + blank,
                    PREFIX + "drivers.s3.endpoint=" + blank + "http://localhost:1" + blank,
                    PREFIX + "drivers.s3.api-call-timeout=20s" + blank,
                    PREFIX + "drivers.s3.name=" + blank + "kept" + blank, PREFIX + "drivers.s3.enabled=true" + blank,
                    PREFIX + "default-driver=s3" + blank, PREFIX + "drivers.s3.credentials.access-key-id=id" + blank,
                    PREFIX + "threshold=1MB" + blank, PREFIX + "assume-stored-for=1h" + blank,
                    PREFIX + "enabled=true" + blank, PREFIX + "drivers.s3.credentials.secret-access-key=secret" + blank)
            .run((context) -> assertThat(context).hasNotFailed()
                .getBean("s3StorageDriver", StorageDriver.class)
                .extracting(StorageDriver::getName)
                .isEqualTo("kept"));
    }

    /** Properties as a driver of another library has them. */
    static class OtherProperties extends StorageDriverProperties {

        private String text = "";

        private String key = "";

        private int count;

        private List<Duration> delays = new ArrayList<>();

        @DurationUnit(ChronoUnit.SECONDS)
        private Duration seconds = Duration.ZERO;

        private final Nested nested = new Nested();

        OtherProperties() {
            super("other");
        }

        public String getText() {
            return this.text;
        }

        public void setText(String text) {
            this.text = text;
        }

        public String getKey() {
            return this.key;
        }

        public void setKey(String key) {
            this.key = key;
        }

        public int getCount() {
            return this.count;
        }

        public void setCount(int count) {
            this.count = count;
        }

        public List<Duration> getDelays() {
            return this.delays;
        }

        public void setDelays(List<Duration> delays) {
            this.delays = delays;
        }

        public Duration getSeconds() {
            return this.seconds;
        }

        public void setSeconds(Duration seconds) {
            this.seconds = seconds;
        }

        public Nested getNested() {
            return this.nested;
        }

        static class Nested {

            private Duration delay = Duration.ZERO;

            private DataSize size = DataSize.ofBytes(0);

            public Duration getDelay() {
                return this.delay;
            }

            public void setDelay(Duration delay) {
                this.delay = delay;
            }

            public DataSize getSize() {
                return this.size;
            }

            public void setSize(DataSize size) {
                this.size = size;
            }

        }

    }

    static class OtherFactory implements StorageDriverFactory<OtherProperties> {

        @Override
        public String getType() {
            return "other";
        }

        @Override
        public OtherProperties newProperties() {
            return new OtherProperties();
        }

        @Override
        public StorageDriver create(StorageDriverId id, OtherProperties properties, DriverResources resources) {
            return new RecordingStorageDriver(properties.getName());
        }

    }

}
