package io.github.claimcheck.temporal.internal;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A driver that passes all calls on to another, of whose name and type it is. Subclasses
 * override what they change. Not part of the public API.
 */
public abstract class DelegatingStorageDriver implements StorageDriver {

    private final StorageDriver driver;

    /**
     * Creates a driver.
     * @param driver the driver to pass calls on to
     */
    protected DelegatingStorageDriver(StorageDriver driver) {
        this.driver = driver;
    }

    /**
     * Returns the driver that wrappers have in their middle.
     * @param driver a driver, wrapped or not
     * @return the driver as it was declared or configured
     */
    public static StorageDriver unwrap(StorageDriver driver) {
        return (driver instanceof DelegatingStorageDriver wrapper) ? unwrap(wrapper.driver) : driver;
    }

    /**
     * Returns the driver that calls are passed on to.
     * @return the driver
     */
    protected final StorageDriver getDelegate() {
        return this.driver;
    }

    @Override
    public String getName() {
        return this.driver.getName();
    }

    @Override
    public String getType() {
        return this.driver.getType();
    }

    /** Returns the driver's own future, so that cancelling it reaches the driver. */
    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        return this.driver.store(context, payloads);
    }

    /** Returns the driver's own future, so that cancelling it reaches the driver. */
    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        return this.driver.retrieve(context, claims);
    }

    @Override
    public String toString() {
        return this.driver.toString();
    }

}
