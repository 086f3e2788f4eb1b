package io.github.claimcheck.temporal.store.composite;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.spi.StorageDriverDecorator;
import io.micrometer.core.instrument.MeterRegistry;
import io.temporal.payload.storage.StorageDriver;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * Auto-configuration for composite storage drivers, of types {@code fallback} and
 * {@code mirror}.
 */
@AutoConfiguration
@ConditionalOnClass(StorageDriver.class)
public class CompositeStorageDriverAutoConfiguration {

    @Bean
    CompositeStorageDriverFactory<CompositeStorageDriverProperties.Fallback> fallbackStorageDriverFactory(
            ListableBeanFactory beans, ObjectProvider<StorageDriverDecorator> decorator,
            ObjectProvider<TransferWatch> watch) {
        return new CompositeStorageDriverFactory<>(FallbackStorageDriver.DRIVER_TYPE,
                CompositeStorageDriverProperties.Fallback::new,
                (properties, delegates, decorate) -> new FallbackStorageDriver(properties.getName(),
                        delegates.stream().map(decorate).toList(), properties.getTimeout(), properties.getRetryAfter(),
                        Ticker.systemTicker()),
                beans, decorator, watch);
    }

    @Bean
    CompositeStorageDriverFactory<CompositeStorageDriverProperties.Mirror> mirrorStorageDriverFactory(
            ListableBeanFactory beans, ObjectProvider<StorageDriverDecorator> decorator,
            ObjectProvider<TransferWatch> watch) {
        return new CompositeStorageDriverFactory<>(MirrorStorageDriver.DRIVER_TYPE,
                CompositeStorageDriverProperties.Mirror::new,
                (properties, delegates, decorate) -> new MirrorStorageDriver(properties.getName(), delegates,
                        properties.getTimeout(), properties.getRetryAfter(), decorate, Ticker.systemTicker()),
                beans, decorator, watch);
    }

    @Configuration(proxyBeanMethods = false)
    @Lazy(false)
    @ConditionalOnClass(MeterRegistry.class)
    static class MeterConfiguration {

        @Bean
        CompositeStorageDriverMeterBinder compositeStorageDriverMeterBinder(ObjectProvider<StorageDriver> drivers) {
            return new CompositeStorageDriverMeterBinder(drivers.stream().toList());
        }

    }

}
