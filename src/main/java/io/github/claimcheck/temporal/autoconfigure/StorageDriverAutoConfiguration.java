package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.StoredObjects;
import io.github.claimcheck.temporal.driver.TransferLimiter;
import io.github.claimcheck.temporal.spi.MissingLibrary;
import io.github.claimcheck.temporal.spi.StorageDriverFactory;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for the storage drivers under
 * {@code temporal.external-storage.drivers}: one bean for each id, named
 * {@code <id>StorageDriver}.
 */
@AutoConfiguration
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass(StorageDriver.class)
@Conditional(OnExternalStorageEnabled.class)
@EnableConfigurationProperties(ExternalStorageProperties.class)
@Import(StorageDriverRegistrar.class)
public class StorageDriverAutoConfiguration {

    /**
     * Rejects unknown properties, before a bean is created without them.
     */
    @Bean
    static BeanFactoryPostProcessor externalStoragePropertiesCheck(ConfigurableEnvironment environment) {
        return (beans) -> {
            if (AheadOfTimeBuild.isRunning()) {
                // The values of placeholders are not there yet.
                return;
            }
            UnlistedPropertySources.warn(environment);
            StoragePropertyNames.requireBindable(environment, beans);
            StoragePropertyGroups.requireNoValues(environment);
            ExternalStorageProperties properties = StorageBinder.of(environment)
                .bind(ExternalStorageProperties.PREFIX, Bindable.of(ExternalStorageProperties.class),
                        new StrictBindHandler())
                .orElseGet(ExternalStorageProperties::new);
            ConfiguredStorageDrivers.in(environment)
                .requireEnabledReferences(properties,
                        List.of(beans.getBeanNamesForType(StorageDriver.class, true, false)));
        };
    }

    @Bean
    static ConfigurationPropertiesBindHandlerAdvisor externalStoragePropertiesBinding(Environment environment) {
        return new StoragePropertiesBinding(environment);
    }

    /**
     * Creates the application's drivers at the start, whatever
     * {@code spring.main.lazy-initialization} says, since creating them checks their
     * configuration.
     */
    @Bean
    static LazyInitializationExcludeFilter externalStorageIsCreatedAtStart() {
        return LazyInitializationExcludeFilter.forBeanTypes(StorageDriver.class, StorageDriverSelector.class,
                ExternalStorage.class);
    }

    @Bean
    @ConditionalOnMissingBean
    DriverResources externalStorageDriverResources(ExternalStorageProperties properties) {
        properties.getCache().warnOfUnused();
        return new DriverResources(properties.getCache().create(), new StoredObjects(properties.getAssumeStoredFor()),
                new TransferLimiter(properties.getMaxConcurrentTransfers(),
                        properties.getMaxBytesInFlight().toBytes()));
    }

    @Bean(StorageDriverCreator.BEAN_NAME)
    static StorageDriverCreator storageDriverCreator(Environment environment,
            ObjectProvider<StorageDriverFactory<?>> factories, ObjectProvider<MissingLibrary> missingLibraries,
            DriverResources resources) {
        return new StorageDriverCreator(environment, factories.orderedStream().toList(),
                missingLibraries.stream().toList(), resources);
    }

}
