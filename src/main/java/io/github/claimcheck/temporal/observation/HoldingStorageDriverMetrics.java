package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.driver.FallbackStorageDriver;
import io.github.claimcheck.temporal.driver.MirrorStorageDriver;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.temporal.payload.storage.StorageDriver;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Counts what drivers that hold others had to do because one of these failed. The tag {@code driver} is the name of the
 * driver that holds others, {@code held} that of the one which batches went past, or whose copy was put back.
 */
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
                count(registry, "temporal.external.storage.fallbacks", "Batches that were stored by a driver that "
                        + "comes later", fallback, FallbackStorageDriver::getFallbacks);
            }
            if (driver instanceof MirrorStorageDriver mirror) {
                count(registry, "temporal.external.storage.repairs", "Copies that were gone or altered, and put back",
                        mirror, MirrorStorageDriver::getRepairs);
            }
        });
    }

    private static <D extends StorageDriver> void count(MeterRegistry registry, String name, String description,
            D driver, Function<D, Map<String, Long>> counts) {
        counts.apply(driver)
            .keySet()
            .forEach((held) -> FunctionCounter.builder(name, driver, (each) -> counts.apply(each).get(held))
                .description(description)
                .tag("driver", driver.getName())
                .tag("held", held)
                .register(registry));
    }

}
