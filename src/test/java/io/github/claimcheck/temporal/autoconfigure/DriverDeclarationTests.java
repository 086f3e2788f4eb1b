package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tests in which ways an application can declare its drivers. */
class DriverDeclarationTests {

    private static final StorageDriver DRIVER = new RecordingStorageDriver("made");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all());

    @Test
    void aFactoryBeanMakesADriver() {
        this.runner.withUserConfiguration(DriverFactory.class).run((context) -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(ExternalStorage.class).getDrivers()).extracting(StorageDriver::getName)
                .containsExactly("made");
        });
    }

    @Test
    void aFactoryBeanMakesASelector() {
        this.runner.withUserConfiguration(DriverFactory.class, SelectorFactory.class).run((context) -> {
            assertThat(context).hasNotFailed().hasSingleBean(StorageDriverSelector.class);
            assertThat(context.getBean(StorageDriverSelector.class)).isSameAs(SelectorFactory.SELECTOR);
        });
    }

    @Test
    void aFactoryBeanMakesExternalStorage() {
        this.runner.withUserConfiguration(ExternalStorageFactory.class).run((context) -> {
            assertThat(context).hasNotFailed().hasSingleBean(ExternalStorage.class);
            assertThat(context.getBean(ExternalStorage.class).getPayloadSizeThreshold()).isEqualTo(77);
        });
    }

    @ParameterizedTest
    @ValueSource(classes = { UnknownDriver.class, UnknownExternalStorage.class, DriverAsObject.class })
    void aDeclarationThatHidesItFailsTheStart(Class<?> configuration) {
        this.runner.withUserConfiguration(configuration)
            .run((context) -> assertThat(context).hasFailed()
                .getFailure()
                .isInstanceOf(ExternalStorageConfigurationException.class)
                .hasMessageMatching(
                        "The bean made is of the type (StorageDriver|ExternalStorage), but its declaration does not "
                                + "say so, so external storage would be disabled\\."));
    }

    @Test
    void aHiddenDriverIsNoMatterIfExternalStorageIsDisabled() {
        this.runner.withUserConfiguration(UnknownDriver.class)
            .withPropertyValues("temporal.external-storage.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed());
    }

    private record Factory<T>(T getObject) implements FactoryBean<T> {

        @Override
        public Class<?> getObjectType() {
            return this.getObject.getClass();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class DriverFactory {

        @Bean
        FactoryBean<StorageDriver> made() {
            return new Factory<>(DRIVER);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class SelectorFactory {

        static final StorageDriverSelector SELECTOR = (context, payload) -> null;

        @Bean
        FactoryBean<StorageDriverSelector> selector() {
            return new Factory<>(SELECTOR);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class ExternalStorageFactory {

        @Bean
        FactoryBean<ExternalStorage> made() {
            return new Factory<>(ExternalStorage.newBuilder().setDriver(DRIVER).setPayloadSizeThreshold(77).build());
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class UnknownDriver {

        @Bean
        FactoryBean<?> made() {
            return new Factory<>(DRIVER);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class UnknownExternalStorage {

        @Bean
        FactoryBean<?> made() {
            return new Factory<>(ExternalStorage.newBuilder().setDriver(DRIVER).build());
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class DriverAsObject {

        @Bean
        Object made() {
            return DRIVER;
        }

    }

}
