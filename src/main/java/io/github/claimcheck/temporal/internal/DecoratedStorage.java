package io.github.claimcheck.temporal.internal;

import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Puts something around every driver of an external storage. Not part of the public API.
 */
public final class DecoratedStorage {

    private DecoratedStorage() {
    }

    /**
     * Returns the same external storage with each of its drivers decorated. The selector
     * goes on to see and return the drivers as they were: what it returns is exchanged
     * for the decorated one, and an unregistered driver is passed on for the SDK to
     * refuse.
     * @param storage the storage
     * @param decorator puts something around a driver
     * @return the decorated storage
     */
    public static ExternalStorage decorate(ExternalStorage storage, UnaryOperator<StorageDriver> decorator) {
        Map<StorageDriver, StorageDriver> decorated = new IdentityHashMap<>();
        storage.getDrivers().forEach((driver) -> decorated.put(driver, decorator.apply(driver)));
        return ExternalStorage.newBuilder()
            .setDrivers(storage.getDrivers().stream().map(decorated::get).toList())
            .setDriverSelector((context, payload) -> {
                StorageDriver selected = storage.getDriverSelector().selectDriver(context, payload);
                return (selected != null) ? decorated.getOrDefault(selected, selected) : null;
            })
            .setPayloadSizeThreshold(storage.getPayloadSizeThreshold())
            .setMaxConcurrentPayloadVisits(storage.getMaxConcurrentPayloadVisits())
            .build();
    }

}
