package io.github.claimcheck.temporal.selector;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelectContext;
import io.temporal.payload.storage.StorageDriverSelector;

/** Sends every payload to one driver. All other drivers only retrieve. Thread-safe. */
public final class DefaultStorageDriverSelector implements StorageDriverSelector {

    private final StorageDriver driver;

    /** @param driver the driver that stores all new payloads */
    public DefaultStorageDriverSelector(StorageDriver driver) {
        this.driver = driver;
    }

    @Override
    public StorageDriver selectDriver(StorageDriverSelectContext context, Payload payload) {
        return this.driver;
    }

    @Override
    public String toString() {
        return "DefaultStorageDriverSelector[driver=" + this.driver.getName() + "]";
    }

}
