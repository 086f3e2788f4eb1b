package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.TransferLimiter;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;
import java.util.concurrent.TimeUnit;

/**
 * Binds meters of the resources that storage drivers share: Micrometer's cache meters of
 * the payload cache and of the stored objects, and gauges of the transfers in flight.
 */
final class DriverResourcesMeterBinder implements MeterBinder {

    /** The value of the tag {@code cache} for the payload cache. */
    static final String PAYLOAD_CACHE = "temporal.external.storage.payloads";

    /**
     * The value of the tag {@code cache} for the stored objects. A hit is a skipped
     * upload.
     */
    static final String STORED_OBJECTS = "temporal.external.storage.stored";

    private final DriverResources resources;

    private final TransferWatch watch;

    /**
     * Creates a binder.
     * @param resources the resources to measure
     */
    DriverResourcesMeterBinder(DriverResources resources, TransferWatch watch) {
        this.resources = resources;
        this.watch = watch;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        new CaffeineCacheMetrics<>(this.resources.cache().asCaffeine(), PAYLOAD_CACHE, Tags.empty()).bindTo(registry);
        new CaffeineCacheMetrics<>(this.resources.storedObjects().asCaffeine(), STORED_OBJECTS, Tags.empty())
            .bindTo(registry);
        Gauge
            .builder("temporal.external.storage.cache.weight", this.resources.cache(),
                    (cache) -> cache.asCaffeine().policy().eviction().orElseThrow().weightedSize().orElse(0))
            .description("Size of the payloads in the cache")
            .baseUnit("bytes")
            .register(registry);
        Gauge
            .builder("temporal.external.storage.transfers.size", this.resources.limiter(),
                    TransferLimiter::getBytesInFlight)
            .description("Size of the payloads in flight")
            .baseUnit("bytes")
            .register(registry);
        Gauge
            .builder("temporal.external.storage.transfers.waiting", this.resources.limiter(),
                    TransferLimiter::getWaiters)
            .description("Transfers waiting for a permit or memory")
            .register(registry);
        TimeGauge
            .builder("temporal.external.storage.transfers.oldest", this.watch, TimeUnit.MILLISECONDS,
                    (watch) -> watch.getOldest().toMillis())
            .description("Time for which the oldest transfer has been going on")
            .register(registry);
    }

}
