package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The ids under {@code temporal.external-storage.drivers}, and which of them are switched
 * on.
 */
final class ConfiguredStorageDrivers {

    private static final ConfigurationPropertyName DRIVERS = StoragePropertyGroups.DRIVERS;

    private final Map<StorageDriverId, Boolean> enabled = new LinkedHashMap<>();

    private final Binder binder;

    private ConfiguredStorageDrivers(Binder binder) {
        this.binder = binder;
    }

    /**
     * Finds the ids.
     * @param environment where the properties are
     * @return the ids
     * @throws ExternalStorageConfigurationException if an id is invalid, or has two
     * spellings in one property source
     */
    static ConfiguredStorageDrivers in(Environment environment) {
        ConfiguredStorageDrivers drivers = new ConfiguredStorageDrivers(StorageBinder.of(environment));
        ids(environment).forEach(
                (id) -> drivers.enabled.put(id, OnProperty.isTrue(drivers.binder, name(id).append("enabled"), true)));
        return drivers;
    }

    /**
     * Returns the distinct ids. An environment variable spells local-disk as LOCALDISK;
     * of such spellings, the longest is kept, since it is easiest to read. Two spellings
     * in the same source are meant as two drivers, but Spring Boot would merge their
     * properties.
     */
    private static Collection<StorageDriverId> ids(Environment environment) {
        Map<StorageDriverId, StorageDriverId> ids = new LinkedHashMap<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                Map<StorageDriverId, String> spellings = new HashMap<>();
                iterable.filter(DRIVERS::isAncestorOf)
                    .stream()
                    .map((name) -> name.getElement(DRIVERS.getNumberOfElements(), Form.ORIGINAL))
                    .forEach((key) -> {
                        StorageDriverId id = requireId(key);
                        requireOneSpelling(spellings.putIfAbsent(id, key), key);
                        ids.merge(id, id, (a, b) -> (a.toString().length() >= b.toString().length()) ? a : b);
                    });
            }
        }
        return ids.values();
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

    /**
     * Returns the name that a driver's properties have in common.
     * @param id the id
     * @return the name
     */
    static ConfigurationPropertyName name(StorageDriverId id) {
        return ConfigurationPropertyName.adapt(id.prefix(), '.');
    }

    List<StorageDriverId> enabled() {
        return ids(true);
    }

    List<StorageDriverId> disabled() {
        return ids(false);
    }

    private List<StorageDriverId> ids(boolean enabled) {
        return this.enabled.entrySet()
            .stream()
            .filter((entry) -> entry.getValue() == enabled)
            .map(Map.Entry::getKey)
            .toList();
    }

    /**
     * Rejects references to a driver that is switched off, unless the application has a
     * bean in its place.
     * @param properties the properties that refer to drivers
     * @param beanNames the names of all beans that are storage drivers
     * @throws ExternalStorageConfigurationException if there is such a reference
     */
    void requireEnabledReferences(ExternalStorageProperties properties, Collection<String> beanNames) {
        List<StorageDriverId> missing = disabled().stream().filter((id) -> id.findBeanName(beanNames) == null).toList();
        if (missing.isEmpty()) {
            return;
        }
        requireNotIn(missing, properties.getDefaultDriver(), ExternalStorageProperties.PREFIX + ".default-driver");
        for (int i = 0; i < properties.getRoutes().size(); i++) {
            requireNotIn(missing, properties.getRoutes().get(i).getDriver(),
                    StorageRoutes.ROUTES + "[" + i + "].driver");
        }
        for (StorageDriverId id : enabled()) {
            StorageDriverProperty delegates = id.property("drivers");
            this.binder.bind(name(id).append("drivers"), Bindable.listOf(String.class))
                .ifBound((ids) -> ids.forEach((delegate) -> requireNotIn(missing, delegate, delegates.toString())));
        }
    }

    private static void requireNotIn(List<StorageDriverId> disabled, @Nullable String reference, String property) {
        if (StringUtils.hasText(reference)) {
            StorageDriverId driver = StorageDriverId.of(reference);
            disabled.stream().filter(driver::equals).findFirst().ifPresent((id) -> {
                StorageDriverProperty enabled = id.property("enabled");
                throw new ExternalStorageConfigurationException(
                        property + " names the storage driver " + id + ", but " + enabled + " is false.",
                        "Set " + enabled + " to true, or let " + property + " name another driver.");
            });
        }
    }

}
