package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.disk.LocalDiskObjectStore;
import io.temporal.payload.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Path;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Drivers of the type {@code local-disk}. */
@Configuration(proxyBeanMethods = false)
class LocalDiskStorageDriverConfiguration {

    @Bean
    LocalDiskStorageDriverFactory localDiskStorageDriverFactory(DriverResources resources) {
        return new LocalDiskStorageDriverFactory(resources);
    }

    static final class LocalDiskStorageDriverFactory
            implements StorageDriverFactory<LocalDiskStorageDriverProperties> {

        private final DriverResources resources;

        LocalDiskStorageDriverFactory(DriverResources resources) {
            this.resources = resources;
        }

        @Override
        public String getType() {
            return "local-disk";
        }

        @Override
        public LocalDiskStorageDriverProperties newProperties() {
            return new LocalDiskStorageDriverProperties();
        }

        @Override
        public StorageDriver create(String prefix, LocalDiskStorageDriverProperties properties) {
            Path directory = properties.getDirectory();
            if (directory == null || directory.toString().isBlank()) {
                throw new ExternalStorageConfigurationException(prefix + " has no directory.",
                        "Set " + prefix + ".directory to a directory that every worker and client sees, such as "
                                + "./payloads.");
            }
            try {
                return new ContentAddressedStorageDriver(properties.getName(), LocalDiskObjectStore.DRIVER_TYPE,
                        properties.getMaxPayloadSize().toBytes(), prefix + ".max-payload-size",
                        new LocalDiskObjectStore(directory), this.resources);
            }
            catch (IOException ex) {
                throw new ExternalStorageConfigurationException(
                        prefix + ".directory is " + directory + ", which cannot be used: " + ex,
                        "Set " + prefix + ".directory to a directory that this process may create or write to.", ex);
            }
        }

    }

}
