package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.spring.boot.autoconfigure.RootNamespaceAutoConfiguration;
import io.temporal.spring.boot.autoconfigure.ServiceStubsAutoConfiguration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tests {@code spring.main.lazy-initialization}, which must not postpone checks. */
class LazyInitializationTests {

    private static final String PREFIX = "temporal.external-storage.";

    private static final String[] S3 = { PREFIX + "drivers.s3.bucket=payloads",
            PREFIX + "drivers.s3.region=eu-west-1" };

    /** What Spring Boot adds for the property. */
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all())
        .withInitializer(
                (context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()));

    @Test
    void aWrongDriverFailsTheStart() {
        this.runner.withPropertyValues(PREFIX + "drivers.s3.region=eu-west-1")
            .run((context) -> assertThat(context).hasFailed()
                .getFailure()
                .rootCause()
                .isInstanceOf(ExternalStorageConfigurationException.class)
                .hasMessageContaining("drivers.s3.bucket is not set"));
    }

    @Test
    void aWrongRouteOrDefaultFailsTheStart() {
        this.runner.withPropertyValues(S3)
            .withPropertyValues(PREFIX + "default-driver=archive")
            .run((context) -> assertThat(context).hasFailed()
                .getFailure()
                .rootCause()
                .hasMessageContaining("default-driver names an unknown storage driver"));
        this.runner.withPropertyValues(S3)
            .withPropertyValues(PREFIX + "routes[0].workflow-types=*", PREFIX + "routes[0].driver=archive")
            .run((context) -> assertThat(context).hasFailed()
                .getFailure()
                .rootCause()
                .hasMessageContaining("names an unknown storage driver, archive"));
    }

    @Test
    void namesOfTheApplicationsDriversAreChecked() {
        this.runner.withBean("one", StorageDriver.class, () -> new RecordingStorageDriver("same"))
            .withBean("two", StorageDriver.class, () -> new RecordingStorageDriver("same"))
            .run((context) -> assertThat(context).hasFailed()
                .getFailure()
                .rootCause()
                .hasMessageContaining("are both named 'same'"));
    }

    @Test
    void theApplicationsOwnBeansAreCreated() {
        this.runner.withUserConfiguration(OwnBeans.class).run((context) -> {
            assertThat(context).hasNotFailed();
            for (String bean : new String[] { "driver", "selector", "externalStorage" }) {
                assertThat(context.getBeanFactory().containsSingleton(bean)).as(bean).isTrue();
            }
        });
    }

    @Test
    void anUnsupportedSdkFailsTheStart() {
        this.runner.withClassLoader(new FilteredClassLoader(ExternalStorage.class, StorageDriver.class))
            .run((context) -> assertThat(context).hasFailed()
                .getFailure()
                .rootCause()
                .hasMessageContaining("does not support external storage"));
    }

    @Test
    void metersAreThere() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        this.runner.withPropertyValues(S3)
            .withPropertyValues(PREFIX + "drivers.backup.type=s3", PREFIX + "drivers.backup.name=backup",
                    PREFIX + "drivers.backup.bucket=backup", PREFIX + "drivers.backup.region=eu-west-1",
                    PREFIX + "drivers.mirror.drivers=s3,backup", PREFIX + "default-driver=mirror")
            .withBean(MeterRegistry.class, () -> meters)
            .run((context) -> {
                assertThat(meters.get("temporal.external.storage.transfers.waiting").gauge().value()).isZero();
                assertThat(meters.get("temporal.external.storage.repairs").functionCounters()).hasSize(2);
            });
    }

    @Test
    void driversOfAnApplicationThatNeverUsesTemporalAreCreatedAndClosed() {
        AtomicBoolean closed = new AtomicBoolean();
        this.runner.withPropertyValues(S3)
            .withPropertyValues("spring.temporal.connection.target=127.0.0.1:1", PREFIX + "default-driver=s3")
            .withConfiguration(
                    AutoConfigurations.of(ServiceStubsAutoConfiguration.class, RootNamespaceAutoConfiguration.class))
            .withBean("closing", ClosingDriver.class, () -> new ClosingDriver(closed))
            .run((context) -> {
                assertThat(context).hasNotFailed();
                assertThat(context.getBeanFactory().containsSingleton("s3StorageDriver")).isTrue();
                assertThat(context.getBeanFactory().containsSingleton("externalStorage")).isTrue();
                assertThat(context.getBeanFactory().containsSingleton("temporalWorkflowServiceStubs")).isFalse();
                assertThat(context.getBean(WorkerShutdownLifecycle.class).isRunning()).isTrue();
            });
        assertThat(closed).isTrue();
    }

    private record ClosingDriver(AtomicBoolean closed,
            RecordingStorageDriver driver) implements StorageDriver, AutoCloseable {

        ClosingDriver(AtomicBoolean closed) {
            this(closed, new RecordingStorageDriver("closing"));
        }

        @Override
        public String getName() {
            return "closing";
        }

        @Override
        public String getType() {
            return "closing";
        }

        @Override
        public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
                List<Payload> payloads) {
            return this.driver.store(context, payloads);
        }

        @Override
        public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
                List<StorageDriverClaim> claims) {
            return this.driver.retrieve(context, claims);
        }

        @Override
        public void close() {
            this.closed.set(true);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {

        @Bean
        StorageDriver driver() {
            return new RecordingStorageDriver("own");
        }

        @Bean
        StorageDriverSelector selector() {
            return (context, payload) -> null;
        }

        @Bean
        ExternalStorage externalStorage(StorageDriver driver) {
            return ExternalStorage.newBuilder().setDriver(driver).build();
        }

    }

}
