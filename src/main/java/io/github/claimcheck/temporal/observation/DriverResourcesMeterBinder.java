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
 * Meters of what storage drivers share: Micrometer's cache meters of the payload cache
 * and of the objects that need not be uploaded again, and gauges of the transfers in
 * flight.
 */
final class DriverResourcesMeterBinder implements MeterBinder {

    /** The tag {@code cache} of the meters of the payload cache. */
    static final String PAYLOAD_CACHE = "temporal.external.storage.payloads";

    /**
     * The tag {@code cache} of the meters of what is known to be stored. A hit is an
     * upload that was not needed.
     */
    static final String STORED_OBJECTS = "temporal.external.storage.stored";

    private final DriverResources resources;

    private final TransferWatch watch;

    /**
     * @param resources what to measure
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
                    TransferLimiter::getWaiting)
            .description("Transfers that wait for others to end")
            .register(registry);
        TimeGauge
            .builder("temporal.external.storage.transfers.oldest", this.watch, TimeUnit.MILLISECONDS,
                    (watch) -> watch.getOldest().toMillis())
            .description("Time for which the oldest transfer has been going on")
            .register(registry);
    }

}
