package io.github.claimcheck.temporal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.claimcheck.temporal.cache.Trace.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The policy of the payload cache, beside least-recently-used eviction and Caffeine's own
 * policy, at the default size.
 */
class ScanResistantCacheTests {

    private static final long SIZE = 64 * 1024 * 1024;

    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicLong time = new AtomicLong();

    private final List<Integer> evicted = new ArrayList<>();

    private ScanResistantCache<Integer, Integer> cache(long maximumWeight) {
        return new ScanResistantCache<>(maximumWeight, 100_000, (key, weight) -> weight, HOUR, this.time::get,
                (key, value) -> this.evicted.add(key));
    }

    /** Does what the payload cache does. */
    private Predicate<Step> ours() {
        ScanResistantCache<Integer, Integer> cache = cache(SIZE);
        return (step) -> {
            if (step.stored()) {
                return cache.put(step.payload(), step.size());
            }
            boolean hit = cache.get(step.payload()) != null;
            if (!hit) {
                cache.offer(step.payload(), step.size());
            }
            return hit;
        };
    }

    private static Predicate<Step> leastRecentlyUsed() {
        Map<Integer, Integer> entries = new LinkedHashMap<>(16, 0.75f, true);
        long[] weight = new long[1];
        return (step) -> {
            boolean hit = entries.get(step.payload()) != null;
            if (!hit) {
                entries.put(step.payload(), step.size());
                weight[0] += step.size();
                for (Iterator<Integer> oldest = entries.values().iterator(); weight[0] > SIZE;) {
                    weight[0] -= oldest.next();
                    oldest.remove();
                }
            }
            return hit;
        };
    }

    private static Predicate<Step> caffeine() {
        Cache<Integer, Integer> cache = Caffeine.newBuilder()
            .maximumWeight(SIZE)
            .weigher((Integer key, Integer size) -> size)
            .executor(Runnable::run)
            .build();
        return (step) -> {
            boolean hit = cache.getIfPresent(step.payload()) != null;
            if (!hit) {
                cache.put(step.payload(), step.size());
            }
            return hit;
        };
    }

    @ParameterizedTest
    @ValueSource(strings = { "collect-1000", "conversation", "fan-in", "fan-out-and-measure", "fan-out", "pass-through",
            "scatter-400", "scatter", "transform", "two-replays-400" })
    void hitsAtLeastWhatLeastRecentlyUsedEvictionHitsInRecordedWorkflows(String workflow) throws IOException {
        Trace trace = Trace.recorded(workflow);

        assertThat(trace.hits(ours(), 0)).isGreaterThanOrEqualTo(trace.hits(leastRecentlyUsed(), 0));
    }

