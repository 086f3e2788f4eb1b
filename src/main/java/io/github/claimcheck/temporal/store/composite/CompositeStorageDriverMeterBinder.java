package io.github.claimcheck.temporal.store.composite;

import io.github.claimcheck.temporal.internal.ContextMeter;
import io.github.claimcheck.temporal.internal.ContextMeters;
import io.micrometer.core.instrument.Tags;
import io.temporal.payload.storage.StorageDriver;
import java.util.List;
import java.util.stream.Stream;

/**
 * Binds counters of the failovers and repairs of composite drivers. The tag
 * {@code driver} is the name of the composite driver, and {@code delegate} the name of
 * the delegate that was skipped or repaired.
 */
final class CompositeStorageDriverMeterBinder extends ContextMeters {

    /**
     * Creates a binder.
     * @param drivers all drivers, including those that are not composite
     */
    CompositeStorageDriverMeterBinder(List<StorageDriver> drivers) {
        super(drivers.stream().flatMap(CompositeStorageDriverMeterBinder::counters).toList());
    }

    private static Stream<ContextMeter> counters(StorageDriver driver) {
        if (!(driver instanceof CountingStorageDriver counting)) {
            return Stream.empty();
        }
        CountingStorageDriver.Counter counter = counting.counter();
        return counter.byDelegate()
            .entrySet()
            .stream()
            .map((count) -> ContextMeter.counter(counter.name(), counter.description(),
                    Tags.of("driver", driver.getName(), "delegate", count.getKey()), count.getValue()::get));
    }

}
