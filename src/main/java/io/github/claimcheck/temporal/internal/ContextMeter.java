package io.github.claimcheck.temporal.internal;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A meter whose value is read from beans of an application context. Not part of the
 * public API.
 *
 * @param kind what the value is
 * @param name the name
 * @param description the description
 * @param unit the base unit; null if there is none
 * @param tags the tags, with the same keys for all meters of the name
 * @param value reads the value for one context
 */
public record ContextMeter(Kind kind, String name, String description, @Nullable String unit, Tags tags,
        DoubleSupplier value) {

    /**
     * Creates a gauge, whose values add up.
     * @param name the name
     * @param description the description
     * @param unit the base unit; null if there is none
     * @param tags the tags
     * @param value reads the value
     * @return the meter
     */
    public static ContextMeter gauge(String name, String description, @Nullable String unit, Tags tags,
            DoubleSupplier value) {
        return new ContextMeter(Kind.GAUGE, name, description, unit, tags, value);
    }

    /**
     * Creates a counter, whose values add up and never decrease.
     * @param name the name
     * @param description the description
     * @param tags the tags
     * @param value reads the value
     * @return the meter
     */
    public static ContextMeter counter(String name, String description, Tags tags, DoubleSupplier value) {
        return counter(name, description, null, tags, value);
    }

    /**
     * Creates a counter with a unit, whose values add up and never decrease.
     * @param name the name
     * @param description the description
     * @param unit the base unit; null if there is none
     * @param tags the tags
     * @param value reads the value
     * @return the meter
     */
    public static ContextMeter counter(String name, String description, @Nullable String unit, Tags tags,
            DoubleSupplier value) {
        return new ContextMeter(Kind.COUNTER, name, description, unit, tags, value);
    }

    /**
     * Creates a gauge of a time since 1970, of which the last counts.
     * @param name the name
     * @param description the description
     * @param tags the tags
     * @param time reads the time; may return null, which is shown as 0
     * @return the meter
     */
    public static ContextMeter time(String name, String description, Tags tags, Supplier<@Nullable Instant> time) {
        return new ContextMeter(Kind.AGE, name, description, null, tags, () -> {
            Instant last = time.get();
            return (last != null) ? last.toEpochMilli() : 0;
        });
    }

    /**
     * Creates a gauge of an age, of which the maximum counts.
     * @param name the name
     * @param description the description
     * @param age reads the age
     * @return the meter
     */
    public static ContextMeter age(String name, String description, Supplier<Duration> age) {
        return new ContextMeter(Kind.AGE, name, description, null, Tags.empty(), () -> age.get().toMillis());
    }

    /**
     * Creates a gauge of which the lowest value counts.
     * @param name the name
     * @param description the description
     * @param unit the base unit; null if there is none
     * @param tags the tags
     * @param value reads the value; NaN if there is none
     * @return the meter
     */
    public static ContextMeter lowest(String name, String description, @Nullable String unit, Tags tags,
            DoubleSupplier value) {
        return new ContextMeter(Kind.LOWEST, name, description, unit, tags, value);
    }

    /** Returns the combination of two contexts' values. */
    double combine(double one, double other) {
        return switch (this.kind) {
            case AGE -> Math.max(one, other);
            case LOWEST -> Double.isNaN(one) ? other : Double.isNaN(other) ? one : Math.min(one, other);
            case GAUGE, COUNTER -> one + other;
        };
    }

    /** Registers a meter that has the combined value, held weakly. */
    <T> Meter register(MeterRegistry registry, T state, ToDoubleFunction<T> combined) {
        return switch (this.kind) {
            case GAUGE,
                    LOWEST ->
                Gauge.builder(this.name, state, combined)
                    .description(this.description)
                    .baseUnit(this.unit)
                    .tags(this.tags)
                    .register(registry);
            case COUNTER -> FunctionCounter.builder(this.name, state, combined)
                .description(this.description)
                .baseUnit(this.unit)
                .tags(this.tags)
                .register(registry);
            case AGE -> TimeGauge.builder(this.name, state, TimeUnit.MILLISECONDS, combined)
                .description(this.description)
                .tags(this.tags)
                .register(registry);
        };
    }

    /** What the value of a meter is. */
    public enum Kind {

        /** A number. */
        GAUGE,

        /** A number that never decreases. */
        COUNTER,

        /** An age, or a time since 1970, in milliseconds. */
        AGE,

        /** A number of which the lowest counts. */
        LOWEST

    }

}
