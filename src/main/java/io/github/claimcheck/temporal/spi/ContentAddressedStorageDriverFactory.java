package io.github.claimcheck.temporal.spi;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.temporal.payload.storage.StorageDriver;

/**
 * Makes storage drivers that differ only in the {@link ObjectStore} that they keep
 * payloads in. An implementation makes the store; the driver's name, type, size limit and
 * shared resources are the same for all.
 *
 * @param <P> the properties of a driver of this type
 */
public interface ContentAddressedStorageDriverFactory<P extends ContentAddressedStorageDriverProperties>
        extends StorageDriverFactory<P> {

    /**
     * Makes the store of a driver.
     * @param id the driver's id, for the names of its properties in failures
     * @param properties the driver's properties
     * @param resources what all drivers of the application share, for instance the number
     * of transfers that a client must have connections for
     * @return the store, which is closed with the driver
     * @throws ExternalStorageConfigurationException if the properties are wrong or
     * incomplete
     */
    ObjectStore createStore(StorageDriverId id, P properties, DriverResources resources);

    @Override
    default StorageDriver create(StorageDriverId id, P properties, DriverResources resources) {
        return new ContentAddressedStorageDriver(properties.getName(), properties.driverType(),
                properties.getMaxPayloadSize().toBytes(), id.property("max-payload-size").toString(),
                createStore(id, properties, resources), resources);
    }

}
