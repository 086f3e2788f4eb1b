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
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Caffeine cache that is full makes room by letting go of what was used least lately.
 * Left to itself it would rather keep what was used often, and turn newcomers away: of
 * payloads that are stored and then read once, by the next step of their workflow, a
 * fifth to a third, where this loses none.
 * <p>
 * Thread-safe.
 */
final class RecentlyUsed<K, V> {

    private final long maximumWeight;

    private final Weigher<K, V> weigher;

    private final StatsCounter statistics = new ConcurrentStatsCounter();

    private final Cache<K, V> cache;

    private final Eviction<K, V> weight;

    private final FixedExpiration<K, V> order;

    private RecentlyUsed(long maximumWeight, Weigher<K, V> weigher, Caffeine<Object, Object> expiring,
            Function<Cache<K, V>, FixedExpiration<K, V>> order) {
        this.maximumWeight = maximumWeight;
        this.weigher = weigher;
        this.cache = expiring.maximumWeight(maximumWeight)
            .weigher(weigher)
            // At once: in another thread's own time, a burst could exhaust the heap.
            .executor(Runnable::run)
            .recordStats(() -> this.statistics)
            .build();
        this.weight = this.cache.policy().eviction().orElseThrow();
        this.order = order.apply(this.cache);
    }

    /**
     * Lets go of what nobody has read or written for some time, and for room of what was
     * read or written first.
     */
    static <K, V> RecentlyUsed<K, V> byAccess(Duration expiry, long maximumWeight, Weigher<K, V> weigher) {
        return new RecentlyUsed<>(maximumWeight, weigher, Caffeine.newBuilder().expireAfterAccess(expiry),
                (cache) -> cache.policy().expireAfterAccess().orElseThrow());
    }

    /**
     * Lets go of what was written some time ago, and for room of what was written first.
     */
    static <K, V> RecentlyUsed<K, V> byWrite(Duration expiry, long maximumSize, Ticker ticker) {
        return new RecentlyUsed<>(maximumSize, Weigher.singletonWeigher(),
                Caffeine.newBuilder().expireAfterWrite(expiry).ticker(ticker),
                (cache) -> cache.policy().expireAfterWrite().orElseThrow());
    }

    @Nullable V get(K key) {
        return this.cache.getIfPresent(key);
    }

    synchronized void put(K key, V value) {
        if (this.cache.policy().getIfPresentQuietly(key) == null) {
            makeRoom(this.weigher.weigh(key, value));
        }
        this.cache.put(key, value);
    }

    private void makeRoom(int needed) {
        long excess = this.weight.weightedSize().orElseThrow() + needed - this.maximumWeight;
        if (excess > 0) {
            this.order.oldest((entries) -> first(entries, excess)).forEach((key, weight) -> {
                this.cache.invalidate(key);
                this.statistics.recordEviction(weight, RemovalCause.SIZE);
            });
        }
    }

    private static <K> Map<K, Integer> first(Stream<? extends CacheEntry<K, ?>> entries, long excess) {
        Map<K, Integer> first = new HashMap<>();
        long weight = 0;
        for (Iterator<? extends CacheEntry<K, ?>> each = entries.iterator(); weight < excess && each.hasNext();) {
            CacheEntry<K, ?> entry = each.next();
            first.put(entry.getKey(), entry.weight());
            weight += entry.weight();
        }
        return first;
    }

    void remove(K key) {
        this.cache.invalidate(key);
    }

    Cache<K, V> asCaffeine() {
        return this.cache;
    }

}
