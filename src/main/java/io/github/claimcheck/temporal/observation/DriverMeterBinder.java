package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.driver.DriverTraffic;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.internal.ContextMeter;
import io.github.claimcheck.temporal.internal.ContextMeters;
import io.micrometer.core.instrument.Tags;
import io.temporal.payload.storage.StorageDriver;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Binds meters of what each driver's transfers say: the last success, transfers that
 * hang, and bytes that needed no transfer.
 */
final class DriverMeterBinder extends ContextMeters {

    private static final String PREFIX = "temporal.external.storage.";

    /**
     * Creates a binder.
     * @param drivers all drivers
     * @param watch knows their transfers
     */
    DriverMeterBinder(Collection<StorageDriver> drivers, TransferWatch watch) {
        super(drivers.stream().flatMap((driver) -> meters(driver, watch)).toList());
    }

    private static Stream<ContextMeter> meters(StorageDriver driver, TransferWatch watch) {
        Tags tags = Tags.of("driver", driver.getName());
        DriverTraffic traffic = watch.getTraffic(driver);
        return Stream.of(
                ContextMeter.time(PREFIX + "last.success", "Time of the last transfer that succeeded", tags,
                        traffic::getLastSuccess),
                ContextMeter.gauge(PREFIX + "transfers.overdue", "Calls in flight for more than 10 seconds", null, tags,
                        () -> watch.getOverdue(driver.getName())),
                saved(traffic, Operation.STORE, tags), saved(traffic, Operation.RETRIEVE, tags));
    }

    private static ContextMeter saved(DriverTraffic traffic, Operation operation, Tags tags) {
        return ContextMeter.counter(PREFIX + "saved", "Size of the payloads that needed no transfer", "bytes",
                tags.and("operation", operation.name().toLowerCase(Locale.ROOT)),
                () -> traffic.getSavedBytes(operation));
    }

}
