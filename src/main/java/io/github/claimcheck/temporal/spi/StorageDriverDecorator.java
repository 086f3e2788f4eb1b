package io.github.claimcheck.temporal.spi;

import io.temporal.payload.storage.StorageDriver;

/**
 * Puts something around the delegates of a composite storage driver, such as their
 * observation. With Micrometer there is a bean of this type that observes them.
 */
@FunctionalInterface
public interface StorageDriverDecorator {

    /**
     * Decorates a driver.
     * @param driver a delegate of a composite driver
     * @return a driver that does the same, of the same name and type
     */
    StorageDriver decorate(StorageDriver driver);

}
