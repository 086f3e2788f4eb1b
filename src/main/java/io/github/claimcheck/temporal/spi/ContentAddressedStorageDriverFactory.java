package io.github.claimcheck.temporal.spi;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.temporal.payload.storage.StorageDriver;

/**
 * Creates {@linkplain ContentAddressedStorageDriver content-addressed storage drivers}.
 * Implementations create only the {@link ObjectStore}; the driver's name, type, size
 * limit and shared resources are taken care of.
 *
 * @param <P> the properties of a driver of this type
 */
public interface ContentAddressedStorageDriverFactory<P extends ContentAddressedStorageDriverProperties>
        extends StorageDriverFactory<P> {

    /**
     * Creates the store of a driver.
     * @param id the driver's id, for the names of its properties in exceptions
     * @param properties the driver's properties
     * @param resources the resources that all drivers of the application share, for
     * instance the maximum number of transfers, for which a client needs connections
     * @return the store, which is closed with the driver
     * @throws ExternalStorageConfigurationException if the properties are invalid or
     * incomplete
     */
    ObjectStore createStore(StorageDriverId id, P properties, DriverResources resources);

    @Override
    default StorageDriver create(StorageDriverId id, P properties, DriverResources resources) {
        StorageDriverProperty limit = id.property("max-payload-size");
        if (properties.getMaxPayloadSize().toBytes() < 1) {
            throw limit.invalid(properties.getMaxPayloadSize(), "is not a valid size",
                    "Set " + limit + " to a size such as 50MB, the default.");
        }
        return new ContentAddressedStorageDriver(properties.getName(), properties.driverType(),
                properties.getMaxPayloadSize().toBytes(), limit.toString(), createStore(id, properties, resources),
                resources);
    }

}
