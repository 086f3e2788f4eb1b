package io.github.claimcheck.temporal.autoconfigure;

import io.temporal.payload.storage.StorageDriver;

/**
 * Makes the drivers of one type.
 *
 * @param <P> what a driver of this type is configured with
 */
interface StorageDriverFactory<P extends StorageDriverProperties> {

    /** @return the type that {@code drivers.<id>.type}, or the id itself, names */
    String getType();

    /** @return an instance that holds the defaults, for a driver's properties to be bound to */
    P newProperties();

    /**
     * @param prefix what the driver's properties start with, for error messages
     * @param properties the driver's properties
     * @return the driver; closed by the application context if it is {@link AutoCloseable}
     * @throws ExternalStorageConfigurationException if the properties are wrong or incomplete
     */
    StorageDriver create(String prefix, P properties);

}
