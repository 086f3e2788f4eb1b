package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.CompositeStorageDriver;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Finds all drivers that are in use, with one driver for each name. */
final class AllStorageDrivers {

    private AllStorageDrivers() {
    }

    /**
     * Returns the drivers of an external storage, and the delegates of composites.
     * @param storage the external storage
     * @return the drivers, as they were declared or configured
     */
    static Collection<StorageDriver> of(ExternalStorage storage) {
        Map<String, StorageDriver> drivers = new LinkedHashMap<>();
        add(storage.getDrivers(), drivers);
        return drivers.values();
    }

    private static void add(Collection<StorageDriver> drivers, Map<String, StorageDriver> found) {
        drivers.stream().map(DelegatingStorageDriver::unwrap).forEach((driver) -> {
            found.putIfAbsent(driver.getName(), driver);
            if (driver instanceof CompositeStorageDriver composite) {
                add(composite.getDelegates(), found);
            }
        });
    }

}
