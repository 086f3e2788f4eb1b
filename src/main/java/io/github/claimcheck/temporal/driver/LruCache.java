package io.github.claimcheck.temporal.driver;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy.CacheEntry;
import com.github.benmanes.caffeine.cache.Policy.Eviction;
import com.github.benmanes.caffeine.cache.Policy.FixedExpiration;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import com.github.benmanes.caffeine.cache.Weigher;
import com.github.benmanes.caffeine.cache.stats.ConcurrentStatsCounter;
import com.github.benmanes.caffeine.cache.stats.StatsCounter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Caffeine cache that evicts the least recently written entries. Caffeine's own policy
 * favours frequently used entries, and rejects new ones.
 * <p>
 * Thread-safe.
 */
final class LruCache<K, V> {

    private final long maximumWeight;

    private final Weigher<K, V> weigher;

    private final StatsCounter statistics = new ConcurrentStatsCounter();

    private final Cache<K, V> cache;

    private final Eviction<K, V> weight;

    private final FixedExpiration<K, V> order;

    /**
     * Creates a cache.
     * @param expiry the time after which an entry expires, from its last write
     * @param maximumWeight the maximum weight of all entries
     * @param weigher returns the weight of an entry
     * @param ticker the clock
     */
    LruCache(Duration expiry, long maximumWeight, Weigher<K, V> weigher, Ticker ticker) {
        this.maximumWeight = maximumWeight;
        this.weigher = weigher;
        this.cache = Caffeine.newBuilder()
            .expireAfterWrite(expiry)
            .ticker(ticker)
            .maximumWeight(maximumWeight)
            .weigher(weigher)
            // On the caller's thread: evicting later, a burst could exhaust the heap.
            .executor(Runnable::run)
            .recordStats(() -> this.statistics)
            .build();
        this.weight = this.cache.policy().eviction().orElseThrow();
        this.order = this.cache.policy().expireAfterWrite().orElseThrow();
    }

    @Nullable V get(K key) {
        return this.cache.getIfPresent(key);
    }

    /** Caches an entry, unless it exceeds the maximum weight of the cache. */
    synchronized void put(K key, V value) {
        if (this.weigher.weigh(key, value) > this.maximumWeight) {
            this.cache.invalidate(key);
            return;
        }
        if (this.cache.policy().getIfPresentQuietly(key) == null) {
            evictFor(this.weigher.weigh(key, value));
        }
        this.cache.put(key, value);
    }

    private void evictFor(int weight) {
        long excess = this.weight.weightedSize().orElseThrow() + weight - this.maximumWeight;
        if (excess > 0) {
            this.order.oldest((entries) -> oldest(entries, excess)).forEach((key, evicted) -> {
                this.cache.invalidate(key);
                this.statistics.recordEviction(evicted, RemovalCause.SIZE);
            });
        }
    }

    private static <K> Map<K, Integer> oldest(Stream<? extends CacheEntry<K, ?>> entries, long excess) {
        Map<K, Integer> oldest = new HashMap<>();
        long weight = 0;
        for (Iterator<? extends CacheEntry<K, ?>> remaining = entries.iterator(); weight < excess
                && remaining.hasNext();) {
            CacheEntry<K, ?> entry = remaining.next();
            oldest.put(entry.getKey(), entry.weight());
            weight += entry.weight();
        }
        return oldest;
    }

    void remove(K key) {
        this.cache.invalidate(key);
    }

    Cache<K, V> asCaffeine() {
        return this.cache;
    }

}
