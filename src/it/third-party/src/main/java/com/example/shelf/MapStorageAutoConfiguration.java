package com.example.shelf;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Adds the type {@code map} of storage drivers to every application that has this
 * library.
 */
@AutoConfiguration
@ConditionalOnClass(StorageDriverFactory.class)
public class MapStorageAutoConfiguration {

    @Bean
    MapStorageDriverFactory mapStorageDriverFactory() {
        return new MapStorageDriverFactory();
    }

    static final class MapStorageDriverFactory
            implements ContentAddressedStorageDriverFactory<MapStorageDriverProperties> {

        @Override
        public String getType() {
            return "map";
        }

        @Override
        public MapStorageDriverProperties newProperties() {
            return new MapStorageDriverProperties();
        }

        @Override
        public ObjectStore createStore(StorageDriverId id, MapStorageDriverProperties properties,
                DriverResources resources) {
            String shelf = id.property("shelf")
                .require(properties.getShelf(), "Set " + id.property("shelf") + " to the name of a shelf.");
            return new MapObjectStore(shelf);
        }

    }

}
