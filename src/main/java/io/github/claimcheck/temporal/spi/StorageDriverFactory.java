package io.github.claimcheck.temporal.spi;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.temporal.payload.storage.StorageDriver;

/**
 * Creates storage drivers of one type, which are configured under
 * {@code temporal.external-storage.drivers}. Declare a bean of this type, in the
 * application or in a library's auto-configuration, to add a driver type.
 * <p>
 * For drivers that store payloads as objects under keys, a
 * {@link ContentAddressedStorageDriverFactory} is easier to implement.
 *
 * @param <P> the properties of a driver of this type
 */
public interface StorageDriverFactory<P extends StorageDriverProperties> {

    /**
     * Returns the type that configuration refers to.
     * @return the type, as the value of {@code drivers.<id>.type} or as the id itself
     */
    String getType();

    /**
     * Returns new properties with default values, to which a driver's configuration is
     * bound. Unknown properties fail the start.
     * @return a new instance for each call
     */
    P newProperties();

    /**
     * Creates a driver. Called once for each configured driver.
     * @param id the driver's id, for the names of its properties in exceptions
     * @param properties the driver's properties
     * @param resources the resources that all drivers of the application share
     * @return the driver, which the application context closes if it is
     * {@link AutoCloseable}
     * @throws ExternalStorageConfigurationException if the properties are invalid or
     * incomplete
     */
    StorageDriver create(StorageDriverId id, P properties, DriverResources resources);

}
