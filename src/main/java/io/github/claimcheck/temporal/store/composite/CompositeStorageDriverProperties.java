package io.github.claimcheck.temporal.store.composite;

import io.github.claimcheck.temporal.spi.StorageDriverProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Configuration properties of a composite driver. */
abstract class CompositeStorageDriverProperties extends StorageDriverProperties {

    /**
     * Ids of the delegates, in calling order.
     */
    private List<String> drivers = new ArrayList<>();

    /**
     * Timeout of each delegate except the last.
     */
    private Duration timeout = Duration.ofSeconds(3);

    /**
     * How long a failed delegate comes after the others. 0 keeps the order.
     */
    private Duration retryAfter = Duration.ofSeconds(1);

    CompositeStorageDriverProperties(String driverType) {
        super(driverType);
    }

    public List<String> getDrivers() {
        return this.drivers;
    }

    public void setDrivers(List<String> drivers) {
        this.drivers = drivers;
    }

    public Duration getTimeout() {
        return this.timeout;
    }

    public void setTimeout(Duration timeout) {
        this.timeout = timeout;
    }

    public Duration getRetryAfter() {
        return this.retryAfter;
    }

    public void setRetryAfter(Duration retryAfter) {
        this.retryAfter = retryAfter;
    }

    /**
     * Configuration properties of a driver that stores each batch with its first
     * available delegate.
     */
    @ConfigurationProperties("temporal.external-storage.drivers.fallback")
    static final class Fallback extends CompositeStorageDriverProperties {

        Fallback() {
            super(FallbackStorageDriver.DRIVER_TYPE);
        }

    }

    /** Configuration properties of a driver that stores with all of its delegates. */
    @ConfigurationProperties("temporal.external-storage.drivers.mirror")
    static final class Mirror extends CompositeStorageDriverProperties {

        Mirror() {
            super(MirrorStorageDriver.DRIVER_TYPE);
        }

    }

}
