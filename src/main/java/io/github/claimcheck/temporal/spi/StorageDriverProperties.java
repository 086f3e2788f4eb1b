package io.github.claimcheck.temporal.spi;

import org.jspecify.annotations.Nullable;

/**
 * What every driver under {@code temporal.external-storage.drivers.<id>} can be
 * configured with. A type of drivers extends this with JavaBean properties of its own.
 *
 * @see StorageDriverFactory#newProperties()
 */
public abstract class StorageDriverProperties {

    private final String driverType;

    /**
     * Type of the driver. Defaults to its id.
     */
    private @Nullable String type;

    /**
     * Name of the driver in event history. Changing it makes earlier payloads unreadable.
     */
    private String name;

    /**
     * Makes properties that hold the defaults.
     * @param driverType what the drivers' {@code StorageDriver.getType()} returns, and
     * the default of their name
     */
    protected StorageDriverProperties(String driverType) {
        this.driverType = driverType;
        this.name = driverType;
    }

    /**
     * Returns what the drivers' {@code StorageDriver.getType()} returns.
     * @return the same for all drivers of this type
     */
    public final String driverType() {
        return this.driverType;
    }

    /**
     * Returns the type of the driver, as configuration names it.
     * @return the type; null if the id is the type
     */
    public @Nullable String getType() {
        return this.type;
    }

    public void setType(@Nullable String type) {
        this.type = type;
    }

    /**
     * Returns the name that references in event history hold.
     * @return the name, {@link #driverType()} by default
     */
    public String getName() {
        return this.name;
    }

    public void setName(String name) {
        this.name = name;
    }

}
