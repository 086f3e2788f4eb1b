package io.github.claimcheck.temporal.spi;

import org.jspecify.annotations.Nullable;
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
     * Maximum size of a retrieved object. Defaults to the larger of 128MB and
     * max-payload-size.
     */
    private @Nullable DataSize maxRetrievedSize;

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

    /**
     * Returns the maximum size of a retrieved object.
     * @return the size; null for the larger of 128 MB and the maximum size of a payload
     */
    public @Nullable DataSize getMaxRetrievedSize() {
        return this.maxRetrievedSize;
    }

    public void setMaxRetrievedSize(@Nullable DataSize maxRetrievedSize) {
        this.maxRetrievedSize = maxRetrievedSize;
    }

}
