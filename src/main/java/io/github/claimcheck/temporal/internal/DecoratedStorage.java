package io.github.claimcheck.temporal.internal;

import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Decorates the drivers of an external storage. Not part of the public API.
 */
public final class DecoratedStorage {

    private DecoratedStorage() {
    }

    /**
     * Decorates all drivers of an external storage. The selector still sees and returns
     * the original drivers: the decorated driver replaces the selected one, and an
     * unregistered driver is returned for the SDK to reject.
     * @param storage the external storage
     * @param decorator decorates a driver
     * @return the external storage with the decorated drivers
     */
    public static ExternalStorage decorate(ExternalStorage storage, UnaryOperator<StorageDriver> decorator) {
        Map<StorageDriver, StorageDriver> decorated = new IdentityHashMap<>();
        storage.getDrivers().forEach((driver) -> decorated.put(driver, decorator.apply(driver)));
        return ExternalStorageApi.like(storage)
            .setDrivers(storage.getDrivers().stream().map(decorated::get).toList())
            .setDriverSelector((context, payload) -> {
                StorageDriver selected = storage.getDriverSelector().selectDriver(context, payload);
                return (selected != null) ? decorated.getOrDefault(selected, selected) : null;
            })
            .build();
    }

}
