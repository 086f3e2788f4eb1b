package io.github.claimcheck.temporal.spi;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.driver.SizeLimits;
import io.temporal.payload.storage.StorageDriver;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

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
        SizeLimits limits = limits(properties.getMaxPayloadSize(), id.property("max-payload-size"),
                properties.getMaxRetrievedSize(), id.property("max-retrieved-size"));
        return new ContentAddressedStorageDriver(properties.getName(), properties.driverType(), limits,
                createStore(id, properties, resources), resources);
    }

    private static SizeLimits limits(DataSize stored, StorageDriverProperty storedProperty,
            @Nullable DataSize retrieved, StorageDriverProperty retrievedProperty) {
        if (stored.toBytes() < 1) {
            throw storedProperty.invalid(stored, "is not a valid size",
                    "Set " + storedProperty + " to a size such as 50MB, the default.");
        }
        if (retrieved == null) {
            return new SizeLimits(stored.toBytes(), storedProperty.toString(),
                    Math.max(stored.toBytes(), SizeLimits.DEFAULT_MAX_RETRIEVED_SIZE), retrievedProperty.toString());
        }
        if (retrieved.compareTo(stored) < 0) {
            throw retrievedProperty.invalid(retrieved,
                    "is less than " + storedProperty + " (" + stored + "), so that payloads could not be retrieved",
                    "Set " + retrievedProperty + " to " + stored + " or more, or lower " + storedProperty + ".");
        }
        return new SizeLimits(stored.toBytes(), storedProperty.toString(), retrieved.toBytes(),
                retrievedProperty.toString());
    }

}
