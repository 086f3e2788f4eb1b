package io.github.claimcheck.temporal.store.disk;

import io.temporal.payload.storage.StorageDriver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Auto-configuration for storage drivers of type {@code local-disk}. */
@AutoConfiguration
@ConditionalOnClass(StorageDriver.class)
public class LocalDiskStorageDriverAutoConfiguration {

    @Bean
    LocalDiskStorageDriverFactory localDiskStorageDriverFactory() {
        return new LocalDiskStorageDriverFactory();
    }

}
