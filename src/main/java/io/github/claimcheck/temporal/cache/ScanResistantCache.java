package io.github.claimcheck.temporal.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A cache that evicts the least recently used entries, and that reading the same entries
 * in a circle does not flush.
 * <p>
 * A replay reads a history in order, from the start, and again. Where the history is
 * larger than the cache, least-recently-used eviction hits nothing: each entry is evicted
 * shortly before it is read again. So this cache remembers for some time when it was last
 * asked for what it does not have. What it is then {@linkplain #offer offered} again
 * replaces only entries that were used less recently than that. In a circle, these are
 * none, and a part of the circle stays. Everything else is admitted, as it is by
 * least-recently-used eviction, so that whatever that would hit of what is
 * {@linkplain #put put}, read once and never again, this hits, too: it evicts an entry
 * only if newer ones fill the cache.
 * <p>
 * Caffeine's policy, W-TinyLFU, resists scans as well, but rejects new entries in favour
 * of frequent ones. {@code ScanResistantCacheTests} compares the three on recorded
 * sequences.
 * <p>
 * Thread-safe.
 */
final class ScanResistantCache<K, V> {

    /**
     * The number of keys that are remembered in any case, about 100 bytes each, and for
     * each entry: so many that circles of a large part of a cache of few entries are
     * known, and of three times a cache of very many.
     */
    private static final int REMEMBERED = 4096;

    private static final int REMEMBERED_PER_ENTRY = 16;

    private static final int REMEMBERED_OF_MANY = 65_536;

    private final long maximumWeight;

    private final int maximumEntries;

    private final ToLongBiFunction<K, V> weigher;

    private final long expiryNanos;

    private final LongSupplier nanoTime;

    private final BiConsumer<K, V> onEviction;

    /** In the order of their last use. */
    private final LinkedHashMap<K, Entry<V>> entries = new LinkedHashMap<>();

    /**
     * When the cache was last asked for what it does not have, by the hash of its key: a
     * collision only costs a hit.
     */
    private final LinkedHashMap<Integer, Long> asked = new LinkedHashMap<>();

    /** Counts uses, and so orders them. */
    private long now;

    private long weight;

    private long hits;

    private long misses;

    private long evictions;

    /**
     * Creates a cache.
     * @param maximumWeight the maximum weight of all entries
     * @param maximumEntries the maximum number of entries
     * @param weigher returns the weight of an entry, which never changes
     * @param expiry the time after which an unused entry is evicted
     * @param nanoTime the clock, as {@link System#nanoTime()}
     * @param onEviction called with each entry that is evicted, but not with one that is
     * replaced or removed; holds the cache's lock
     */
    ScanResistantCache(long maximumWeight, int maximumEntries, ToLongBiFunction<K, V> weigher, Duration expiry,
            LongSupplier nanoTime, BiConsumer<K, V> onEviction) {
        this.maximumWeight = maximumWeight;
        this.maximumEntries = maximumEntries;
        this.weigher = weigher;
        this.expiryNanos = expiry.toNanos();
        this.nanoTime = nanoTime;
        this.onEviction = onEviction;
    }

    /** Returns an entry, which is a hit or a miss; null if there is none. */
    synchronized @Nullable V get(K key) {
        expire();
        Entry<V> entry = this.entries.remove(key);
        if (entry == null) {
            this.misses++;
            return null;
        }
        this.hits++;
        this.entries.put(key, entry);
        entry.used(++this.now, this.nanoTime.getAsLong());
        return entry.value;
    }

    /** Returns whether there is an entry, without using it. */
    synchronized boolean contains(K key) {
        return this.entries.containsKey(key);
    }

    /** Returns an entry without using it; null if there is none. */
    synchronized @Nullable V peek(K key) {
        Entry<V> entry = this.entries.get(key);
        return (entry != null) ? entry.value : null;
    }

    /**
     * Adds an entry that is new, and likely to be read soon. Evicts the least recently
     * used entries for it.
     * @return whether the cache has the entry: false if it is larger than the cache
     */
    synchronized boolean put(K key, V value) {
        return add(key, value, Long.MAX_VALUE);
    }

    /**
     * Adds an entry that was asked for, unless that would evict what was used more
     * recently than this one was asked for before.
     * @return whether the cache has the entry
     */
    synchronized boolean offer(K key, V value) {
        return add(key, value, this.asked.getOrDefault(key.hashCode(), Long.MAX_VALUE));
    }

    private boolean add(K key, V value, long lastAsked) {
        expire();
        this.now++;
        Entry<V> replaced = this.entries.remove(key);
        if (replaced != null) {
            this.weight -= replaced.weight;
        }
        Entry<V> added = new Entry<>(value, this.weigher.applyAsLong(key, value));
        List<K> victims = victims(added.weight, lastAsked);
        if (victims == null) {
            remember(key, this.now);
            return false;
        }
        victims.forEach(this::evict);
        this.asked.remove(key.hashCode());
        this.entries.put(key, added);
        this.weight += added.weight;
        added.used(this.now, this.nanoTime.getAsLong());
        return true;
    }

    /**
     * Returns the least recently used entries that make room; null if they do not, or if
     * one of them was used since.
     */
    private @Nullable List<K> victims(long room, long usedBefore) {
        long excess = this.weight + room - this.maximumWeight;
        List<K> victims = new ArrayList<>();
        for (Iterator<Map.Entry<K, Entry<V>>> oldest = this.entries.entrySet().iterator(); excess > 0
                || this.entries.size() - victims.size() >= this.maximumEntries;) {
            if (!oldest.hasNext()) {
                return null;
            }
            Map.Entry<K, Entry<V>> victim = oldest.next();
            if (victim.getValue().used >= usedBefore) {
                return null;
            }
            victims.add(victim.getKey());
            excess -= victim.getValue().weight;
        }
        return victims;
    }

    private void expire() {
        long time = this.nanoTime.getAsLong();
        while (!this.entries.isEmpty()) {
            Map.Entry<K, Entry<V>> oldest = this.entries.entrySet().iterator().next();
            if (time - oldest.getValue().usedNanos < this.expiryNanos) {
                return;
            }
            evict(oldest.getKey());
        }
    }

    private void evict(K key) {
        Entry<V> victim = this.entries.remove(key);
        if (victim != null) {
            this.weight -= victim.weight;
            this.evictions++;
            remember(key, victim.used);
            this.onEviction.accept(key, victim.value);
        }
    }

    private void remember(K key, long used) {
        int hash = key.hashCode();
        this.asked.remove(hash);
        this.asked.put(hash, used);
        int entries = this.entries.size();
        int maximum = Math.max(2 * entries, Math.min(REMEMBERED_OF_MANY, REMEMBERED + REMEMBERED_PER_ENTRY * entries));
        for (Iterator<Integer> oldest = this.asked.keySet().iterator(); this.asked.size() > maximum;) {
            oldest.next();
            oldest.remove();
        }
    }

    /** Removes an entry, and returns it; null if there is none. */
    synchronized @Nullable V remove(K key) {
        Entry<V> removed = this.entries.remove(key);
        if (removed == null) {
            return null;
        }
        this.weight -= removed.weight;
        return removed.value;
    }

    synchronized CacheStatistics statistics() {
        return new CacheStatistics(this.hits, this.misses, this.evictions, this.entries.size(), this.weight,
                this.maximumWeight);
    }

    private static final class Entry<V> {

        private final V value;

        private final long weight;

        private long used;

        private long usedNanos;

        Entry(V value, long weight) {
            this.value = value;
            this.weight = weight;
        }

        void used(long now, long nanos) {
            this.used = now;
            this.usedNanos = nanos;
        }

    }

}
