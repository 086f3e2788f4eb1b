package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.MissingLibrary;
import io.github.claimcheck.temporal.spi.Secrets;
import io.github.claimcheck.temporal.spi.StorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperties;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import io.temporal.payload.storage.StorageDriver;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Creates the storage drivers under {@code temporal.external-storage.drivers} from their
 * properties.
 */
final class StorageDriverCreator {

    static final String BEAN_NAME = "externalStorageDriverCreator";

    private final Environment environment;

    private final Binder binder;

    private final List<StorageDriverFactory<?>> factories;

    private final List<MissingLibrary> missingLibraries;

    private final DriverResources resources;

    StorageDriverCreator(Environment environment, List<StorageDriverFactory<?>> factories,
            List<MissingLibrary> missingLibraries, DriverResources resources) {
        this.environment = environment;
        this.binder = StorageBinder.of(environment);
        this.factories = factories;
        this.missingLibraries = missingLibraries;
        this.resources = resources;
    }

    /**
     * Creates a driver.
     * @param key a key under {@code temporal.external-storage.drivers}
     * @return the driver
     * @throws ExternalStorageConfigurationException if its type is unknown, or its
     * properties are invalid or incomplete
     */
    StorageDriver create(String key) {
        StorageDriverId id = StorageDriverId.of(key);
        String configured = this.binder
            .bind(ConfiguredStorageDrivers.name(id).append("type"), Bindable.of(String.class))
            .orElse(null);
        String type = StringUtils.hasText(configured) ? configured : key;
        return this.factories.stream()
            .filter((factory) -> isSame(factory.getType(), type))
            .findFirst()
            .map((factory) -> create(factory, id))
            .orElseThrow(() -> unknownType(id, type));
    }

    /** Compares types as loosely as ids, since an id can be a type. */
    private static boolean isSame(String type, String other) {
        return StorageDriverId.of(type).equals(StorageDriverId.of(other));
    }

    private <P extends StorageDriverProperties> StorageDriver create(StorageDriverFactory<P> factory,
            StorageDriverId id) {
        this.binder.bind(ConfiguredStorageDrivers.name(id), Bindable.mapOf(String.class, String.class))
            .ifBound((values) -> values.forEach((key, value) -> requireResolved(id.property(key), value)));
        P properties = factory.newProperties();
        this.binder.bind(ConfiguredStorageDrivers.name(id), Bindable.ofInstance(properties), new DriverBindHandler());
        StorageDriverProperty name = id.property("name");
        name.require(properties.getName(),
                "Set " + name + " to the driver's name in event history, or remove it to use the default, "
                        + factory.newProperties().getName() + ".");
        return factory.create(id, properties, this.resources);
    }

    private static void requireResolved(StorageDriverProperty property, String value) {
        if (value.contains("${")) {
            throw new ExternalStorageConfigurationException(
                    property + (Secrets.isSecret(property.toString()) ? ""
                            : " is " + Quoted.answer(Secrets.withoutUserInfo(value)) + ", which")
                            + " contains an unresolved placeholder.",
                    "Set the variable that " + property + " refers to, or set the property to its value.");
        }
    }

    private ExternalStorageConfigurationException unknownType(StorageDriverId id, String type) {
        String known = this.factories.stream()
            .map(StorageDriverFactory::getType)
            .sorted()
            .collect(Collectors.joining(", "));
        return new ExternalStorageConfigurationException(
                id.prefix() + " has an unknown type, '" + Quoted.answer(type) + "'.",
                misspelledVariable(id) + this.missingLibraries.stream()
                    .filter((library) -> isSame(library.type(), type))
                    .map(MissingLibrary::action)
                    .findFirst()
                    .orElse("Set " + id.property("type") + " to one of: " + known
                            + ". Or declare a StorageDriver bean named " + id.beanName() + "."));
    }

    /**
     * Returns what to do if an environment variable has an underscore in an id, such as
     * LOCAL_DISK_DIRECTORY, which Spring Boot takes for the id local.
     */
    private String misspelledVariable(StorageDriverId id) {
        List<Class<?>> types = this.factories.stream()
            .<Class<?>>map((factory) -> factory.newProperties().getClass())
            .toList();
        return StoragePropertyNames.variablesBelow(ConfiguredStorageDrivers.name(id), this.environment)
            .map((variable) -> StoragePropertyNames.correction(variable, types))
            .collect(Collectors.joining());
    }

    /**
     * Treats a property with an empty value, such as {@code ${ENDPOINT:}}, as absent.
     */
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
