package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.internal.DecoratedStorage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;

/** Puts the instrumentation around every driver of an external storage. Stateless. */
public final class StorageObservations {

    private StorageObservations() {
    }

    /**
     * Observes one driver, such as a delegate of a composite driver.
     * @param driver what to observe
     * @param observations receives an observation for each call of the driver
     * @param convention the tags
     * @param meters receives the sizes of payloads
     * @return the observed driver
     */
    public static StorageDriver observe(StorageDriver driver, ObservationRegistry observations,
            StorageDriverObservationConvention convention, MeterRegistry meters) {
        return new ObservedStorageDriver(driver, observations, convention, meters);
    }

    /**
     * Returns the same external storage with each of its drivers observed. The selector
     * goes on to see and return the drivers as they were: what it returns is exchanged
     * for the observed one, and an unregistered driver is passed on for the SDK to
     * refuse.
     * @param storage what to observe
     * @param observations receives an observation for each call of a driver
     * @param convention the tags
     * @param meters receives the sizes of payloads
     * @return the observed external storage
     */
    public static ExternalStorage observe(ExternalStorage storage, ObservationRegistry observations,
            StorageDriverObservationConvention convention, MeterRegistry meters) {
        return DecoratedStorage.decorate(storage, (driver) -> observe(driver, observations, convention, meters));
    }

    /**
     * Makes the meters of what storage drivers share: the payload cache, the objects that
     * need no upload, and the transfers in flight.
     * @param resources what the drivers share
     * @param watch knows the oldest transfer
     * @return the binder of the meters
     */
    public static MeterBinder meterBinder(DriverResources resources, TransferWatch watch) {
        return new DriverResourcesMeterBinder(resources, watch);
    }

}
