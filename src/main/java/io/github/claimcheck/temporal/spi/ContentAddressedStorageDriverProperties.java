package io.github.claimcheck.temporal.spi;

import org.springframework.util.unit.DataSize;

/**
 * Base class for the properties of drivers that a
 * {@link ContentAddressedStorageDriverFactory} creates.
 */
public abstract class ContentAddressedStorageDriverProperties extends StorageDriverProperties {

    /**
     * Maximum serialized size of a payload.
     */
    private DataSize maxPayloadSize = DataSize.ofMegabytes(50);

    /**
     * Creates properties with default values.
     * @param driverType the value of {@code StorageDriver.getType()}, and the default
     * name of the drivers
     */
    protected ContentAddressedStorageDriverProperties(String driverType) {
        super(driverType);
    }

    /**
     * Returns the maximum serialized size of a payload.
     * @return the size; 50 MB by default
     */
    public DataSize getMaxPayloadSize() {
        return this.maxPayloadSize;
    }

    public void setMaxPayloadSize(DataSize maxPayloadSize) {
        this.maxPayloadSize = maxPayloadSize;
    }

}
