package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.temporal.payload.storage.StorageDriver;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Registers a {@link StorageDriver} bean for each id under
 * {@code temporal.external-storage.drivers}, unless the application has a bean of that
 * name. {@link StorageDriverCreator} creates the driver.
 */
class StorageDriverRegistrar implements ImportBeanDefinitionRegistrar {

    private static final Log logger = LogFactory.getLog(StorageDriverRegistrar.class);

    private static final ConfigurationPropertyName DRIVERS = ConfigurationPropertyName.of(StorageDriverId.DRIVERS);

    private final Environment environment;

    StorageDriverRegistrar(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importingClass, BeanDefinitionRegistry registry) {
        requireDistinctIds();
        ids(this.environment).forEach((id) -> register(id, registry));
    }

    /** Returns the ids of the configured drivers. */
    static Collection<StorageDriverId> ids(Environment environment) {
        return Binder.get(environment)
            .bind(DRIVERS, Bindable.mapOf(String.class, Object.class))
            .map((drivers) -> ids(drivers.keySet()))
            .orElse(List.of());
    }

    /**
     * Returns the distinct ids. An environment variable spells local-disk as LOCALDISK;
     * of such spellings, the longest is kept, since it is easiest to read.
     */
    private static Collection<StorageDriverId> ids(Collection<String> keys) {
        Map<StorageDriverId, StorageDriverId> ids = new LinkedHashMap<>();
        keys.stream()
            .map(StorageDriverRegistrar::requireId)
            .forEach((id) -> ids.merge(id, id, (a, b) -> (a.toString().length() >= b.toString().length()) ? a : b));
        return ids.values();
    }

    /**
     * Rejects two spellings of one id in the same property source. They are meant as two
     * drivers, but Spring Boot would merge their properties.
     */
    private void requireDistinctIds() {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                Map<StorageDriverId, String> spellings = new HashMap<>();
                iterable.filter(DRIVERS::isAncestorOf)
                    .stream()
                    .map((name) -> name.getElement(DRIVERS.getNumberOfElements(), Form.ORIGINAL))
                    .forEach((id) -> requireOneSpelling(spellings.putIfAbsent(StorageDriverId.of(id), id), id));
            }
        }
    }

    private static void requireOneSpelling(@Nullable String other, String id) {
        if (other != null && !other.equals(id)) {
            throw new ExternalStorageConfigurationException(
                    StorageDriverId.DRIVERS + " has the keys '" + other + "' and '" + id
                            + "', which are the same id: dashes, underscores and case are ignored.",
                    "Rename one of the keys, or put all properties of the driver under one of them.");
        }
    }

    private static StorageDriverId requireId(String key) {
        if (!key.matches("[A-Za-z0-9][A-Za-z0-9_-]*") || key.matches("[0-9]+")) {
            throw new ExternalStorageConfigurationException(
                    StorageDriverId.DRIVERS + " has the key '" + key + "', which is not a valid driver id.",
                    "Use ids of letters, digits and dashes, and not a list, as in " + StorageDriverId.DRIVERS
                            + ".s3.bucket.");
        }
        return StorageDriverId.of(key);
    }

    private static void register(StorageDriverId id, BeanDefinitionRegistry registry) {
        StorageDriverId bean = StorageDriverId.of(id.beanName());
        for (String name : registry.getBeanDefinitionNames()) {
            if (StorageDriverId.of(name).equals(bean)) {
                logger.warn("The application's bean " + name + " is used, so " + id.prefix() + " has no effect");
                return;
            }
        }
        AbstractBeanDefinition driver = BeanDefinitionBuilder.rootBeanDefinition(StorageDriver.class)
            .setFactoryMethodOnBean("create", StorageDriverCreator.BEAN_NAME)
            // A string, since ahead-of-time processing must generate code for the
            // argument.
            .addConstructorArgValue(id.toString())
            .setDestroyMethodName(AbstractBeanDefinition.INFER_METHOD)
            .getBeanDefinition();
        registry.registerBeanDefinition(id.beanName(), driver);
    }

}
