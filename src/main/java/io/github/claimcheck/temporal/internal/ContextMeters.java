package io.github.claimcheck.temporal.internal;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.Stream;

/**
 * The meters of one application context whose values are read from its beans. Not part of
 * the public API.
 * <p>
 * Several contexts can share a registry: a parent and its children, or contexts that a
 * test keeps. A registry has one meter of a name and tags, which would go on showing the
 * first context, even after that one is closed. Here it shows all open contexts, and is
 * removed with the last. Counters also keep what closed contexts counted.
 * <p>
 * Meters are registered in the members of a composite registry, since composites of
 * several contexts can share a member. Members that are added later do not get them.
 * Thread-safe.
 */
public class ContextMeters implements MeterBinder, AutoCloseable {

    /** Its values do not refer to their registry, so that it can be collected. */
    private static final Map<MeterRegistry, Map<Key, Shared>> REGISTERED = new WeakHashMap<>();

    private final List<ContextMeter> meters;

    private final Set<MeterRegistry> bound = Collections.newSetFromMap(new IdentityHashMap<>());

    private boolean closed;

    /**
     * Creates meters that are in no registry yet.
     * @param meters the meters
     */
    public ContextMeters(List<ContextMeter> meters) {
        this.meters = new ArrayList<>(meters);
    }

    /**
     * Adds the meters to a registry, unless they are in it.
     * @param registry the registry
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        synchronized (REGISTERED) {
            if (!this.closed) {
                members(registry).filter(this.bound::add).forEach(this::add);
            }
        }
    }

    private static Stream<MeterRegistry> members(MeterRegistry registry) {
        return (registry instanceof CompositeMeterRegistry composite && !composite.getRegistries().isEmpty())
                ? composite.getRegistries().stream().flatMap(ContextMeters::members) : Stream.of(registry);
    }

    /**
     * Adds a meter, which the registries of the others get as well.
     * @param meter the meter
     */
    protected final void add(ContextMeter meter) {
        synchronized (REGISTERED) {
            if (!this.closed) {
                this.meters.add(meter);
                this.bound.forEach((registry) -> add(meter, registry));
            }
        }
    }

    private void add(MeterRegistry registry) {
        this.meters.forEach((meter) -> add(meter, registry));
    }

    private static void add(ContextMeter meter, MeterRegistry registry) {
        REGISTERED.computeIfAbsent(registry, (added) -> new HashMap<>())
            .computeIfAbsent(Key.of(meter), (key) -> new Shared(meter, registry))
            .add(meter);
    }

    /** Removes the meters from all registries. */
    @Override
    public void close() {
        synchronized (REGISTERED) {
            this.closed = true;
            this.bound.forEach(this::remove);
            this.bound.clear();
        }
    }

    private void remove(MeterRegistry registry) {
        Map<Key, Shared> registered = REGISTERED.getOrDefault(registry, Map.of());
        for (ContextMeter meter : this.meters) {
            Shared shared = registered.get(Key.of(meter));
            if (shared != null && shared.remove(meter)) {
                registered.remove(Key.of(meter));
                registry.remove(shared.id);
            }
        }
    }

    /** What identifies a meter in a registry. */
    private record Key(String name, Tags tags) {

        static Key of(ContextMeter meter) {
            return new Key(meter.name(), meter.tags());
        }

    }

    /** A meter in a registry, with the values of all contexts. */
    private static final class Shared {

        private final List<ContextMeter> contexts = new ArrayList<>();

        private final Meter.Id id;

        private double closedContexts;

        Shared(ContextMeter meter, MeterRegistry registry) {
            this.closedContexts = (meter.kind() == ContextMeter.Kind.LOWEST) ? Double.NaN : 0;
            this.id = meter.register(registry, this, Shared::value).getId();
        }

        synchronized void add(ContextMeter meter) {
            this.contexts.add(meter);
        }

        /** Removes a context, and returns whether it was the last. */
        synchronized boolean remove(ContextMeter meter) {
            this.contexts.remove(meter);
            if (meter.kind() == ContextMeter.Kind.COUNTER) {
                this.closedContexts += meter.value().getAsDouble();
            }
            return this.contexts.isEmpty();
        }

        private synchronized double value() {
            double value = this.closedContexts;
            for (ContextMeter meter : this.contexts) {
                value = meter.combine(value, meter.value().getAsDouble());
            }
            return value;
        }

    }

}
