package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.redis.RedisObjectStore;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.unit.DataSize;

/** Drivers of the type {@code redis}, on the connection that the application has configured. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(ReactiveRedisConnectionFactory.class)
class RedisStorageDriverConfiguration {

    @Bean
    RedisStorageDriverFactory redisStorageDriverFactory(ListableBeanFactory beans,
            ObjectProvider<ReactiveRedisConnectionFactory> connections, DriverResources resources) {
        return new RedisStorageDriverFactory(
                new ApplicationBean<>(ReactiveRedisConnectionFactory.class, connections, beans), resources);
    }

    static final class RedisStorageDriverFactory implements StorageDriverFactory<RedisStorageDriverProperties> {

        private final ApplicationBean<ReactiveRedisConnectionFactory> connections;

        private final DriverResources resources;

        RedisStorageDriverFactory(ApplicationBean<ReactiveRedisConnectionFactory> connections,
                DriverResources resources) {
            this.connections = connections;
            this.resources = resources;
        }

        @Override
        public String getType() {
            return "redis";
        }

        @Override
        public RedisStorageDriverProperties newProperties() {
            return new RedisStorageDriverProperties();
        }

        @Override
        public StorageDriver create(String prefix, RedisStorageDriverProperties properties) {
            Duration ttl = properties.getTtl();
            if (ttl != null && ttl.compareTo(Duration.ofMillis(1)) < 0) {
                throw new ExternalStorageConfigurationException(
                        prefix + ".ttl is " + ttl + ", so that every payload would be gone at once.",
                        "Set " + prefix + ".ttl to more than the longest workflow run and the namespace's retention "
                                + "period together, such as 60d, or remove it to keep payloads for ever.");
            }
            if (properties.getMaxPayloadSize().toBytes() > RedisObjectStore.MAX_SIZE) {
                throw new ExternalStorageConfigurationException(
                        prefix + ".max-payload-size is " + properties.getMaxPayloadSize()
                                + ", which is more than Redis takes as one value.",
                        "Set " + prefix + ".max-payload-size to "
                                + DataSize.ofBytes(RedisObjectStore.MAX_SIZE).toMegabytes() + "MB or less.");
            }
            ReactiveRedisConnectionFactory connections = this.connections.names().isEmpty() ? null
                    : this.connections.find(prefix + ".connection-factory", properties.getConnectionFactory());
            if (connections == null) {
                throw noConnection(prefix);
            }
            RedisObjectStore store = new RedisObjectStore(connections, properties.getKeyPrefix(), ttl);
            return new ContentAddressedStorageDriver(properties.getName(), RedisObjectStore.DRIVER_TYPE,
                    properties.getMaxPayloadSize().toBytes(), prefix + ".max-payload-size", store, this.resources);
        }

        private ExternalStorageConfigurationException noConnection(String prefix) {
            if (!this.connections.names().isEmpty()) {
                return new ExternalStorageConfigurationException(
                        prefix + " has no connection to Redis: those that there are serve only drivers that name them.",
                        "Set " + prefix + ".connection-factory to one of: "
                                + String.join(", ", this.connections.names()) + ".");
            }
            String[] blocking = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.connections.beans(),
                    RedisConnectionFactory.class);
            return (blocking.length == 0)
                    ? new ExternalStorageConfigurationException(
                            prefix + " has no connection to Redis: there is no ReactiveRedisConnectionFactory bean.",
                            "Add the dependency org.springframework.boot:spring-boot-starter-data-redis and set "
                                    + "spring.data.redis.host, or declare a LettuceConnectionFactory bean.")
                    : new ExternalStorageConfigurationException(
                            prefix + " would block threads with " + String.join(", ", blocking)
                                    + ", which is no ReactiveRedisConnectionFactory.",
                            "Add the dependency io.lettuce:lettuce-core and set spring.data.redis.client-type to "
                                    + "lettuce, or declare a LettuceConnectionFactory bean and name it in " + prefix
                                    + ".connection-factory.");
        }

    }

}
