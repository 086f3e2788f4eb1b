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
    private Duration timeout = Duration.ofSeconds(10);

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

}
