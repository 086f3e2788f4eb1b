package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.temporal.payload.storage.StorageDriver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * The application's storage drivers, both configured and declared as beans.
 */
final class RegisteredStorageDrivers {

    private static final String DEFAULT_DRIVER = ExternalStorageProperties.PREFIX + ".default-driver";

    private final Map<String, StorageDriver> byBeanName;

    /**
     * Creates an instance for all drivers.
     * @param byBeanName all {@link StorageDriver} beans
     * @throws ExternalStorageConfigurationException if two drivers have the same name, or
     * a name cannot be quoted in a message
     */
    RegisteredStorageDrivers(Map<String, StorageDriver> byBeanName) {
        this.byBeanName = byBeanName;
        Map<String, String> beanNameByDriverName = new HashMap<>();
        byBeanName.forEach((beanName, driver) -> {
            if (!StorageReference.isDriverName(driver.getName())) {
                throw new ExternalStorageConfigurationException(
                        "The name of the storage driver " + beanName
                                + " has more than 200 characters, or contains control characters: '"
                                + Quoted.of(driver.getName()) + "'.",
                        "Set the name of the driver, such as " + StorageDriverId.DRIVERS + ".<id>.name, to a short "
                                + "text.");
            }
            String other = beanNameByDriverName.putIfAbsent(driver.getName(), beanName);
            if (other != null) {
                throw new ExternalStorageConfigurationException(
                        "The storage drivers " + other + " and " + beanName + " are both named '" + driver.getName()
                                + "'. References in event history contain the name, so it must be unique.",
                        "Set the name of one of them, such as " + StorageDriverId.DRIVERS + ".<id>.name, to a unique "
                                + "name. Keep the name of the driver that has already stored payloads.");
            }
        });
    }

    List<StorageDriver> asList() {
        return List.copyOf(this.byBeanName.values());
    }

    /**
     * Returns the driver that stores new payloads by default.
     * @param id the value of {@code default-driver}; may be null or empty
     * @return the driver
     * @throws ExternalStorageConfigurationException if the id is unknown, or there are
     * several drivers and no id
     */
    StorageDriver getDefault(@Nullable String id) {
        if (id != null && StringUtils.hasText(id)) {
            return get(id, DEFAULT_DRIVER);
        }
        if (this.byBeanName.size() > 1) {
            throw new ExternalStorageConfigurationException(
                    "There are several storage drivers (" + ids() + "), but " + DEFAULT_DRIVER + " is not set.",
                    "Set " + DEFAULT_DRIVER + " to one of: " + ids() + ". Or declare a StorageDriverSelector bean.");
        }
        return this.byBeanName.values().iterator().next();
    }

    /**
     * Returns the driver with an id.
     * @param id the driver's id
     * @param property the property that names the driver, for the exception's message
     * @return the driver
     * @throws ExternalStorageConfigurationException if there is no such driver
     */
    StorageDriver get(String id, String property) {
        StorageDriverId driver = StorageDriverId.of(id);
        String beanName = driver.findBeanName(this.byBeanName.keySet());
        StorageDriver found = (beanName != null) ? this.byBeanName.get(beanName) : null;
        if (found == null) {
            throw new ExternalStorageConfigurationException(property + " names an unknown storage driver, " + id + ".",
                    "Set " + property + " to one of: " + ids() + ". Or configure " + driver.prefix() + ".");
        }
        return found;
    }

    /**
     * Rejects drivers that would reject whatever goes to external storage.
     * @param threshold the size at which payloads go there
     * @throws ExternalStorageConfigurationException if a driver accepts only smaller ones
     */
    void requireAboveThreshold(DataSize threshold) {
        for (StorageDriver driver : this.byBeanName.values()) {
            if (driver instanceof ContentAddressedStorageDriver limited
                    && limited.getLimits().maxPayloadSize() < threshold.toBytes()) {
                String property = limited.getLimits().maxPayloadSizeProperty();
                throw new ExternalStorageConfigurationException(
                        property + " is " + DataSize.ofBytes(limited.getLimits().maxPayloadSize())
                                + ", which is less than " + ExternalStorageProperties.PREFIX + ".threshold ("
                                + threshold + "): the driver would reject every payload that goes to external storage.",
                        "Raise " + property + ", or lower " + ExternalStorageProperties.PREFIX + ".threshold.");
            }
        }
    }

    /** Returns the ids of all drivers, separated by commas, for a message. */
    String ids() {
        return this.byBeanName.keySet()
            .stream()
            .map((beanName) -> StorageDriverId.ofBean(beanName).toString())
            .collect(Collectors.joining(", "));
    }

}
