package io.github.claimcheck.temporal.store.composite;

import io.github.claimcheck.temporal.spi.StorageDriverProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of a composite driver. */
abstract class CompositeStorageDriverProperties extends StorageDriverProperties {

    /**
     * Ids of the delegates, in the order in which they are called.
     */
    private List<String> drivers = new ArrayList<>();

    /**
     * Timeout of each delegate but the last.
     */
    private Duration timeout = Duration.ofSeconds(3);

    /**
     * Time for which a delegate that failed comes after the others. 0 keeps the order.
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
     * Settings of a driver that stores with the first of its delegates that takes a
     * batch.
     */
    @ConfigurationProperties("temporal.external-storage.drivers.fallback")
    static final class Fallback extends CompositeStorageDriverProperties {

        Fallback() {
            super(FallbackStorageDriver.DRIVER_TYPE);
        }

    }

    /** Settings of a driver that stores with all of its delegates. */
    @ConfigurationProperties("temporal.external-storage.drivers.mirror")
    static final class Mirror extends CompositeStorageDriverProperties {

        Mirror() {
            super(MirrorStorageDriver.DRIVER_TYPE);
        }

    }

}
