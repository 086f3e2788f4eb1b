package io.github.claimcheck.temporal.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** What every driver under {@code temporal.external-storage.drivers.<id>} has. */
abstract class StorageDriverProperties {

    /**
     * Type of the driver. Defaults to its id.
     */
    private @Nullable String type;

    /**
     * Name of the driver that references in event history hold. Changing it breaks the retrieval of what was stored
     * before.
     */
    private String name;

    /**
     * Largest serialized payload that the driver accepts.
     */
    private DataSize maxPayloadSize = DataSize.ofMegabytes(50);

    StorageDriverProperties(String name) {
        this.name = name;
    }

    public @Nullable String getType() {
        return this.type;
    }

    public void setType(@Nullable String type) {
        this.type = type;
    }

    public String getName() {
        return this.name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public DataSize getMaxPayloadSize() {
        return this.maxPayloadSize;
    }

    public void setMaxPayloadSize(DataSize maxPayloadSize) {
        this.maxPayloadSize = maxPayloadSize;
    }

}
