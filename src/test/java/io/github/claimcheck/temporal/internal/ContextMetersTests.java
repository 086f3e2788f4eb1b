package io.github.claimcheck.temporal.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Tests meters of contexts that share a registry. */
class ContextMetersTests {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    private final Context first = new Context(1);

    private final Context second = new Context(20);

    @Test
    void aRegistryShowsAllContextsAndThenTheRemainingOnes() {
        this.first.meters.bindTo(this.registry);
        this.second.meters.bindTo(this.registry);
        assertValues(this.registry, 21, 21, 20);

        this.first.meters.close();
        // A counter never decreases.
        assertValues(this.registry, 20, 21, 20);
        this.second.value.addAndGet(5);
        assertValues(this.registry, 25, 26, 25);

        this.second.meters.close();
        assertThat(this.registry.getMeters()).isEmpty();
    }

    @Test
    void aContextCanFollowAnother() {
        this.first.meters.bindTo(this.registry);
        this.first.meters.close();
        this.second.meters.bindTo(this.registry);
        assertValues(this.registry, 20, 20, 20);
    }

    @Test
    void bindingTwiceCountsOnce() {
        this.first.meters.bindTo(this.registry);
        this.first.meters.bindTo(this.registry);
        this.first.meters.bindTo(new CompositeMeterRegistry(this.registry.config().clock(), List.of(this.registry)));
        assertValues(this.registry, 1, 1, 1);
    }

    @Test
    void registriesAreSeparate() {
        MeterRegistry other = new SimpleMeterRegistry();
        this.first.meters.bindTo(this.registry);
        this.second.meters.bindTo(other);
        assertValues(this.registry, 1, 1, 1);
        assertValues(other, 20, 20, 20);

        this.first.meters.close();
        assertThat(this.registry.getMeters()).isEmpty();
        assertValues(other, 20, 20, 20);
    }

    @Test
    void compositesCanShareAMember() {
        MeterRegistry other = new SimpleMeterRegistry();
        this.first.meters
            .bindTo(new CompositeMeterRegistry(this.registry.config().clock(), List.of(this.registry, other)));
        this.second.meters.bindTo(new CompositeMeterRegistry(this.registry.config().clock(), List.of(this.registry)));
        assertValues(this.registry, 21, 21, 20);
        assertValues(other, 1, 1, 1);

        this.first.meters.close();
        assertValues(this.registry, 20, 21, 20);
        assertThat(other.getMeters()).isEmpty();
    }

    @Test
    void anEmptyCompositePassesMetersOnToLaterMembers() {
        CompositeMeterRegistry composite = new CompositeMeterRegistry();
        this.first.meters.bindTo(composite);
        composite.add(this.registry);
        assertValues(this.registry, 1, 1, 1);
        this.first.meters.close();
        assertThat(this.registry.getMeters()).isEmpty();
    }

    @Test
    void nothingIsBoundAfterClosing() {
        this.first.meters.close();
        this.first.meters.bindTo(this.registry);
        assertThat(this.registry.getMeters()).isEmpty();
    }

    @Test
    void aRegistryDoesNotHoldAClosedContext() {
        this.second.meters.bindTo(this.registry);
        WeakReference<Context> closed = closedContext();
        await().atMost(30, TimeUnit.SECONDS).until(() -> {
            System.gc();
            return closed.get() == null;
        });
        assertValues(this.registry, 20, 21, 20);
    }

    private WeakReference<Context> closedContext() {
        Context context = new Context(1);
        context.meters.bindTo(this.registry);
        context.meters.close();
        return new WeakReference<>(context);
    }

    @Test
    void meterHoldsItsContextUntilItIsClosed() {
        WeakReference<Context> open = openContext();
        System.gc();
        assertValues(this.registry, 1, 1, 1);
        assertThat(open.get()).isNotNull();
    }

    private WeakReference<Context> openContext() {
        Context context = new Context(1);
        context.meters.bindTo(this.registry);
        return new WeakReference<>(context);
    }

    private static void assertValues(MeterRegistry registry, double gauge, double counter, double milliseconds) {
        assertThat(registry.get("gauge").tags("tag", "a").gauge().value()).isEqualTo(gauge);
        assertThat(registry.get("counter").functionCounter().count()).isEqualTo(counter);
        assertThat(registry.get("age").timeGauge().value(TimeUnit.MILLISECONDS)).isEqualTo(milliseconds);
    }

    private static final class Context {

        private final AtomicLong value;

        private final ContextMeters meters = new ContextMeters(
                List.of(ContextMeter.gauge("gauge", "A number", "bytes", Tags.of("tag", "a"), this::value),
                        ContextMeter.counter("counter", "A count", Tags.empty(), this::value),
                        ContextMeter.age("age", "An age", () -> Duration.ofMillis(value()))));

        Context(long value) {
            this.value = new AtomicLong(value);
        }

        private long value() {
            return this.value.get();
        }

    }

}
