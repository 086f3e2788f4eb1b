package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.store.s3.S3AsyncClientBuilderCustomizer;
import io.github.claimcheck.temporal.store.s3.S3BucketResolver;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowClientPlugin;
import io.temporal.client.schedules.ScheduleClientPlugin;
import io.temporal.common.converter.DataConverter;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverSelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.javapoet.ClassName;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

@ExtendWith(OutputCaptureExtension.class)
class ExternalStorageAutoConfigurationTests {

    private static final String PREFIX = "temporal.external-storage.";

    private static final String[] S3 = { PREFIX + "drivers.s3.bucket=payloads",
            PREFIX + "drivers.s3.region=eu-west-1" };

    @TempDir
    Path directory;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all());

    @Test
    void backsOffWithoutADriver(CapturedOutput output) {
        LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
        String logger = ExternalStorageAutoConfiguration.class.getName();
        logging.setLogLevel(logger, LogLevel.DEBUG);
        try {
            this.runner.run((context) -> {
                assertThat(context).hasNotFailed()
                    .doesNotHaveBean(ExternalStorage.class)
                    .doesNotHaveBean(StorageDriverSelector.class)
                    .doesNotHaveBean(DataConverter.class)
                    .doesNotHaveBean(WorkflowClientPlugin.class)
                    .doesNotHaveBean(DataConverterCustomizer.class);
                assertThat(output.getOut()).containsOnlyOnce("External storage is disabled");
            });
        }
        finally {
            logging.setLogLevel(logger, null);
        }
    }

    @Test
    void backsOffWhenDisabled() {
        this.runner.withPropertyValues(S3)
            .withPropertyValues(PREFIX + "enabled=false")
            .run((context) -> assertThat(context).hasNotFailed()
                .doesNotHaveBean(StorageDriver.class)
                .doesNotHaveBean(ExternalStorage.class)
                .doesNotHaveBean(DataConverter.class));
    }

    @Test
    void configuresEverythingFromABucket() {
        this.runner.withPropertyValues(S3).run((context) -> {
            assertThat(context).hasNotFailed()
                .hasSingleBean(StorageDriver.class)
                .hasBean("s3StorageDriver")
                .hasBean("storageDriverSelector")
                .hasBean("externalStorage")
                .hasBean("externalStoragePlugin")
                .hasBean("externalStorageDataConverter")
                .hasBean("sizeBudgetPlugin")
                .hasSingleBean(ScheduleClientPlugin.class);
            assertThat(context.getBean(DataConverter.class)).isInstanceOf(ExternalStorageDataConverter.class);
            StorageDriver driver = context.getBean(StorageDriver.class);
            assertThat(driver.getName()).isEqualTo("aws.s3driver");
            assertThat(driver.getType()).isEqualTo("aws.s3driver");
            ExternalStorage storage = context.getBean(ExternalStorage.class);
            assertThat(storage.getPayloadSizeThreshold()).isEqualTo(256 * 1024);
            assertThat(storage.getMaxConcurrentPayloadVisits()).isEqualTo(64);
        });
    }

    @Test
    void canBeProcessedAheadOfTime() {
        GenericApplicationContext context = new GenericApplicationContext();
        TestPropertyValues.of(S3).applyTo(context);
        new AnnotatedBeanDefinitionReader(context).register(StorageDriverAutoConfiguration.class,
                ExternalStorageAutoConfiguration.class);
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get(getClass())), files);
        new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        generation.writeGeneratedContent();
        assertThat(files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE)).isNotEmpty();
    }

    @Test
    void worksWithoutMicrometer() {
        this.runner.withPropertyValues(S3)
            .withClassLoader(new FilteredClassLoader(MeterRegistry.class, ObservationRegistry.class))
            .run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ExternalStorage.class));
    }

    @Test
    void takesTheIdAsTypeUnlessTypeIsSet() {
        this.runner
            .withPropertyValues(PREFIX + "drivers.archive.type=local-disk",
                    PREFIX + "drivers.archive.directory=" + this.directory, PREFIX + "drivers.archive.name=old")
            .run((context) -> {
                assertThat(context).hasNotFailed().hasBean("archiveStorageDriver");
                assertThat(context.getBean(StorageDriver.class).getName()).isEqualTo("old");
                assertThat(context.getBean(StorageDriver.class).getType()).isEqualTo("local-disk");
            });
    }

    @Test
    void bindsEnvironmentVariablesToAnIdWithADash() {
        this.runner
            .withInitializer((context) -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment",
                        Map.of("TEMPORAL_EXTERNALSTORAGE_DRIVERS_LOCALDISK_DIRECTORY",
                                this.directory.resolve("from-environment").toString()))))
            .withPropertyValues(PREFIX + "drivers.local-disk.directory=" + this.directory.resolve("from-yaml"))
            .run((context) -> {
                assertThat(context).hasNotFailed().hasSingleBean(StorageDriver.class).hasBean("localDiskStorageDriver");
                assertThat(Files.exists(this.directory.resolve("from-environment"))).isTrue();
                assertThat(Files.exists(this.directory.resolve("from-yaml"))).isFalse();
            });
    }

    @Test
    void treatsAnEmptyValueAsAbsent() {
        this.runner.withPropertyValues(S3)
            .withPropertyValues(PREFIX + "drivers.s3.endpoint=${NO_ENDPOINT:}", PREFIX + "drivers.s3.api-call-timeout=",
                    PREFIX + "drivers.s3.max-payload-size=", PREFIX + "drivers.s3.credentials.access-key-id=",
                    PREFIX + "drivers.s3.server-side-encryption.type=")
            .run((context) -> assertThat(context).hasNotFailed().hasBean("s3StorageDriver"));
    }

    @Test
    void configuresSeveralDriversOfOneType() {
        this.runner.withPropertyValues(S3)
            .withPropertyValues(PREFIX + "drivers.archive.type=s3", PREFIX + "drivers.archive.bucket=archive",
                    PREFIX + "drivers.archive.region=us-east-1", PREFIX + "drivers.archive.name=s3-archive",
                    PREFIX + "default-driver=archive")
            .run((context) -> {
                assertThat(context).hasNotFailed().hasBean("s3StorageDriver").hasBean("archiveStorageDriver");
                assertThat(selected(context.getBean(StorageDriverSelector.class)))
                    .isSameAs(context.getBean("archiveStorageDriver"));
                assertThat(context.getBean(ExternalStorage.class).getDrivers()).extracting(StorageDriver::getName)
                    .containsExactlyInAnyOrder("aws.s3driver", "s3-archive");
            });
    }

    private static StorageDriver selected(StorageDriverSelector selector) {
        return selector.selectDriver(() -> null, Payloads.of(new byte[1]));
    }

    @Test
    @S3ServerTest
    void retrievesWithAFormerDefaultDriver() {
        S3Server s3 = S3Server.shared();
        String[] old = s3.properties(s3.createBucket());
        byte[] value = Payloads.bytes(300_000, 1);
        Payload[] stored = new Payload[1];
        this.runner.withPropertyValues(old)
            .run((context) -> stored[0] = context.getBean(DataConverter.class).toPayload(value).orElseThrow());
        this.runner.withPropertyValues(old)
            .withPropertyValues(PREFIX + "drivers.local-disk.directory=" + this.directory,
                    PREFIX + "default-driver=local-disk")
            .run((context) -> {
                DataConverter converter = context.getBean(DataConverter.class);
                assertThat(converter.fromPayload(stored[0], byte[].class, byte[].class)).isEqualTo(value);
                assertThat(StorageReference.from(converter.toPayload(value).orElseThrow()).driverName())
                    .isEqualTo("local-disk");
            });
    }

    @Test
    @S3ServerTest
    void needsNoRegionWithAnEndpoint() {
        System.setProperty("aws.region", "");
        System.setProperty("aws.disableEc2Metadata", "true");
        try {
            S3Server s3 = S3Server.shared();
            String bucket = s3.createBucket();
            String[] withoutRegion = Arrays.stream(s3.properties(bucket))
                .filter((property) -> !property.contains(".region="))
                .toArray(String[]::new);
            this.runner.withPropertyValues(withoutRegion).run((context) -> {
                context.getBean(StorageDriver.class).store(() -> null, List.of(Payloads.of(new byte[1]))).join();
                assertThat(s3.keys(bucket)).hasSize(1);
            });
        }
        finally {
            System.clearProperty("aws.region");
            System.clearProperty("aws.disableEc2Metadata");
        }
    }

    @Test
    void replacesAConfiguredDriverWithABeanOfTheSameName() {
        this.runner.withPropertyValues(S3)
            .withBean("s3StorageDriver", StorageDriver.class, () -> new RecordingStorageDriver("mine"))
            .run((context) -> {
                assertThat(context).hasNotFailed().hasSingleBean(StorageDriver.class);
                assertThat(context.getBean(ExternalStorage.class).getDrivers()).extracting(StorageDriver::getName)
                    .containsExactly("mine");
            });
    }

    @Test
    void registersDriverBeansAndConfiguredDrivers() {
        this.runner.withPropertyValues(S3)
            .withPropertyValues(PREFIX + "default-driver=s3")
            .withBean("one", StorageDriver.class, () -> new RecordingStorageDriver("one"))
            .withBean("two", StorageDriver.class, () -> new RecordingStorageDriver("two"))
            .run((context) -> assertThat(context.getBean(ExternalStorage.class).getDrivers())
                .extracting(StorageDriver::getName)
                .containsExactlyInAnyOrder("aws.s3driver", "one", "two"));
    }

    @Test
    void registersADriverBeanAlone() {
        this.runner.withBean("mine", StorageDriver.class, () -> new RecordingStorageDriver("mine"))
            .run((context) -> assertThat(selected(context.getBean(StorageDriverSelector.class)).getName())
                .isEqualTo("mine"));
    }

    @Test
    void acceptsABeanNameAsDefaultDriver() {
        this.runner.withPropertyValues(S3)
            .withPropertyValues(PREFIX + "default-driver=mine")
            .withBean("mine", StorageDriver.class, () -> new RecordingStorageDriver("in-memory"))
            .run((context) -> assertThat(selected(context.getBean(StorageDriverSelector.class)).getName())
                .isEqualTo("in-memory"));
    }

    @Test
    void backsOffForASelectorBean() {
        StorageDriver mine = new RecordingStorageDriver("mine");
        this.runner.withPropertyValues(S3)
            .withBean("mine", StorageDriver.class, () -> mine)
            .withBean(StorageDriverSelector.class, () -> (context, payload) -> mine)
            .run((context) -> {
                assertThat(context).hasNotFailed().hasSingleBean(StorageDriverSelector.class);
                assertThat(selected(context.getBean(ExternalStorage.class).getDriverSelector()).getName())
                    .isEqualTo("mine");
            });
    }

    @Test
    void backsOffForAnExternalStorageBean() {
        RecordingStorageDriver mine = new RecordingStorageDriver("mine");
        this.runner.withPropertyValues(S3)
            .withBean("other", StorageDriver.class, () -> new RecordingStorageDriver("other"))
            .withBean(ExternalStorage.class,
                    () -> ExternalStorage.newBuilder().setDriver(mine).setPayloadSizeThreshold(7).build())
            .run((context) -> {
                assertThat(context).hasNotFailed().doesNotHaveBean(StorageDriverSelector.class);
                assertThat(context.getBean(ExternalStorage.class).getPayloadSizeThreshold()).isEqualTo(7);
                Optional<Payload> payload = context.getBean(DataConverter.class).toPayload(new byte[100]);
                assertThat(payload).isPresent();
                assertThat(mine.stored()).hasSize(1);
            });
    }

    @Test
    @S3ServerTest
    void usesTheApplicationsS3ClientAndWarnsAboutUnusedProperties(CapturedOutput output) {
        S3Server s3 = S3Server.shared();
        String bucket = s3.createBucket();
        this.runner
            .withPropertyValues(PREFIX + "drivers.s3.bucket=" + bucket, PREFIX + "drivers.s3.region=sa-east-1",
                    PREFIX + "drivers.s3.endpoint=http://127.0.0.1:1", PREFIX + "drivers.s3.api-call-timeout=7s")
            .withBean(S3AsyncClient.class, () -> S3Server.newClient(s3.getEndpoint()))
            .run((context) -> {
                context.getBean(StorageDriver.class).store(() -> null, List.of(Payloads.of(new byte[1]))).join();
                assertThat(s3.keys(bucket)).hasSize(1);
                assertThat(output.getOut())
                    .contains("properties of temporal.external-storage.drivers.s3 have no effect: "
                            + "region, endpoint, api-call-timeout");
            });
    }

    @Test
    @S3ServerTest
    void leavesTheApplicationsS3ClientOpen() {
        S3Server s3 = S3Server.shared();
        String bucket = s3.createBucket();
        S3AsyncClient client = s3.getClient();
        this.runner.withPropertyValues(PREFIX + "drivers.s3.bucket=" + bucket)
            .withBean(S3AsyncClient.class, () -> client, (definition) -> definition.setDestroyMethodName(""))
            .run((context) -> context.getBean(StorageDriver.class));
        assertThat(s3.keys(bucket)).isEmpty();
    }

    @Test
    void warnsAboutAReplacedDriver(CapturedOutput output) {
        this.runner.withPropertyValues(PREFIX + "drivers.s3.bucket=payloads", PREFIX + "drivers.s3.region=eu-west-1")
            .withBean("s3StorageDriver", StorageDriver.class, () -> new RecordingStorageDriver("mine"))
            .run((context) -> assertThat(context.getBean(StorageDriver.class).getName()).isEqualTo("mine"));
        assertThat(output.getOut()).contains("The application's bean s3StorageDriver is used, so "
                + "temporal.external-storage.drivers.s3 has no effect");
    }

    @Test
    @S3ServerTest
    void usesNamedBeansForOneDriverOnly() {
        S3Server s3 = S3Server.shared();
        String bucket = s3.createBucket();
        String archive = s3.createBucket();
        this.runner.withUserConfiguration(ArchiveBeans.class)
            .withPropertyValues(PREFIX + "default-driver=s3", PREFIX + "drivers.s3.bucket=" + bucket,
                    PREFIX + "drivers.s3.region=eu-west-1", PREFIX + "drivers.s3.endpoint=http://127.0.0.1:1",
                    PREFIX + "drivers.archive.type=s3", PREFIX + "drivers.archive.name=archive",
                    PREFIX + "drivers.archive.client=coldClient",
                    PREFIX + "drivers.archive.bucket-resolver=archiveBucket",
                    PREFIX + "drivers.archive.additional-buckets=" + archive, "archive=" + archive)
            .run((context) -> {
                List<Payload> payloads = List.of(Payloads.of(new byte[1]));
                context.getBean("archiveStorageDriver", StorageDriver.class).store(() -> null, payloads).join();
                assertThat(s3.keys(archive)).hasSize(1);
                assertThat(context.getBean("s3StorageDriver", StorageDriver.class).store(() -> null, payloads))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withMessageContaining("bucket=" + bucket)
                    .withMessageContaining("http://127.0.0.1:1");
            });
    }

    @Configuration(proxyBeanMethods = false)
    static class ArchiveBeans {

        @Bean(name = { "archiveClient", "coldClient" }, defaultCandidate = false)
        S3AsyncClient archiveClient() {
            return S3Server.newClient(S3Server.shared().getEndpoint());
        }

        @Bean(defaultCandidate = false)
        S3BucketResolver archiveBucket(@Value("${archive}") String bucket) {
            return (context, payload) -> bucket;
        }

    }

    @Test
    void needsNoBucketWithABucketResolver() {
        this.runner
            .withPropertyValues(PREFIX + "drivers.s3.region=eu-west-1", PREFIX + "drivers.s3.additional-buckets=chosen")
            .withBean(S3BucketResolver.class, () -> (context, payload) -> "chosen")
            .run((context) -> assertThat(context).hasNotFailed().hasBean("s3StorageDriver"));
    }

    @Test
    void neverSelectsADriverForAReference() {
        this.runner.withBean("mine", StorageDriver.class, () -> new RecordingStorageDriver("mine"))
            .withPropertyValues(PREFIX + "threshold=0")
            .run((context) -> {
                Payload reference = context.getBean(DataConverter.class).toPayload(new byte[10]).orElseThrow();
                assertThat(
                        context.getBean(ExternalStorage.class).getDriverSelector().selectDriver(() -> null, reference))
                    .isNull();
            });
    }

    @Test
    @S3ServerTest
    void closesItsOwnClient() {
        this.runner.withPropertyValues(S3Server.shared().properties(S3Server.shared().createBucket()))
            .run((context) -> {
                StorageDriver driver = context.getBean(StorageDriver.class);
                context.close();
                assertThatThrownBy(() -> driver.store(() -> null, List.of(Payloads.of(new byte[1]))).join())
                    .hasRootCauseInstanceOf(RejectedExecutionException.class);
            });
    }

    @Test
    void appliesCustomizersAfterProperties() {
        this.runner.withPropertyValues(S3)
            .withBean(S3AsyncClientBuilderCustomizer.class, () -> (builder) -> builder.region(Region.AP_SOUTH_1))
            .run((context) -> assertThatThrownBy(
                    () -> context.getBean(StorageDriver.class).retrieve(new StorageDriverRetrieveContext() {
                    }, List.of(new StorageDriverClaim(Map.of()))).join())
                .hasMessageContaining("region=ap-south-1"));
    }

    @Test
    void keepsTimeoutsWithACustomizersConfiguration() {
        this.runner.withPropertyValues(S3)
            .withPropertyValues(PREFIX + "drivers.s3.endpoint=http://127.0.0.1:1",
                    PREFIX + "drivers.s3.api-call-timeout=1s", PREFIX + "drivers.s3.credentials.access-key-id=id",
                    PREFIX + "drivers.s3.credentials.secret-access-key=secret")
            .withBean(S3AsyncClientBuilderCustomizer.class,
                    () -> (builder) -> builder.httpClientBuilder(null)
                        .httpClient(new NeverAnswering())
                        .overrideConfiguration((override) -> override.putHeader("x-test", "1")))
            .run((context) -> assertThatThrownBy(() -> context.getBean(StorageDriver.class)
                .store(() -> null, List.of(Payloads.of(new byte[1])))
                .get(20, TimeUnit.SECONDS)).hasStackTraceContaining("api-call-timeout"));
    }

    /** An HTTP client whose requests never end. */
    private static final class NeverAnswering implements SdkAsyncHttpClient {

        @Override
        public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
            return new CompletableFuture<>();
        }

        @Override
        public void close() {
        }

    }

}
