package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.redis.RedisObjectStore;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/** Drivers of the type {@code redis}, on the connection that the application has configured. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(ReactiveRedisConnectionFactory.class)
class RedisStorageDriverConfiguration {

    @Bean
    RedisStorageDriverFactory redisStorageDriverFactory(ListableBeanFactory beans, DriverResources resources) {
        return new RedisStorageDriverFactory(beans, resources);
    }

    static final class RedisStorageDriverFactory implements StorageDriverFactory<RedisStorageDriverProperties> {

        private final ListableBeanFactory beans;

        private final DriverResources resources;

        RedisStorageDriverFactory(ListableBeanFactory beans, DriverResources resources) {
            this.beans = beans;
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
            RedisObjectStore store = new RedisObjectStore(connections(prefix, properties.getConnectionFactory()),
                    properties.getKeyPrefix(), ttl);
            return new ContentAddressedStorageDriver(properties.getName(), RedisObjectStore.DRIVER_TYPE,
                    properties.getMaxPayloadSize().toBytes(), prefix + ".max-payload-size", store, this.resources);
        }

        private ReactiveRedisConnectionFactory connections(String prefix, @Nullable String name) {
            List<String> names = names(ReactiveRedisConnectionFactory.class);
            if (names.isEmpty()) {
                throw noConnection(prefix);
            }
            if (StringUtils.hasText(name)) {
                if (!names.contains(name)) {
                    throw new ExternalStorageConfigurationException(
                            prefix + ".connection-factory is " + name
                                    + ", which is no ReactiveRedisConnectionFactory bean.",
                            "Set " + prefix + ".connection-factory to one of: " + String.join(", ", names) + ".");
                }
                return this.beans.getBean(name, ReactiveRedisConnectionFactory.class);
            }
            ReactiveRedisConnectionFactory only = this.beans.getBeanProvider(ReactiveRedisConnectionFactory.class)
                .getIfUnique();
            if (only == null) {
                throw new ExternalStorageConfigurationException(
                        "There are several connections to Redis, and nothing says which one " + prefix + " is to use.",
                        "Set " + prefix + ".connection-factory to one of: " + String.join(", ", names)
                                + ". Or declare one of these beans @Primary.");
            }
            return only;
        }

        private ExternalStorageConfigurationException noConnection(String prefix) {
            List<String> blocking = names(RedisConnectionFactory.class);
            return blocking.isEmpty()
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

        private List<String> names(Class<?> type) {
            return List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, type));
        }

    }

}
