package io.github.claimcheck.temporal.store.disk;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.io.IOException;
import java.nio.file.Path;

/** Creates stores in local directories. */
final class LocalDiskStorageDriverFactory
        implements ContentAddressedStorageDriverFactory<LocalDiskStorageDriverProperties> {

    @Override
    public String getType() {
        return LocalDiskObjectStore.DRIVER_TYPE;
    }

    @Override
    public LocalDiskStorageDriverProperties newProperties() {
        return new LocalDiskStorageDriverProperties();
    }

    @Override
    public ObjectStore createStore(StorageDriverId id, LocalDiskStorageDriverProperties properties,
            DriverResources resources) {
        StorageDriverProperty property = id.property("directory");
        Path directory = properties.getDirectory();
        if (directory == null || directory.toString().isBlank()) {
            throw property
                .missing("Set " + property + " to a directory that every worker and client sees, such as ./payloads.");
        }
        try {
            return new LocalDiskObjectStore(directory);
        }
        catch (IOException ex) {
            throw property.invalid(directory, "is not a usable directory: " + ex,
                    "Set " + property + " to a directory that this process can create or write to.", ex);
        }
    }

}
