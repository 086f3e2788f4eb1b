package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import org.springframework.util.unit.DataSize;

/** What every driver has that is a {@link ContentAddressedStorageDriver}. */
public abstract class ContentAddressedStorageDriverProperties extends StorageDriverProperties {

    /**
     * Largest serialized payload that the driver accepts.
     */
    private DataSize maxPayloadSize = DataSize.ofMegabytes(50);

    /** @param name the default of the driver's name */
    protected ContentAddressedStorageDriverProperties(String name) {
        super(name);
    }

    /** @return the largest serialized payload that the driver accepts, 50 MB by default */
    public DataSize getMaxPayloadSize() {
        return this.maxPayloadSize;
    }

    public void setMaxPayloadSize(DataSize maxPayloadSize) {
        this.maxPayloadSize = maxPayloadSize;
    }

}