    /** The first 2,000 steps, before it is replayed. */
    @Test
    void hitsEverythingThatARunOfAThousandActivitiesStoresAndReads() throws IOException {
        Trace run = new Trace(Trace.recorded("collect-1000").steps().subList(0, 2000));

        assertThat(run.hits(ours(), 0)).isEqualTo(1000);
        assertThat(run.hits(caffeine(), 0)).isLessThan(900);
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 10, 50, 100, 110 })
    void hitsWhatIsStoredAndReadOnceSoonAfter(int distance) {
        Trace trace = Trace.storedThenRead(5000, 300_000, distance);

        assertThat(trace.hits(ours(), 0)).isEqualTo(trace.hits(leastRecentlyUsed(), 0)).isEqualTo(5000);
        assertThat(trace.hits(caffeine(), 0)).isLessThan(4500);
    }

    @Test
    void hitsWhatIsStoredAndReadOnceBesideAReplay() {
        Trace stored = Trace.storedThenRead(2500, 300_000, 50);
        Trace both = stored.beside(Trace.circle(1000, 300_000, 5));

        assertThat(both.hits(ours(), 0)).isGreaterThanOrEqualTo(2500);
    }

    /** 300 MB, of which 21 % fit, and other sizes of payloads and histories. */
    @ParameterizedTest
    @CsvSource({ "1000, 300_000, 21", "300, 1_000_000, 21", "60, 5_000_000, 20", "10_000, 30_000, 21",
            "250, 300_000, 88", "3000, 300_000, 7" })
    void hitsWhatFitsOfAHistoryThatIsReadAgainAndAgain(int payloads, int size, int percentage) {
        Trace trace = Trace.circle(payloads, size, 5);
        int later = 4 * payloads;

        assertThat(100.0 * trace.hits(ours(), payloads) / later).isGreaterThan(percentage);
        assertThat(trace.hits(leastRecentlyUsed(), payloads)).isZero();
    }

    @Test
    void hitsWhatFitsOfReplaysThatWereRecorded() throws IOException {
        Trace trace = Trace.recorded("collect-1000");

        // Two queries after a restart, and the end, and two more.
        assertThat(trace.hits(ours(), 2000)).isGreaterThan((trace.steps().size() - 2000) * 18 / 100);
        assertThat(trace.hits(leastRecentlyUsed(), 2000)).isLessThan(300);
    }

    /** What was read in a circle before makes room for what is read now. */
    @Test
    void adaptsToAnotherHistoryInOneRound() {
        Trace small = Trace.circle(150, 300_000, 3);
        Trace trace = small.after(Trace.circle(1000, 300_000, 5));

        assertThat(trace.hits(ours(), 5000)).isGreaterThanOrEqualTo(150);
    }

    @Test
    void expiresAfterTheLastUse() {
        ScanResistantCache<Integer, Integer> cache = cache(100);
        cache.put(1, 10);
        cache.put(2, 10);
        this.time.addAndGet(HOUR.toNanos() - 1);
        assertThat(cache.get(1)).isNotNull();

        this.time.incrementAndGet();

        assertThat(cache.get(2)).isNull();
        assertThat(cache.get(1)).isNotNull();
        assertThat(this.evicted).containsExactly(2);
    }

    @Test
    void evictsTheLeastRecentlyUsedForWhatIsNew() {
        ScanResistantCache<Integer, Integer> cache = cache(100);
        IntStream.range(0, 10).forEach((key) -> cache.put(key, 10));
        cache.get(0);
        cache.put(1, 10);

        cache.put(10, 15);

        assertThat(this.evicted).containsExactly(2, 3);
        assertThat(cache.statistics()).isEqualTo(new CacheStatistics(1, 0, 2, 9, 95, 100));
    }

    @Test
    void neverExceedsItsMaximumNumberOfEntries() {
        ScanResistantCache<Integer, Integer> cache = new ScanResistantCache<>(1000, 3, (key, weight) -> weight, HOUR,
                this.time::get, (key, value) -> this.evicted.add(key));

        IntStream.range(0, 5).forEach((key) -> cache.put(key, 1));

        assertThat(this.evicted).containsExactly(0, 1);
        assertThat(cache.statistics().entries()).isEqualTo(3);
    }

    @Test
    void remembersForABoundedTimeWhatItWasAskedFor() {
        ScanResistantCache<Integer, Integer> cache = cache(10);

        IntStream.range(0, 10_000).forEach((key) -> cache.offer(key, 1));

        assertThat(cache.offer(9000, 1)).as("remembered").isFalse();
        assertThat(cache.offer(0, 1)).as("forgotten").isTrue();
    }

    @Test
    void looksAtAnEntryWithoutUsingIt() {
        ScanResistantCache<Integer, Integer> cache = cache(20);
        cache.put(1, 10);
        cache.put(2, 10);

        assertThat(cache.peek(1)).isEqualTo(10);
        assertThat(cache.peek(3)).isNull();
        cache.put(3, 10);

        assertThat(this.evicted).containsExactly(1);
        assertThat(cache.statistics().misses()).isZero();
    }

    @Test
    void keepsNothingThatIsLargerThanTheCache() {
        ScanResistantCache<Integer, Integer> cache = cache(100);
        cache.put(1, 50);

        assertThat(cache.put(2, 101)).isFalse();
        assertThat(cache.offer(3, 101)).isFalse();

        assertThat(cache.get(1)).isNotNull();
        assertThat(this.evicted).isEmpty();
    }

    @Test
    void replacesAnEntry() {
        ScanResistantCache<Integer, Integer> cache = cache(100);
        cache.put(1, 50);

        cache.put(1, 60);
        cache.offer(1, 70);

        assertThat(cache.get(1)).isEqualTo(70);
        assertThat(cache.remove(1)).isEqualTo(70);
        assertThat(cache.remove(1)).isNull();
        assertThat(cache.statistics().bytes()).isZero();
    }

    @Test
    void neverExceedsItsMaximumWeight() {
        ScanResistantCache<Integer, Integer> cache = cache(1000);

        IntStream.range(0, 100_000).parallel().forEach((i) -> {
            if (cache.get(i % 977) == null) {
                cache.offer(i % 977, 1 + i % 977 % 97);
            }
            cache.put(i % 1013, 1 + i % 1013 % 97);
            assertThat(cache.statistics().bytes()).isLessThanOrEqualTo(1000);
        });

        assertThat(cache.statistics().bytes()).isGreaterThan(900);
    }

}
