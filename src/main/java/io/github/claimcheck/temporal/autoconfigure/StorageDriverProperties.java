package io.github.claimcheck.temporal.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * What every driver under {@code temporal.external-storage.drivers.<id>} has. A type of drivers extends this with
 * JavaBean properties of its own, which are bound strictly: an unknown one stops the application.
 *
 * @see StorageDriverFactory
 */
public abstract class StorageDriverProperties {

    /**
     * Type of the driver. Defaults to its id.
     */
    private @Nullable String type;

    /**
     * Name of the driver that references in event history hold. Changing it breaks the retrieval of what was stored
     * before.
     */
    private String name;

    /** @param name the default of the driver's name */
    protected StorageDriverProperties(String name) {
        this.name = name;
    }

    /** @return the type of the driver; null if its id is the type */
    public @Nullable String getType() {
        return this.type;
    }

    public void setType(@Nullable String type) {
        this.type = type;
    }

    /** @return the name that references in event history hold */
    public String getName() {
        return this.name;
    }

    public void setName(String name) {
        this.name = name;
    }

}
