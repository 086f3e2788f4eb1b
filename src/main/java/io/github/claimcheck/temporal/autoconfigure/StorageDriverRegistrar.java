package io.github.claimcheck.temporal.autoconfigure;

import io.temporal.payload.storage.StorageDriver;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.StringUtils;

/**
 * Registers a {@link StorageDriver} bean for each id under {@code temporal.external-storage.drivers}, unless the
 * application has a bean of that name. {@link StorageDriverCreator} makes it.
 */
class StorageDriverRegistrar implements ImportBeanDefinitionRegistrar {

    private static final Log logger = LogFactory.getLog(StorageDriverRegistrar.class);

    private static final ConfigurationPropertyName DRIVERS = ConfigurationPropertyName.of(StorageDriverCreator.DRIVERS);

    private final Environment environment;

    StorageDriverRegistrar(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importingClass, BeanDefinitionRegistry registry) {
        requireDistinctIds();
        Binder.get(this.environment)
            .bind(DRIVERS, Bindable.mapOf(String.class, Object.class))
            .ifBound((drivers) -> {
                // An environment variable spells local-disk LOCALDISK: both name one driver.
                Map<String, String> ids = new LinkedHashMap<>();
                drivers.keySet().forEach(StorageDriverRegistrar::requireId);
                drivers.keySet()
                    .forEach((id) -> ids.merge(uniform(id), id, (a, b) -> (a.length() >= b.length()) ? a : b));
                ids.values().forEach((id) -> register(id, registry));
            });
    }

    /** One source that spells an id in two ways means two drivers; Spring Boot takes them for one. */
    private void requireDistinctIds() {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                Map<String, String> spellings = new HashMap<>();
                iterable.filter(DRIVERS::isAncestorOf)
                    .stream()
                    .map((name) -> name.getElement(DRIVERS.getNumberOfElements(), Form.ORIGINAL))
                    .forEach((id) -> requireOneSpelling(spellings.putIfAbsent(uniform(id), id), id));
            }
        }
    }

    private static void requireOneSpelling(@Nullable String other, String id) {
        if (other != null && !other.equals(id)) {
            throw new ExternalStorageConfigurationException(
                    StorageDriverCreator.DRIVERS + " has the keys '" + other + "' and '" + id
                            + "', which name one driver: dashes, underscores and upper case make no difference.",
                    "Rename one of them, or put all properties of the driver under the same key.");
        }
    }

    private static void requireId(String id) {
        if (!id.matches("[A-Za-z0-9][A-Za-z0-9_-]*") || id.matches("[0-9]+")) {
            throw new ExternalStorageConfigurationException(
                    StorageDriverCreator.DRIVERS + " has the key '" + id + "', which is no id of a driver.",
                    "Give " + StorageDriverCreator.DRIVERS + " one key for each driver, not a list, made of letters, "
                            + "digits and dashes, as in " + StorageDriverCreator.DRIVERS + ".s3.bucket.");
        }
    }

    private static void register(String id, BeanDefinitionRegistry registry) {
        if (!registry.containsBeanDefinition(beanName(id))) {
            AbstractBeanDefinition driver = BeanDefinitionBuilder
                .rootBeanDefinition(StorageDriver.class)
                .setFactoryMethodOnBean("create", StorageDriverAutoConfiguration.CREATOR)
                .addConstructorArgValue(id)
                .setDestroyMethodName(AbstractBeanDefinition.INFER_METHOD)
                .getBeanDefinition();
            registry.registerBeanDefinition(beanName(id), driver);
        }
        else {
            logger.warn("The application's bean " + beanName(id) + " is used, so that " + StorageDriverCreator.DRIVERS
                    + "." + id + " has no effect");
        }
    }

    /** Returns for instance {@code localDiskStorageDriver} for {@code local-disk}. */
    static String beanName(String id) {
        String[] words = StringUtils.tokenizeToStringArray(id, "-_");
        StringBuilder name = new StringBuilder(StringUtils.uncapitalize(words[0]));
        for (int i = 1; i < words.length; i++) {
            name.append(StringUtils.capitalize(words[i]));
        }
        return name + StorageDriver.class.getSimpleName();
    }

    /** Returns for instance {@code local-disk} for {@code localDisk}. */
    static String id(String beanNamePrefix) {
        return DataObjectPropertyName.toDashedForm(beanNamePrefix);
    }

    /** Returns what is the same for all spellings of a name. */
    static String uniform(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

}
