package io.github.claimcheck.temporal.autoconfigure;

import static io.github.claimcheck.temporal.autoconfigure.StorageDriverRegistrar.beanName;
import static io.github.claimcheck.temporal.autoconfigure.StorageDriverRegistrar.uniform;

import io.temporal.payload.storage.StorageDriver;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Makes the storage drivers under {@code temporal.external-storage.drivers} from their properties. */
final class StorageDriverCreator {

    static final String DRIVERS = ExternalStorageProperties.PREFIX + ".drivers";

    /** What to do where the library of a type is absent. */
    private static final Map<String, String> MISSING_LIBRARY_ACTIONS = Map.of(
            "s3", "Add the dependency software.amazon.awssdk:s3, which something excludes from this starter.",
            "azure", "Add the dependency com.azure:azure-storage-blob.",
            "gcs", "Add the dependency com.google.cloud:google-cloud-storage.",
            "redis", "Add the dependency org.springframework.boot:spring-boot-starter-data-redis.");

    private final Binder binder;

    private final List<StorageDriverFactory<?>> factories;

    StorageDriverCreator(Environment environment, List<StorageDriverFactory<?>> factories) {
        this.binder = Binder.get(environment);
        this.factories = factories;
    }

    /**
     * @param id a key under {@code temporal.external-storage.drivers}
     * @return the driver
     * @throws ExternalStorageConfigurationException if its type is unknown, or its properties are wrong or incomplete
     */
    StorageDriver create(String id) {
        String prefix = DRIVERS + "." + id;
        ConfigurationPropertyName name = ConfigurationPropertyName.adapt(prefix, '.');
        String configured = this.binder.bind(name.append("type"), Bindable.of(String.class)).orElse(null);
        String type = StringUtils.hasText(configured) ? configured : id;
        return this.factories.stream()
            .filter((factory) -> uniform(factory.getType()).equals(uniform(type)))
            .findFirst()
            .map((factory) -> create(factory, prefix, name))
            .orElseThrow(() -> unknownType(id, type));
    }

    private <P extends StorageDriverProperties> StorageDriver create(StorageDriverFactory<P> factory, String prefix,
            ConfigurationPropertyName name) {
        this.binder.bind(name, Bindable.mapOf(String.class, String.class))
            .ifBound((values) -> values.forEach((key, value) -> requireResolved(prefix + "." + key, value)));
        P properties = factory.newProperties();
        this.binder.bind(name, Bindable.ofInstance(properties), new DriverBindHandler());
        if (!StringUtils.hasText(properties.getName())) {
            throw new ExternalStorageConfigurationException(prefix + ".name is empty.",
                    "Set " + prefix + ".name to the name that references in event history hold, or remove it for the "
                            + "default, " + factory.newProperties().getName() + ".");
        }
        if (properties instanceof ContentAddressedStorageDriverProperties limited
                && limited.getMaxPayloadSize().toBytes() < 1) {
            throw new ExternalStorageConfigurationException(
                    prefix + ".max-payload-size is " + limited.getMaxPayloadSize()
                            + ", so that no payload could be stored.",
                    "Set " + prefix + ".max-payload-size to a size such as 50MB, the default.");
        }
        return factory.create(prefix, properties);
    }

    private static void requireResolved(String property, String value) {
        if (value.contains("${")) {
            throw new ExternalStorageConfigurationException(
                    property + (isSecret(property) ? "" : " is " + value + ", and")
                            + " holds a placeholder that nothing resolves.",
                    "Set the variable that " + property + " refers to, or put the value itself there.");
        }
    }

    private static boolean isSecret(String property) {
        return property.contains("credentials") || property.contains("connection-string");
    }

    private ExternalStorageConfigurationException unknownType(String id, String type) {
        String prefix = DRIVERS + "." + id;
        String known = this.factories.stream().map(StorageDriverFactory::getType).collect(Collectors.joining(", "));
        return new ExternalStorageConfigurationException(
                "There is no storage driver of the type '" + type + "', which " + prefix + " asks for.",
                MISSING_LIBRARY_ACTIONS.getOrDefault(uniform(type), "Set " + prefix + ".type to one of: " + known
                        + ". Or declare a StorageDriver bean named " + beanName(id) + "."));
    }

    /** A property with an empty value, as {@code ${ENDPOINT:}} makes it, counts as absent. */
    private static final class DriverBindHandler extends StrictBindHandler {

        @Override
        public void onFinish(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
                @Nullable Object result) throws Exception {
            if (result == null && context.getConfigurationProperty() != null) {
                onSuccess(name, target, context, "");
            }
            super.onFinish(name, target, context, result);
        }

    }

}
