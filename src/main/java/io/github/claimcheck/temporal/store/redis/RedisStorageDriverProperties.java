package io.github.claimcheck.temporal.store.redis;

import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Configuration properties of a driver on Redis. */
@ConfigurationProperties("temporal.external-storage.drivers.redis")
class RedisStorageDriverProperties extends ContentAddressedStorageDriverProperties {

    /**
     * Name of the ReactiveRedisConnectionFactory bean to use.
     */
    private @Nullable String connectionFactory;

    /**
     * Prefix of keys.
     */
    private String keyPrefix = "temporalio:payloads";

    /**
     * Earlier prefixes of keys to retrieve from. : stands for no prefix.
     */
    private List<String> additionalKeyPrefixes = new ArrayList<>();

    /**
     * Time to live of a payload after it was last stored. Unlimited by default.
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

    public List<String> getAdditionalKeyPrefixes() {
        return this.additionalKeyPrefixes;
    }

    public void setAdditionalKeyPrefixes(List<String> additionalKeyPrefixes) {
        this.additionalKeyPrefixes = additionalKeyPrefixes;
    }

    public @Nullable Duration getTtl() {
        return this.ttl;
    }

    public void setTtl(@Nullable Duration ttl) {
        this.ttl = ttl;
    }

}
