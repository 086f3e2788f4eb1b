package io.github.claimcheck.temporal.store.composite;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.temporal.payload.storage.StorageDriver;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Binds counters of the failovers and repairs of composite drivers. The tag
 * {@code driver} is the name of the composite driver, and {@code delegate} the name of
 * the delegate that was skipped or repaired.
 */
final class CompositeStorageDriverMeterBinder implements MeterBinder {

    private final List<StorageDriver> drivers;

    /**
     * Creates a binder.
     * @param drivers all drivers, including those that are not composite
     */
    CompositeStorageDriverMeterBinder(List<StorageDriver> drivers) {
        this.drivers = drivers;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        this.drivers.forEach((driver) -> {
            if (driver instanceof CountingStorageDriver counting) {
                bind(driver.getName(), counting.counter(), registry);
            }
        });
    }

    private static void bind(String driver, CountingStorageDriver.Counter counter, MeterRegistry registry) {
        counter.byDelegate()
            .forEach((delegate, count) -> FunctionCounter.builder(counter.name(), count, AtomicLong::get)
                .description(counter.description())
                .tag("driver", driver)
                .tag("delegate", delegate)
                .register(registry));
    }

}
