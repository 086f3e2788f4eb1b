package com.example.shelf;

import io.github.claimcheck.temporal.autoconfigure.StorageDriverFactory;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.temporal.payload.storage.StorageDriver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Adds the type {@code map} of storage drivers to every application that has this library. */
@AutoConfiguration
public class MapStorageAutoConfiguration {

    @Bean
    StorageDriverFactory<MapStorageDriverProperties> mapStorageDriverFactory(DriverResources resources) {
        return new StorageDriverFactory<>() {

            @Override
            public String getType() {
                return "map";
            }

            @Override
            public MapStorageDriverProperties newProperties() {
                return new MapStorageDriverProperties();
            }

            @Override
            public StorageDriver create(String prefix, MapStorageDriverProperties properties) {
                return new ContentAddressedStorageDriver(properties.getName(), getType(),
                        properties.getMaxPayloadSize().toBytes(), prefix + ".max-payload-size",
                        new MapObjectStore(properties.getShelf()), resources);
            }

        };
    }

}
