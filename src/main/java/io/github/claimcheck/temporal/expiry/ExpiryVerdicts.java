package io.github.claimcheck.temporal.expiry;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The last verdict on each driver and namespace. Thread-safe. */
final class ExpiryVerdicts {

    private final Map<Key, Verdict> verdicts = new ConcurrentHashMap<>();

    private final Set<Key> known = ConcurrentHashMap.newKeySet();

    private final List<Consumer<Verdict>> listeners = new CopyOnWriteArrayList<>();

    void put(Verdict verdict) {
        Key key = new Key(verdict.driver(), verdict.namespace());
        this.verdicts.put(key, verdict);
        if (verdict.expiry().known() && this.known.add(key)) {
            this.listeners.forEach((listener) -> listener.accept(verdict));
        }
    }

    /** Tells a listener once of each driver and namespace whose expiry is known. */
    void onKnown(Consumer<Verdict> listener) {
        this.listeners.add(listener);
    }

    List<Verdict> of(String driver) {
        return this.verdicts.values().stream().filter((verdict) -> verdict.driver().equals(driver)).toList();
    }

    /** Returns the margin of a driver for a namespace, in seconds. */
    double getMargin(String driver, String namespace) {
        Verdict verdict = this.verdicts.get(new Key(driver, namespace));
        return (verdict != null) ? verdict.margin() : Double.NaN;
    }

    private record Key(String driver, String namespace) {

    }

}
