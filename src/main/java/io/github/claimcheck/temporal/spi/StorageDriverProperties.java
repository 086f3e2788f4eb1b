package io.github.claimcheck.temporal.spi;

import org.jspecify.annotations.Nullable;

/**
 * Base class for the properties of a driver under
 * {@code temporal.external-storage.drivers.<id>}. A driver type extends it with its own
 * JavaBean properties.
 *
 * @see StorageDriverFactory#newProperties()
 */
public abstract class StorageDriverProperties {

    private final String driverType;

    /**
     * Whether there is a driver of this id.
     */
    private boolean enabled = true;

    /**
     * Driver type. Defaults to the id.
     */
    private @Nullable String type;

    /**
     * Driver name in event history. Payloads stored under another name are unreadable.
     */
    private String name;

    /**
     * Creates properties with default values.
     * @param driverType the value of {@code StorageDriver.getType()}, and the default
     * name of the drivers
     */
    protected StorageDriverProperties(String driverType) {
        this.driverType = driverType;
        this.name = driverType;
    }

    /**
     * Returns the value of the drivers' {@code StorageDriver.getType()}.
     * @return the type, the same for all drivers that have these properties
     */
    public final String driverType() {
        return this.driverType;
    }

    /**
     * Returns whether there is a driver of this id. A profile switches a driver off that
     * other configuration declares.
     * @return whether the driver is created; true by default
     */
    public boolean isEnabled() {
        return this.enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    /**
     * Returns the configured type of the driver.
     * @return the type; null if the id is the type
     */
    public @Nullable String getType() {
        return this.type;
    }

    public void setType(@Nullable String type) {
        this.type = type;
    }

    /**
     * Returns the name that references in event history contain.
     * @return the name, {@link #driverType()} by default
     */
    public String getName() {
        return this.name;
    }

    public void setName(String name) {
        this.name = name;
    }

}
