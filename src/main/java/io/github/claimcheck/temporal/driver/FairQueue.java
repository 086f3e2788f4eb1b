package io.github.claimcheck.temporal.driver;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A queue of what waits for its turn. The next element is of the run with the fewest
 * transfers in flight, and of its calls, of the one with the fewest; among equals, runs
 * and calls take turns. Elements of one call keep their order.
 * <p>
 * Finds the next element in a time that depends on the number of transfers in flight, not
 * on that of elements: it looks no further than the first run, or call, with none in
 * flight. Not thread-safe.
 */
final class FairQueue<E> {

    private final TransferCounts inFlight;

    /** By run, then by call. Whose turn was last stands last. */
    private final Map<String, Map<TransferOwner, Deque<E>>> runs = new LinkedHashMap<>();

    private int size;

    FairQueue(TransferCounts inFlight) {
        this.inFlight = inFlight;
    }

    void add(TransferOwner owner, E element) {
        this.runs.computeIfAbsent(owner.run(), (run) -> new LinkedHashMap<>())
            .computeIfAbsent(owner, (call) -> new ArrayDeque<>())
            .add(element);
        this.size++;
    }

    /** Returns the next element; null if there is none. */
    @Nullable E peek() {
        if (this.runs.isEmpty()) {
            return null;
        }
        Map<TransferOwner, Deque<E>> calls = fewest(this.runs, this.inFlight::ofRun);
        return fewest(calls, this.inFlight::ofCall).element();
    }

    private static <K, V> V fewest(Map<K, V> waiting, ToIntFunction<K> inFlight) {
        Iterator<Map.Entry<K, V>> entries = waiting.entrySet().iterator();
        Map.Entry<K, V> fewest = entries.next();
        int least = inFlight.applyAsInt(fewest.getKey());
        while (least > 0 && entries.hasNext()) {
            Map.Entry<K, V> entry = entries.next();
            int number = inFlight.applyAsInt(entry.getKey());
            if (number < least) {
                fewest = entry;
                least = number;
            }
        }
        return fewest.getValue();
    }

    /** Removes an element that has its turn, so that now others have theirs. */
    void take(TransferOwner owner, E element) {
        if (remove(owner, element)) {
            Map<TransferOwner, Deque<E>> calls = this.runs.remove(owner.run());
            if (calls != null) {
                this.runs.put(owner.run(), calls);
                Deque<E> elements = calls.remove(owner);
                if (elements != null) {
                    calls.put(owner, elements);
                }
            }
        }
    }

    /** Removes an element if it is there, at no turn. */
    boolean remove(TransferOwner owner, E element) {
        Map<TransferOwner, Deque<E>> calls = this.runs.getOrDefault(owner.run(), Map.of());
        Deque<E> elements = calls.get(owner);
        if (elements == null || !elements.remove(element)) {
            return false;
        }
        this.size--;
        if (elements.isEmpty()) {
            calls.remove(owner);
        }
        if (calls.isEmpty()) {
            this.runs.remove(owner.run());
        }
        return true;
    }

    int size() {
        return this.size;
    }

    /** Returns the number of runs that wait. */
    int runs() {
        return this.runs.size();
    }

}
