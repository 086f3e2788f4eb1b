package io.github.claimcheck.temporal.autoconfigure;

import io.temporal.payload.storage.StorageDriver;

/** Observes drivers that other drivers hold. A bean of this type is there with Micrometer. */
@FunctionalInterface
interface StorageDriverObserver {

    /** @return the same driver, observed */
    StorageDriver observe(StorageDriver driver);

}
