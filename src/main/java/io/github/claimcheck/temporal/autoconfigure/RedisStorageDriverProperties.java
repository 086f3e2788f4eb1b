package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.redis.RedisObjectStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Settings of a driver that keeps payloads in Redis. */
class RedisStorageDriverProperties extends ContentAddressedStorageDriverProperties {

    /**
     * Name of the ReactiveRedisConnectionFactory bean to use. Needed only where there are several and none is primary.
     */
    private @Nullable String connectionFactory;

    /**
     * Put before the key of every payload, followed by a colon.
     */
    private String keyPrefix = "temporalio:payloads";

    /**
     * Time that a payload is kept for after it was last stored. Must be longer than the longest workflow run and the
     * namespace's retention period together. Kept for ever by default.
     */
    private @Nullable Duration ttl;

    RedisStorageDriverProperties() {
        super(RedisObjectStore.DRIVER_TYPE);
    }

    public @Nullable String getConnectionFactory() {
        return this.connectionFactory;
    }

    public void setConnectionFactory(@Nullable String connectionFactory) {
        this.connectionFactory = connectionFactory;
    }

    public String getKeyPrefix() {
        return this.keyPrefix;
    }

    public void setKeyPrefix(String keyPrefix) {
        this.keyPrefix = keyPrefix;
    }

    public @Nullable Duration getTtl() {
        return this.ttl;
    }

    public void setTtl(@Nullable Duration ttl) {
        this.ttl = ttl;
    }

}
