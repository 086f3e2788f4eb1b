package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.observation.DriverResourcesMetrics;
import io.github.claimcheck.temporal.observation.HoldingStorageDriverMetrics;
import io.github.claimcheck.temporal.observation.StorageDriverObservationConvention;
import io.github.claimcheck.temporal.observation.StorageObservations;
import io.micrometer.core.instrument.MeterRegistry;
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
 * Observes every driver of the {@link ExternalStorage} bean, whoever declared it, those that others hold, and what
 * drivers share.
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
    DriverResourcesMetrics externalStorageDriverResourcesMetrics(DriverResources resources) {
        return new DriverResourcesMetrics(resources);
    }

    @Bean
    HoldingStorageDriverMetrics holdingStorageDriverMetrics(ObjectProvider<StorageDriver> drivers) {
        return new HoldingStorageDriverMetrics(drivers.stream().toList());
    }

    static final class ObservedExternalStorage implements BeanPostProcessor, StorageDriverObserver {

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
        public StorageDriver observe(StorageDriver driver) {
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
