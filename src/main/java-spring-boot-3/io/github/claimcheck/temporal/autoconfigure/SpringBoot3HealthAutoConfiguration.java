package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.health.DriverHealth;
import io.github.claimcheck.temporal.health.StorageHealth;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration for the health of storage drivers on Spring Boot 3, with a
 * contributor for each driver.
 */
@AutoConfiguration(after = ExternalStorageAutoConfiguration.class)
@ConditionalOnClass(name = "org.springframework.boot.actuate.health.CompositeHealthContributor")
@ConditionalOnBean(StorageHealth.class)
@Conditional(OnHealthEnabled.class)
public class SpringBoot3HealthAutoConfiguration {

    /** Apart, so that the outer class can be loaded where these types are missing. */
    @Configuration(proxyBeanMethods = false)
    static class HealthConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "externalStorageHealthContributor")
        CompositeHealthContributor externalStorageHealthContributor(StorageHealth health) {
            return CompositeHealthContributor.fromMap(health.getContributors(),
                    (name) -> (HealthIndicator) () -> of(health.get(name)));
        }

        private static Health of(DriverHealth health) {
            return Health.status(health.status().name()).withDetails(health.details()).build();
        }

    }

}
