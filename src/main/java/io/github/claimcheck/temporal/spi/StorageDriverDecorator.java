package io.github.claimcheck.temporal.spi;

import io.temporal.payload.storage.StorageDriver;

/**
 * Decorates the delegates of composite storage drivers. If Micrometer is on the class
 * path, a bean of this type observes them.
 */
@FunctionalInterface
public interface StorageDriverDecorator {

    /**
     * Decorates a driver.
     * @param driver a delegate of a composite driver
     * @return the decorated driver, with the same name and type
     */
    StorageDriver decorate(StorageDriver driver);

}
