package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.internal.DecoratedStorage;
import io.github.claimcheck.temporal.internal.ContextMeters;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import java.util.Collection;

/** Adds observations to storage drivers and to external storage. Stateless. */
@InternalApi
public final class StorageObservations {

    private StorageObservations() {
    }

    /**
     * Observes one driver, such as a delegate of a composite driver.
     * @param driver the driver
     * @param observations records an observation of each call
     * @param convention provides the tags
     * @param meters records the payload sizes
     * @return the observed driver
     */
    public static StorageDriver observe(StorageDriver driver, ObservationRegistry observations,
            StorageDriverObservationConvention convention, MeterRegistry meters) {
        return new ObservedStorageDriver(driver, observations, convention, meters);
    }

    /**
     * Observes all drivers of an external storage. The selector still sees and returns
     * the original drivers: the observed driver replaces the selected one, and an
     * unregistered driver is returned for the SDK to reject.
     * @param storage the external storage
     * @param observations records an observation of each call
     * @param convention provides the tags
     * @param meters records the payload sizes
     * @return the observed external storage
     */
    public static ExternalStorage observe(ExternalStorage storage, ObservationRegistry observations,
            StorageDriverObservationConvention convention, MeterRegistry meters) {
        return DecoratedStorage.decorate(storage, (driver) -> observe(driver, observations, convention, meters));
    }

    /**
     * Returns the meters of the resources that storage drivers share: the payload cache,
     * the stored objects, and the transfers in flight.
     * @param resources the shared resources
     * @param watch provides the age of the oldest transfer
     * @return the meters, to be bound to registries and closed with the context
     */
    public static ContextMeters meterBinder(DriverResources resources, TransferWatch watch) {
        return new DriverResourcesMeterBinder(resources, watch);
    }

    /**
     * Returns the meters of what each driver's transfers say.
     * @param drivers all drivers
     * @param watch knows their transfers
     * @return the meters, to be bound to registries and closed with the context
     */
    public static ContextMeters meterBinder(Collection<StorageDriver> drivers, TransferWatch watch) {
        return new DriverMeterBinder(drivers, watch);
    }

}
