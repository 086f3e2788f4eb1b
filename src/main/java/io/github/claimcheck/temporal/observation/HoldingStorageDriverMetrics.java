package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.driver.FallbackStorageDriver;
import io.github.claimcheck.temporal.driver.MirrorStorageDriver;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.temporal.payload.storage.StorageDriver;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Counts what drivers that hold others had to do because one of these failed. */
public final class HoldingStorageDriverMetrics implements MeterBinder {

    private final List<StorageDriver> drivers;

    /** @param drivers all drivers, those that hold no others included */
    public HoldingStorageDriverMetrics(List<StorageDriver> drivers) {
        this.drivers = drivers;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        this.drivers.forEach((driver) -> {
            if (driver instanceof FallbackStorageDriver fallback) {
                count(registry, "temporal.external.storage.fallbacks", "Batches that a driver did not take, so that "
                        + "the next one was asked", fallback, FallbackStorageDriver::getFallbacks);
            }
            if (driver instanceof MirrorStorageDriver mirror) {
                count(registry, "temporal.external.storage.repairs", "Copies that were gone or altered, and put back",
                        mirror, MirrorStorageDriver::getRepairs);
            }
        });
    }

    private static <D extends StorageDriver> void count(MeterRegistry registry, String name, String description,
            D driver, ToDoubleFunction<D> count) {
        FunctionCounter.builder(name, driver, count)
            .description(description)
            .tag("driver", driver.getName())
            .register(registry);
    }

}
