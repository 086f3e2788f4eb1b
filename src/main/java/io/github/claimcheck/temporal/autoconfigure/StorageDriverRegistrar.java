package io.github.claimcheck.temporal.autoconfigure;

import io.temporal.payload.storage.StorageDriver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.StringUtils;

/**
 * Registers a {@link StorageDriver} bean for each id under {@code temporal.external-storage.drivers}, unless the
 * application has a bean of that name.
 */
class StorageDriverRegistrar implements ImportBeanDefinitionRegistrar {

    private static final String DRIVERS = ExternalStorageProperties.PREFIX + ".drivers";

    private static final String MISSING_LIBRARY_ACTION = "Add the dependency software.amazon.awssdk:s3, which something "
            + "excludes from this starter.";

    private final Binder binder;

    private final BeanFactory beanFactory;

    StorageDriverRegistrar(Environment environment, BeanFactory beanFactory) {
        this.binder = Binder.get(environment);
        this.beanFactory = beanFactory;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importingClass, BeanDefinitionRegistry registry) {
        this.binder.bind(DRIVERS, Bindable.mapOf(String.class, Object.class)).ifBound((drivers) -> {
            // An environment variable spells local-disk LOCALDISK: both name one driver.
            Map<String, String> ids = new LinkedHashMap<>();
            drivers.keySet().forEach((id) -> ids.merge(uniform(id), id, (a, b) -> (a.length() >= b.length()) ? a : b));
            ids.values().forEach((id) -> register(id, registry));
        });
    }

    private void register(String id, BeanDefinitionRegistry registry) {
        String beanName = beanName(id);
        if (!registry.containsBeanDefinition(beanName)) {
            RootBeanDefinition driver = new RootBeanDefinition(StorageDriver.class, () -> create(id));
            driver.setDestroyMethodName(AbstractBeanDefinition.INFER_METHOD);
            registry.registerBeanDefinition(beanName, driver);
        }
    }

    /** Returns for instance {@code localDiskStorageDriver} for {@code local-disk}. */
    static String beanName(String id) {
        String[] words = StringUtils.tokenizeToStringArray(id, "-_. ");
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

    private StorageDriver create(String id) {
        String prefix = DRIVERS + "." + id;
        ConfigurationPropertyName name = ConfigurationPropertyName.adapt(prefix, '.');
        String type = this.binder.bind(name.append("type"), Bindable.of(String.class)).orElse(id);
        List<StorageDriverFactory<?>> factories = factories();
        return factories.stream()
            .filter((factory) -> uniform(factory.getType()).equals(uniform(type)))
            .findFirst()
            .map((factory) -> create(factory, prefix, name))
            .orElseThrow(() -> unknownType(prefix, type, factories));
    }

    private <P extends StorageDriverProperties> StorageDriver create(StorageDriverFactory<P> factory, String prefix,
            ConfigurationPropertyName name) {
        P properties = factory.newProperties();
        this.binder.bind(name, Bindable.ofInstance(properties), new StrictBindHandler());
        if (!StringUtils.hasText(properties.getName())) {
            throw new ExternalStorageConfigurationException(prefix + ".name is empty.",
                    "Set " + prefix + ".name to the name that references in event history hold, or remove it for the "
                            + "default, " + factory.newProperties().getName() + ".");
        }
        if (properties.getMaxPayloadSize().toBytes() < 1) {
            throw new ExternalStorageConfigurationException(
                    prefix + ".max-payload-size is " + properties.getMaxPayloadSize()
                            + ", so that no payload could be stored.",
                    "Set " + prefix + ".max-payload-size to a size such as 50MB, the default.");
        }
        return factory.create(prefix, properties);
    }

    private List<StorageDriverFactory<?>> factories() {
        return this.beanFactory.getBeanProvider(StorageDriverFactory.class)
            .orderedStream()
            .map((factory) -> (StorageDriverFactory<?>) factory)
            .collect(Collectors.toList());
    }

    private static ExternalStorageConfigurationException unknownType(String prefix, String type,
            List<StorageDriverFactory<?>> factories) {
        String known = factories.stream().map(StorageDriverFactory::getType).collect(Collectors.joining(", "));
        return new ExternalStorageConfigurationException(
                "There is no storage driver of the type '" + type + "', which " + prefix + " asks for.",
                uniform(type).equals("s3") ? MISSING_LIBRARY_ACTION
                        : "Set " + prefix + ".type to one of: " + known + ". Or declare a StorageDriver bean named "
                                + beanName(prefix.substring(DRIVERS.length() + 1)) + ".");
    }

    /** Refuses unknown properties. One with an empty value, as {@code ${ENDPOINT:}} makes it, counts as absent. */
    private static final class StrictBindHandler extends NoUnboundElementsBindHandler {

        StrictBindHandler() {
            super(new IgnoreTopLevelConverterNotFoundBindHandler(), new UnboundElementsSourceFilter());
        }

        @Override
        public void onFinish(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
                @Nullable Object result) throws Exception {
            if (result == null && context.getConfigurationProperty() != null) {
                onSuccess(name, target, context, "");
            }
            super.onFinish(name, target, context, result);
        }

    }

    private static String uniform(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

}
