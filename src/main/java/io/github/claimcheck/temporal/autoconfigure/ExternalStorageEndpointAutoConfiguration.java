package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.health.StorageHealth;
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
        ExternalStorageEndpoint externalStorageEndpoint(StorageOverview overview, StorageHealth health,
                ApplicationClients clients, ExternalStorageEndpointProperties properties,
                ObjectProvider<SanitizingFunction> sanitizing) {
            return new ExternalStorageEndpoint(overview, health, clients, properties,
                    new Sanitizer(sanitizing.orderedStream().toList()));
        }

    }

}
