package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.expiry.ExpiryCheck;
import io.github.claimcheck.temporal.expiry.ExpiryMeters;
import io.github.claimcheck.temporal.internal.ContextMeters;
import io.github.claimcheck.temporal.observation.StorageDriverObservationConvention;
import io.github.claimcheck.temporal.observation.StorageObservations;
import io.github.claimcheck.temporal.observation.WorkflowTaskTimer;
import io.github.claimcheck.temporal.spi.StorageDriverDecorator;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.util.function.SingletonSupplier;

/**
 * Configures observations of all drivers of the {@link ExternalStorage} bean and of the
 * delegates of composite drivers, and meters of the resources that drivers share.
 */
@Configuration(proxyBeanMethods = false)
@Lazy(false)
@ConditionalOnClass({ ObservationRegistry.class, MeterRegistry.class })
class StorageObservationConfiguration {

    private static final Log logger = LogFactory.getLog(StorageObservationConfiguration.class);

    @Bean
    static ObservedExternalStorage observedExternalStorage(ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<MeterRegistry> meters, ObjectProvider<StorageDriverObservationConvention> convention) {
        return new ObservedExternalStorage(observations, meters, convention);
    }

    @Bean
    ContextMeters externalStorageDriverResourcesMeterBinder(DriverResources resources, TransferWatch watch) {
        return StorageObservations.meterBinder(resources, watch);
    }

    @Bean
    ContextMeters externalStorageExpiryMeterBinder(ExpiryCheck check) {
        return new ExpiryMeters(check);
    }

    @Bean
    ContextMeters externalStorageDriverMeterBinder(StorageOverview overview, TransferWatch watch) {
        return StorageObservations.meterBinder(overview.getDrivers(), watch);
    }

    @Bean
    static WorkflowTaskTimer externalStorageWorkflowTaskTimer(ObjectProvider<MeterRegistry> meters) {
        return new WorkflowTaskTimer(ObservedExternalStorage.uniqueOrAll(meters));
    }

    /**
     * Binds the meters where Spring Boot does not: without its metrics module, or in a
     * child context whose parent has the registry.
     */
    @Bean
    static SmartInitializingSingleton externalStorageMeterBinding(ObjectProvider<ContextMeters> meters,
            ObjectProvider<MeterRegistry> registries) {
        return () -> meters.forEach((bound) -> registries.forEach(bound::bindTo));
    }

    static final class ObservedExternalStorage implements BeanPostProcessor, StorageDriverDecorator {

        private final Supplier<MeterRegistry> meters;

        private final Supplier<ObservationRegistry> observations;

        private final ObjectProvider<StorageDriverObservationConvention> convention;

        ObservedExternalStorage(ObjectProvider<ObservationRegistry> observations, ObjectProvider<MeterRegistry> meters,
                ObjectProvider<StorageDriverObservationConvention> convention) {
            this.meters = SingletonSupplier.of(() -> uniqueOrAll(meters));
            this.observations = SingletonSupplier.of(() -> uniqueOrTimers(observations, this.meters.get()));
            this.convention = convention;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return (bean instanceof ExternalStorage storage)
                    ? StorageObservations.observe(storage, this.observations.get(), convention(), this.meters.get())
                    : bean;
        }

        @Override
        public StorageDriver decorate(StorageDriver driver) {
            return StorageObservations.observe(driver, this.observations.get(), convention(), this.meters.get());
        }

        private StorageDriverObservationConvention convention() {
            return this.convention.getIfAvailable(() -> new StorageDriverObservationConvention() {
            });
        }

        /** Returns a composite of all registries if there is none or no primary one. */
        static MeterRegistry uniqueOrAll(ObjectProvider<MeterRegistry> registries) {
            return registries.getIfUnique(() -> {
                CompositeMeterRegistry composite = new CompositeMeterRegistry();
                registries.forEach(composite::add);
                return composite;
            });
        }

        private static ObservationRegistry uniqueOrTimers(ObjectProvider<ObservationRegistry> registries,
                MeterRegistry meters) {
            try {
                return registries.getIfAvailable(() -> timersOnly(meters));
            }
            catch (NoUniqueBeanDefinitionException ex) {
                logger.warn("Storage drivers have timers, but no spans, because there are several ObservationRegistry "
                        + "beans: " + ex.getBeanNamesFound() + ". Declare one of them @Primary.");
                return timersOnly(meters);
            }
        }

        private static ObservationRegistry timersOnly(MeterRegistry meters) {
            ObservationRegistry registry = ObservationRegistry.create();
            registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
            return registry;
        }

    }

}
