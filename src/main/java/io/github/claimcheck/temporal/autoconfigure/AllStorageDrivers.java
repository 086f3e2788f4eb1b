package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;

/** Finds all drivers, with one driver for each name in references. */
final class AllStorageDrivers {

    private AllStorageDrivers() {
    }

    /**
     * Returns the drivers of the external storage, and the beans that only composites
     * know.
     * @param storage the external storage
     * @param beans the beans
     * @return the drivers, as they were declared or configured
     */
    static Collection<StorageDriver> of(ExternalStorage storage, ObjectProvider<StorageDriver> beans) {
        Map<String, StorageDriver> drivers = new LinkedHashMap<>();
        Stream.concat(storage.getDrivers().stream(), beans.orderedStream())
            .map(DelegatingStorageDriver::unwrap)
            .forEach((driver) -> drivers.putIfAbsent(driver.getName(), driver));
        return drivers.values();
    }

}
