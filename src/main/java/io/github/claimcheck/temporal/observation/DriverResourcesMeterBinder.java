package io.github.claimcheck.temporal.observation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import io.github.claimcheck.temporal.cache.CacheStatistics;
import io.github.claimcheck.temporal.cache.DiskCache;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.internal.ContextMeter;
import io.github.claimcheck.temporal.internal.ContextMeters;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Binds meters of the resources that storage drivers share: meters of the payload cache
 * and of the stored objects, and gauges of the transfers in flight.
 * <p>
 * The caches' meters are not named {@code cache.*}, as Micrometer's are: Prometheus
 * allows a name only one set of tags, which other caches choose in other ways.
 */
final class DriverResourcesMeterBinder extends ContextMeters {

    /** The value of the tag {@code cache} for the payload cache. */
    static final String PAYLOAD_CACHE = "payloads";

    /** The value of the tag {@code cache} for the payload cache on disk. */
    static final String DISK_CACHE = "disk";

    /**
     * The value of the tag {@code cache} for the stored objects. A hit is a skipped
     * upload.
     */
    static final String STORED_OBJECTS = "stored";

    private static final String PREFIX = "temporal.external.storage.";

    /**
     * Creates a binder.
     * @param resources the resources to measure
     * @param watch provides the age of the oldest transfer
     */
    DriverResourcesMeterBinder(DriverResources resources, TransferWatch watch) {
        super(Stream
            .of(cache(PAYLOAD_CACHE, resources.cache()::getStatistics), disk(resources.cache().getDisk()),
                    cache(STORED_OBJECTS, () -> statistics(resources.storedObjects().asCaffeine())),
                    transfers(resources, watch))
            .flatMap(List::stream)
            .toList());
    }

    private static List<ContextMeter> disk(@Nullable DiskCache disk) {
        return (disk != null) ? cache(DISK_CACHE, disk::getStatistics) : List.of();
    }

    private static CacheStatistics statistics(Cache<?, ?> cache) {
        CacheStats stats = cache.stats();
        Policy.Eviction<?, ?> eviction = cache.policy().eviction().orElseThrow();
        return new CacheStatistics(stats.hitCount(), stats.missCount(), stats.evictionCount(), cache.estimatedSize(),
                eviction.weightedSize().orElse(0), eviction.getMaximum());
    }

    private static List<ContextMeter> cache(String name, Supplier<CacheStatistics> cache) {
        Tags tags = Tags.of("cache", name);
        return List.of(
                ContextMeter.counter(PREFIX + "cache.gets", "Lookups in the cache", tags.and("result", "hit"),
                        () -> cache.get().hits()),
                ContextMeter.counter(PREFIX + "cache.gets", "Lookups in the cache", tags.and("result", "miss"),
                        () -> cache.get().misses()),
                ContextMeter.counter(PREFIX + "cache.evictions", "Entries that the cache evicted", tags,
                        () -> cache.get().evictions()),
                ContextMeter.gauge(PREFIX + "cache.size", "Entries in the cache", null, tags,
                        () -> cache.get().entries()),
                ContextMeter.gauge(PREFIX + "cache.weight", "Size of the entries in the cache", "bytes", tags,
                        () -> cache.get().bytes()));
    }

    private static List<ContextMeter> transfers(DriverResources resources, TransferWatch watch) {
        return List.of(
                ContextMeter.gauge(PREFIX + "transfers.size", "Size of the payloads in flight", "bytes", Tags.empty(),
                        resources.limiter()::getBytesInFlight),
                ContextMeter.gauge(PREFIX + "transfers.waiting", "Transfers waiting for a permit or memory", null,
                        Tags.empty(), resources.limiter()::getWaiters),
                ContextMeter.age(PREFIX + "transfers.oldest", "Age of the oldest transfer in flight",
                        watch::getOldest));
    }

}
