package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * The names that only group properties: {@code temporal.external-storage}, its
 * {@code drivers}, and the id of each driver. In YAML, a group with nothing below has an
 * empty value.
 */
final class StoragePropertyGroups {

    static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of(ExternalStorageProperties.PREFIX);

    static final ConfigurationPropertyName DRIVERS = ConfigurationPropertyName.of(StorageDriverId.DRIVERS);

    private StoragePropertyGroups() {
    }

    static boolean isGroup(ConfigurationPropertyName name) {
        return name.equals(PREFIX) || name.equals(DRIVERS) || DRIVERS.isParentOf(name);
    }

    /**
     * Rejects a group that has a value of its own, which would have no effect.
     * @param environment where the properties are
     * @throws ExternalStorageConfigurationException if there is such a group
     */
    static void requireNoValues(Environment environment) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                iterable.stream().filter(StoragePropertyGroups::isGroup).forEach((name) -> {
                    ConfigurationProperty property = source.getConfigurationProperty(name);
                    if (property != null && !PropertyText.strip(property.getValue().toString()).isEmpty()) {
                        throw hasValue(name, property);
                    }
                });
            }
        }
    }

    private static ExternalStorageConfigurationException hasValue(ConfigurationPropertyName name,
            ConfigurationProperty property) {
        String group = name.toString();
        boolean isDriver = DRIVERS.isParentOf(name);
        // The value is not quoted: it may be all properties of a driver, in JSON.
        return new ExternalStorageConfigurationException(
                group + " has a value" + ((property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "")
                        + ", but only groups other properties.",
                "Remove the value of " + group + ", and set properties below it, such as "
                        + (isDriver ? group : StorageDriverId.DRIVERS + "." + id(property)) + ".bucket.");
    }

    /** Returns an id for an example: {@code drivers: s3} probably means the id. */
    private static String id(ConfigurationProperty property) {
        String value = PropertyText.strip(property.getValue().toString());
        return value.matches("[A-Za-z][A-Za-z0-9-]{0,20}") && !value.matches("(?i)true|false|null") ? value : "s3";
    }

}
