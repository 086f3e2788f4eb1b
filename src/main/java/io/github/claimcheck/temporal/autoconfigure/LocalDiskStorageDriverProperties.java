package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.disk.LocalDiskObjectStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Settings of a driver that keeps payloads in a local directory. */
class LocalDiskStorageDriverProperties extends ContentAddressedStorageDriverProperties {

    /**
     * Directory that the payloads go to. Created if it does not exist. Every worker and client must see the same one.
     */
    private @Nullable Path directory;

    LocalDiskStorageDriverProperties() {
        super(LocalDiskObjectStore.DRIVER_TYPE);
    }

    public @Nullable Path getDirectory() {
        return this.directory;
    }

    public void setDirectory(@Nullable Path directory) {
        this.directory = directory;
    }

}
