package io.github.claimcheck.temporal.autoconfigure;

import io.temporal.payload.storage.StorageDriver;

/**
 * Makes the drivers of one type, which are configured under {@code temporal.external-storage.drivers}. A bean of this
 * type, from the application or from the auto-configuration of a library, adds a type; it is asked once for each driver
 * of it.
 * <p>
 * A driver on an {@link io.github.claimcheck.temporal.driver.ObjectStore} takes the
 * {@link io.github.claimcheck.temporal.driver.DriverResources} bean, which all of them share.
 *
 * @param <P> what a driver of this type is configured with
 */
public interface StorageDriverFactory<P extends StorageDriverProperties> {

    /** @return the type that {@code drivers.<id>.type}, or the id itself, names */
    String getType();

    /** @return an instance that holds the defaults, for a driver's properties to be bound to */
    P newProperties();

    /**
     * @param prefix what the driver's properties start with, for error messages
     * @param properties the driver's properties
     * @return the driver; closed by the application context if it is {@link AutoCloseable}
     * @throws ExternalStorageConfigurationException if the properties are wrong or incomplete
     */
    StorageDriver create(String prefix, P properties);

}
