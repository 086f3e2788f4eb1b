package io.github.claimcheck.temporal.driver;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The number of transfers in flight, by run and by call. Not thread-safe. */
final class TransferCounts {

    private final Map<String, Integer> runs = new HashMap<>();

    private final Map<TransferOwner, Integer> calls = new HashMap<>();

    void add(TransferOwner owner) {
        this.runs.merge(owner.run(), 1, Integer::sum);
        this.calls.merge(owner, 1, Integer::sum);
    }

    void remove(TransferOwner owner) {
        this.runs.computeIfPresent(owner.run(), TransferCounts::decremented);
        this.calls.computeIfPresent(owner, TransferCounts::decremented);
    }

    private static @Nullable Integer decremented(Object key, int number) {
        return (number > 1) ? number - 1 : null;
    }

    int ofRun(String run) {
        return this.runs.getOrDefault(run, 0);
    }

    int ofCall(TransferOwner owner) {
        return this.calls.getOrDefault(owner, 0);
    }

    /** Returns the number of runs with transfers in flight. */
    int runs() {
        return this.runs.size();
    }

}
