package io.github.claimcheck.temporal.store.redis;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** Creates Redis stores with the application's connection. */
final class RedisStorageDriverFactory implements ContentAddressedStorageDriverFactory<RedisStorageDriverProperties> {

    private final String type;

    private final RedisClients clients;

    RedisStorageDriverFactory(String type, RedisClients clients) {
        this.type = type;
        this.clients = clients;
    }

    @Override
    public String getType() {
        return this.type;
    }

    @Override
    public RedisStorageDriverProperties newProperties() {
        return new RedisStorageDriverProperties();
    }

    @Override
    public ObjectStore createStore(StorageDriverId id, RedisStorageDriverProperties properties,
            DriverResources resources) {
        Duration ttl = properties.getTtl();
        if (ttl != null && ttl.toMillis() < 1) {
            StorageDriverProperty property = id.property("ttl");
            throw property.invalid(ttl, "is not a valid time to live",
                    "Set " + property + " to more than the length of the longest chain of workflow runs plus the "
                            + "namespace's retention period, such as 60d, or remove it to keep payloads forever.");
        }
        requireKept(id.property("ttl"), ttl, resources.storedObjects().getAssumeStoredFor());
        if (properties.getMaxPayloadSize().toBytes() > RedisObjectStore.MAX_SIZE) {
            StorageDriverProperty property = id.property("max-payload-size");
            throw property.invalid(properties.getMaxPayloadSize(), "exceeds the maximum size of a value in Redis",
                    "Set " + property + " to " + DataSize.ofBytes(RedisObjectStore.MAX_SIZE).toMegabytes()
                            + "MB or less.");
        }
        return new RedisObjectStore(
                this.clients.find(id.property("connection-factory"), properties.getConnectionFactory()),
                properties.getKeyPrefix(), properties.getAdditionalKeyPrefixes(), ttl);
    }

    /** What is gone may not be assumed to be stored: it would not be uploaded again. */
    private static void requireKept(StorageDriverProperty property, @Nullable Duration ttl, Duration assumeStoredFor) {
        if (ttl != null && ttl.compareTo(assumeStoredFor) < 0) {
            throw property.invalid(ttl,
                    "is less than temporal.external-storage.assume-stored-for (" + assumeStoredFor
                            + "), the time for which payloads are not uploaded again",
                    "Set " + property + " to more, such as 60d, or lower temporal.external-storage.assume-stored-for.");
        }
    }

}
