package io.github.claimcheck.temporal.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Settings of a driver that stores with others. */
class HoldingStorageDriverProperties extends StorageDriverProperties {

    /**
     * Ids of the drivers to store with, in the order in which they are asked.
     */
    private List<String> drivers = new ArrayList<>();

    /**
     * Time that each driver but the last one has, before the next one is asked.
     */
    private Duration timeout = Duration.ofSeconds(3);

    /**
     * Time for which a driver that has failed is asked after the others. 0 asks in the same order each time.
     */
    private Duration retryAfter = Duration.ofSeconds(1);

    HoldingStorageDriverProperties(String name) {
        super(name);
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

}
