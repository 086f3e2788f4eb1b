package io.github.claimcheck.temporal.autoconfigure;

import io.temporal.payload.storage.StorageDriver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** The application's storage drivers, those from its configuration and those it declares. */
final class RegisteredStorageDrivers {

    private static final String DEFAULT_DRIVER = ExternalStorageProperties.PREFIX + ".default-driver";

    private final Map<String, StorageDriver> byBeanName;

    /**
     * @param byBeanName all {@link StorageDriver} beans
     * @throws ExternalStorageConfigurationException if two of them have one name
     */
    RegisteredStorageDrivers(Map<String, StorageDriver> byBeanName) {
        this.byBeanName = byBeanName;
        Map<String, String> beanNameByDriverName = new HashMap<>();
        byBeanName.forEach((beanName, driver) -> {
            String other = beanNameByDriverName.putIfAbsent(driver.getName(), beanName);
            if (other != null) {
                throw new ExternalStorageConfigurationException(
                        "The storage drivers " + other + " and " + beanName + " are both named '" + driver.getName()
                                + "'. A reference in event history holds the name, so that it must lead to one driver.",
                        "Set the name of one of them, as in " + ExternalStorageProperties.PREFIX
                                + ".drivers.<id>.name, to a name that no other driver has. Leave the name of the one "
                                + "that has stored payloads already.");
            }
        });
    }

    List<StorageDriver> asList() {
        return new ArrayList<>(this.byBeanName.values());
    }

    /**
     * @param id what {@code default-driver} is set to: a driver's id, or the name of a bean that has none
     * @return the driver that stores new payloads if no selector says otherwise
     * @throws ExternalStorageConfigurationException if the id names no driver, or is missing and there is a choice
     */
    StorageDriver getDefault(@Nullable String id) {
        if (StringUtils.hasText(id)) {
            return get(id, DEFAULT_DRIVER);
        }
        if (this.byBeanName.size() > 1) {
            throw new ExternalStorageConfigurationException(
                    "There are several storage drivers, " + ids() + ", and nothing says which of them stores new "
                            + "payloads.",
                    "Set " + DEFAULT_DRIVER + " to one of: " + ids() + ". Or declare a StorageDriverSelector bean.");
        }
        return this.byBeanName.values().iterator().next();
    }

    /**
     * @param id a driver's id, or the name of a bean that has none
     * @param property what is set to the id, for the message of a failure
     * @throws ExternalStorageConfigurationException if the id names no driver
     */
    StorageDriver get(String id, String property) {
        // An environment variable spells local-disk LOCALDISK.
        String configured = StorageDriverRegistrar.uniform(id + StorageDriver.class.getSimpleName());
        StorageDriver driver = this.byBeanName.entrySet()
            .stream()
            .filter((bean) -> bean.getKey().equals(id)
                    || StorageDriverRegistrar.uniform(bean.getKey()).equals(configured))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(null);
        if (driver == null) {
            throw new ExternalStorageConfigurationException(
                    property + " is " + id + ", and there is no such storage driver.",
                    "Set " + property + " to one of: " + ids() + ". Or configure "
                            + ExternalStorageProperties.PREFIX + ".drivers." + id + ".");
        }
        return driver;
    }

    /** Returns the ids of all drivers, for a message. */
    String ids() {
        String suffix = StorageDriver.class.getSimpleName();
        return String.join(", ",
                this.byBeanName.keySet()
                    .stream()
                    .map((beanName) -> beanName.endsWith(suffix) && beanName.length() > suffix.length()
                            ? StorageDriverRegistrar.id(beanName.substring(0, beanName.length() - suffix.length()))
                            : beanName)
                    .toList());
    }

}
