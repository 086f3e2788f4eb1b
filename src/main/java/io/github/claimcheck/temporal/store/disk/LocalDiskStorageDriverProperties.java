package io.github.claimcheck.temporal.store.disk;

import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverProperties;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Configuration properties of a driver on a local directory. */
@ConfigurationProperties("temporal.external-storage.drivers.local-disk")
class LocalDiskStorageDriverProperties extends ContentAddressedStorageDriverProperties {

    /**
     * Directory for payloads, the same for every worker and client.
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
