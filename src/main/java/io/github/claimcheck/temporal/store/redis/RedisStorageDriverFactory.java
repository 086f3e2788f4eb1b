package io.github.claimcheck.temporal.store.redis;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.spi.ApplicationBean;
import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverFactory;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import java.time.Duration;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.unit.DataSize;

/** Makes stores on Redis, with a connection of the application. */
final class RedisStorageDriverFactory implements ContentAddressedStorageDriverFactory<RedisStorageDriverProperties> {

    private final String type;

    private final ApplicationBean<ReactiveRedisConnectionFactory> connections;

    RedisStorageDriverFactory(String type, ApplicationBean<ReactiveRedisConnectionFactory> connections) {
        this.type = type;
        this.connections = connections;
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
            throw property.invalid(ttl, "would expire every payload at once",
                    "Set " + property + " to more than the longest workflow run and the namespace's retention period "
                            + "together, such as 60d, or remove it to keep payloads for ever.");
        }
        if (properties.getMaxPayloadSize().toBytes() > RedisObjectStore.MAX_SIZE) {
            StorageDriverProperty property = id.property("max-payload-size");
            throw property.invalid(properties.getMaxPayloadSize(), "is more than Redis takes as one value", "Set "
                    + property + " to " + DataSize.ofBytes(RedisObjectStore.MAX_SIZE).toMegabytes() + "MB or less.");
        }
        return new RedisObjectStore(connectionFactory(id.property("connection-factory"), properties),
                properties.getKeyPrefix(), ttl);
    }

    private ReactiveRedisConnectionFactory connectionFactory(StorageDriverProperty property,
            RedisStorageDriverProperties properties) {
        if (this.connections.names().isEmpty()) {
            throw noReactiveConnection(property);
        }
        ReactiveRedisConnectionFactory found = this.connections.find(property, properties.getConnectionFactory());
        if (found == null) {
            throw property.missing("Set " + property + " to one of: " + String.join(", ", this.connections.names())
                    + ". These connections serve only drivers that name them.");
        }
        return found;
    }

    private ExternalStorageConfigurationException noReactiveConnection(StorageDriverProperty property) {
        String driver = property.driver();
        String[] blocking = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.connections.beans(),
                RedisConnectionFactory.class);
        return (blocking.length == 0)
                ? new ExternalStorageConfigurationException(
                        driver + " has no connection to Redis: there is no ReactiveRedisConnectionFactory bean.",
                        "Add the dependency org.springframework.boot:spring-boot-starter-data-redis and set "
                                + "spring.data.redis.host, or declare a LettuceConnectionFactory bean.")
                : new ExternalStorageConfigurationException(
                        driver + " would block threads with " + String.join(", ", blocking)
                                + ", which is not a ReactiveRedisConnectionFactory.",
                        "Add the dependency io.lettuce:lettuce-core and set spring.data.redis.client-type to lettuce, "
                                + "or declare a LettuceConnectionFactory bean and name it in " + property + ".");
    }

}
