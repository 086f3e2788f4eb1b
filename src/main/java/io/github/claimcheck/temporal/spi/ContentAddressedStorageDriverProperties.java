package io.github.claimcheck.temporal.spi;

import org.springframework.util.unit.DataSize;

/**
 * What every driver that a {@link ContentAddressedStorageDriverFactory} makes can be
 * configured with.
 */
public abstract class ContentAddressedStorageDriverProperties extends StorageDriverProperties {

    /**
     * Largest serialized payload that the driver accepts.
     */
    private DataSize maxPayloadSize = DataSize.ofMegabytes(50);

    /**
     * Makes properties that hold the defaults.
     * @param driverType what the drivers' {@code StorageDriver.getType()} returns, and
     * the default of their name
     */
    protected ContentAddressedStorageDriverProperties(String driverType) {
        super(driverType);
    }

    /**
     * Returns the largest serialized payload that the driver accepts.
     * @return the size, 50 MB by default
     */
    public DataSize getMaxPayloadSize() {
        return this.maxPayloadSize;
    }

    public void setMaxPayloadSize(DataSize maxPayloadSize) {
        this.maxPayloadSize = maxPayloadSize;
    }

}
