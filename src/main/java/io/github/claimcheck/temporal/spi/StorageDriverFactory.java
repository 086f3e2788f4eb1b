package io.github.claimcheck.temporal.spi;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.temporal.payload.storage.StorageDriver;

/**
 * Makes the storage drivers of one type, which are configured under
 * {@code temporal.external-storage.drivers}. A bean of this type, from the application or
 * from a library's auto-configuration, adds a type; it is asked once for each driver.
 * <p>
 * A store of payloads under content-addressed keys is easier to add with a
 * {@link ContentAddressedStorageDriverFactory}.
 *
 * @param <P> the properties of a driver of this type
 */
public interface StorageDriverFactory<P extends StorageDriverProperties> {

    /**
     * Returns the type, as configuration names it.
     * @return what {@code drivers.<id>.type} is set to, or the id itself
     */
    String getType();

    /**
     * Returns new properties that hold the defaults. A driver's configuration is bound to
     * them, strictly: an unknown property stops the start.
     * @return the properties, another instance for each call
     */
    P newProperties();

    /**
     * Makes a driver.
     * @param id the driver's id, for the names of its properties in failures
     * @param properties the driver's properties
     * @param resources what all drivers of the application share
     * @return the driver, which the application context closes if it is
     * {@link AutoCloseable}
     * @throws ExternalStorageConfigurationException if the properties are wrong or
     * incomplete
     */
    StorageDriver create(StorageDriverId id, P properties, DriverResources resources);

}
