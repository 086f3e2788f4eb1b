package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.observation.StorageDriverObservationConvention;
import io.github.claimcheck.temporal.observation.StorageObservations;
import io.github.claimcheck.temporal.spi.StorageDriverDecorator;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Configures observations of all drivers of the {@link ExternalStorage} bean and of the
 * delegates of composite drivers, and meters of the resources that drivers share.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ ObservationRegistry.class, MeterRegistry.class })
class StorageObservationConfiguration {

    @Bean
    static ObservedExternalStorage observedExternalStorage(ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<MeterRegistry> meters, ObjectProvider<StorageDriverObservationConvention> convention) {
        return new ObservedExternalStorage(observations, meters, convention);
    }

    @Bean
    MeterBinder externalStorageDriverResourcesMeterBinder(DriverResources resources, TransferWatch watch) {
        return StorageObservations.meterBinder(resources, watch);
    }

    static final class ObservedExternalStorage implements BeanPostProcessor, StorageDriverDecorator {

        private final ObjectProvider<ObservationRegistry> observations;

        private final ObjectProvider<MeterRegistry> meters;

        private final ObjectProvider<StorageDriverObservationConvention> convention;

        ObservedExternalStorage(ObjectProvider<ObservationRegistry> observations, ObjectProvider<MeterRegistry> meters,
                ObjectProvider<StorageDriverObservationConvention> convention) {
            this.observations = observations;
            this.meters = meters;
            this.convention = convention;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (!(bean instanceof ExternalStorage storage)) {
                return bean;
            }
            MeterRegistry registry = meters();
            return StorageObservations.observe(storage, observations(registry), convention(), registry);
        }

        @Override
        public StorageDriver decorate(StorageDriver driver) {
            MeterRegistry registry = meters();
            return StorageObservations.observe(driver, observations(registry), convention(), registry);
        }

        private MeterRegistry meters() {
            return this.meters.getIfAvailable(CompositeMeterRegistry::new);
        }

        private ObservationRegistry observations(MeterRegistry registry) {
            return this.observations.getIfAvailable(() -> timersOnly(registry));
        }

        private StorageDriverObservationConvention convention() {
            return this.convention.getIfAvailable(() -> new StorageDriverObservationConvention() {
            });
        }

        private static ObservationRegistry timersOnly(MeterRegistry meters) {
            ObservationRegistry registry = ObservationRegistry.create();
            registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
            return registry;
        }

    }

}
