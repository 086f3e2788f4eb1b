package io.github.claimcheck.temporal.observation;

import io.micrometer.observation.Observation;
import io.temporal.payload.storage.StorageDriver;

/** One call of a storage driver: a batch of payloads that is stored or retrieved. */
public class StorageDriverObservationContext extends Observation.Context {

    private final StorageDriverObservation observation;

    private final StorageDriver driver;

    StorageDriverObservationContext(StorageDriverObservation observation, StorageDriver driver) {
        this.observation = observation;
        this.driver = driver;
    }

    /** @return what the driver was called for */
    public StorageDriverObservation getObservation() {
        return this.observation;
    }

    /** @return the driver that was called */
    public StorageDriver getDriver() {
        return this.driver;
    }

}
