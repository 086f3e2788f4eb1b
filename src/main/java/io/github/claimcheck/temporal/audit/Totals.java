package io.github.claimcheck.temporal.audit;

import io.github.claimcheck.temporal.driver.AuditedObject.State;
import io.github.claimcheck.temporal.internal.InternalApi;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Counts audited references. Not thread-safe.
 */
@InternalApi
public final class Totals {

    private final Map<State, Integer> states = new EnumMap<>(State.class);

    private int references;

    private long bytes;

    private int damagedCopies;

    void add(AuditedReference reference) {
        this.references++;
        this.bytes += Math.max(reference.size(), 0);
        this.states.merge(reference.state(), 1, Integer::sum);
        this.damagedCopies += (int) reference.copies().stream().filter((copy) -> copy.state() != State.PRESENT).count();
    }

    void add(Totals other) {
        this.references += other.references;
        this.bytes += other.bytes;
        other.states.forEach((state, count) -> this.states.merge(state, count, Integer::sum));
        this.damagedCopies += other.damagedCopies;
    }

    /**
     * Returns the number of references.
     * @return the number
     */
    public int getReferences() {
        return this.references;
    }

    /**
     * Returns the size of the stored payloads, as far as their references tell it.
     * @return the size in bytes; a payload with several references counts several times
     */
    public long getBytes() {
        return this.bytes;
    }

    /**
     * Returns the number of references by the state of their objects.
     * @return the numbers, without states that no object is in
     */
    public Map<State, Integer> getStates() {
        return Map.copyOf(this.states);
    }

    /**
     * Returns the number of composite drivers' copies that are not as they were stored.
     * @return the number
     */
    public int getDamagedCopies() {
        return this.damagedCopies;
    }

    boolean isSound() {
        return this.references == this.states.getOrDefault(State.PRESENT, 0) && this.damagedCopies == 0;
    }

    /**
     * Returns a summary such as {@code 3 references, 900000 bytes: 2 present, 1 gone}.
     */
    @Override
    public String toString() {
        StringBuilder summary = new StringBuilder();
        summary.append(this.references).append((this.references == 1) ? " reference, " : " references, ");
        summary.append(this.bytes).append(" bytes");
        String separator = ": ";
        for (Map.Entry<State, Integer> state : this.states.entrySet()) {
            summary.append(separator)
                .append(state.getValue())
                .append(' ')
                .append(state.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '));
            separator = ", ";
        }
        if (this.damagedCopies > 0) {
            summary.append("; ").append(this.damagedCopies).append(" copies are not as stored");
        }
        return summary.toString();
    }

}
