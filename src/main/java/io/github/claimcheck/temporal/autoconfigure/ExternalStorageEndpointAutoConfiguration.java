package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.health.StorageHealth;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the Actuator endpoint {@code externalstorage}.
 */
@AutoConfiguration(after = ExternalStorageAutoConfiguration.class)
@ConditionalOnClass(
        name = "org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint")
@ConditionalOnBean(StorageHealth.class)
public class ExternalStorageEndpointAutoConfiguration {

    @ConditionalOnAvailableEndpoint(ExternalStorageEndpoint.class)
    @EnableConfigurationProperties(ExternalStorageEndpointProperties.class)
    @Configuration(proxyBeanMethods = false)
    static class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        ExternalStorageEndpoint externalStorageEndpoint(ExternalStorage storage, ObjectProvider<StorageDriver> drivers,
                ObjectProvider<StorageDriverSelector> selector, DriverResources resources, TransferWatch watch,
                StorageHealth health, ListableBeanFactory beans, Environment environment,
                ExternalStorageEndpointProperties properties, ObjectProvider<SanitizingFunction> sanitizing) {
            StorageOverview overview = new StorageOverview(storage, AllStorageDrivers.of(storage, drivers),
                    selector.getIfAvailable(), resources, watch);
            return new ExternalStorageEndpoint(overview, health, new ApplicationClients(beans, environment), properties,
                    new Sanitizer(sanitizing.orderedStream().toList()));
        }

    }

}
