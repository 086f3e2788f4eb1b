package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LruCacheTests {

    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void evictsTheLeastRecentlyWritten() {
        LruCache<Integer, Integer> cache = new LruCache<>(HOUR, 3, (key, value) -> 1, Ticker.systemTicker());
        IntStream.range(0, 3).forEach((key) -> cache.put(key, key));
        cache.get(0);
        cache.put(1, 1);

        cache.put(3, 3);

        assertThat(cache.asCaffeine().asMap()).containsOnlyKeys(1, 2, 3);
        assertThat(cache.asCaffeine().stats().evictionCount()).isEqualTo(1);
        assertThat(cache.asCaffeine().stats().evictionWeight()).isEqualTo(1);
    }

    @Test
    void expiresAfterWriteDespiteReads() {
        AtomicLong time = new AtomicLong();
        LruCache<Integer, Integer> cache = new LruCache<>(HOUR, 3, (key, value) -> 1, time::get);
        cache.put(0, 0);
        time.addAndGet(HOUR.toNanos() - 1);
        assertThat(cache.get(0)).isNotNull();

        time.incrementAndGet();

        assertThat(cache.get(0)).isNull();
    }

    @Test
    void neverExceedsItsMaximumWeight() {
        LruCache<Integer, Integer> cache = new LruCache<>(HOUR, 1000, (key, weight) -> weight, Ticker.systemTicker());
        for (int key = 0; key < 2000; key++) {
            cache.put(key, 1 + key % 97);
            assertThat(weight(cache)).isBetween((key > 100) ? 900L : 0, 1000L);
        }
    }

    @Test
    void doesNotExceedItsMaximumWeightAfterConcurrentWrites() {
        LruCache<Integer, Integer> cache = new LruCache<>(HOUR, 1000, (key, weight) -> weight, Ticker.systemTicker());

        IntStream.range(0, 100_000).parallel().forEach((i) -> cache.put(i % 977, 1 + i % 977 % 97));

        assertThat(weight(cache)).isBetween(900L, 1000L);
        assertThat(cache.asCaffeine().policy().eviction().orElseThrow().weightedSize()).hasValue(weight(cache));
    }

    private static long weight(LruCache<?, Integer> cache) {
        return cache.asCaffeine().asMap().values().stream().mapToLong(Integer::intValue).sum();
    }

}
