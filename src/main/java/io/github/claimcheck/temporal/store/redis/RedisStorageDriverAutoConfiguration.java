package io.github.claimcheck.temporal.store.redis;

import io.github.claimcheck.temporal.spi.ApplicationBean;
import io.github.claimcheck.temporal.spi.MissingLibrary;
import io.temporal.payload.storage.StorageDriver;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** Auto-configuration for storage drivers of type {@code redis}. */
@AutoConfiguration
@ConditionalOnClass(StorageDriver.class)
public class RedisStorageDriverAutoConfiguration {

    private static final String TYPE = "redis";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ReactiveRedisConnectionFactory.class)
    static class FactoryConfiguration {

        @Bean
        RedisStorageDriverFactory redisStorageDriverFactory(ListableBeanFactory beans,
                ObjectProvider<ReactiveRedisConnectionFactory> reactive,
                ObjectProvider<RedisConnectionFactory> declared) {
            return new RedisStorageDriverFactory(TYPE,
                    new RedisClients(new ApplicationBean<>(ReactiveRedisConnectionFactory.class, reactive, beans),
                            new ApplicationBean<>(RedisConnectionFactory.class, declared, beans)));
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass("org.springframework.data.redis.connection.ReactiveRedisConnectionFactory")
    static class MissingLibraryConfiguration {

        @Bean
        MissingLibrary redisMissingLibrary() {
            return new MissingLibrary(TYPE,
                    "Add the dependency org.springframework.boot:spring-boot-starter-data-redis.");
        }

    }

}
