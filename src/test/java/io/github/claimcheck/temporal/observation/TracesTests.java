package io.github.claimcheck.temporal.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.driver.StoredObjects;
import io.github.claimcheck.temporal.driver.TransferLimiter;
import io.github.claimcheck.temporal.store.composite.CompositeTestDrivers;
import io.github.claimcheck.temporal.testing.MapObjectStore;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.github.claimcheck.temporal.testing.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.GlobalDataConverter;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests which span is below which. */
class TracesTests {

    private static final List<Payload> PAYLOADS = List.of(Payloads.of(Payloads.bytes(1_000, 1)));

    private static final RuntimeException DOWN = new IllegalStateException("the store is down");

    private final Traces traces = new Traces();

    private final RecordingStorageDriver one = new RecordingStorageDriver("one");

    private final RecordingStorageDriver two = new RecordingStorageDriver("two");

    private StorageDriver observe(StorageDriver driver) {
        return StorageObservations.observe(driver, this.traces.getObservations(),
                new StorageDriverObservationConvention() {
                }, new SimpleMeterRegistry());
    }

    private StorageDriver fallback(StorageDriver... delegates) {
        return observe(CompositeTestDrivers.fallback(Duration.ofMillis(200), this::observe, delegates));
    }

    private StorageDriver mirror(StorageDriver... delegates) {
        return observe(CompositeTestDrivers.mirror(Duration.ofMillis(200), this::observe, delegates));
    }

    private List<StorageDriverClaim> store(StorageDriver driver) {
        return this.traces
            .within("caller", () -> driver.store(StorageContexts.store(StorageContexts.workflow("order-1")), PAYLOADS))
            .join();
    }

    private List<Payload> retrieve(StorageDriver driver, List<StorageDriverClaim> claims) {
        return this.traces.within("caller", () -> driver.retrieve(StorageContexts.retrieve(), claims)).join();
    }

    @Test
    void aFallbackWhoseFirstDelegateStores() {
        store(fallback(this.one, this.two));

        assertTree("caller", "  external storage store (fallback)", "    external storage store (one)");
    }

    @Test
    void aFallbackWhoseFirstDelegateFailsAtOnce() {
        this.one.failWith(DOWN);
        store(fallback(this.one, this.two));

        assertTree("caller", "  external storage store (fallback)", "    external storage store (one)",
                "    external storage store (two)");
    }

    @Test
    void aFallbackWhoseFirstDelegateTimesOut() {
        this.one.hang();
        store(fallback(this.one, this.two));

        assertTree("caller", "  external storage store (fallback)", "    external storage store (one)",
                "    external storage store (two)");
        assertThat(this.traces.spans("external storage store")).filteredOn((span) -> driver(span).equals("one"))
            .singleElement()
            .satisfies((span) -> assertThat(exception(span)).contains("'one' took longer than 200 ms"));
    }

    /** The second delegate is called where the first one's failure arrives. */
    @Test
    void aFallbackThatGoesOnAmidTheWorkOfAnother() {
        CompletableFuture<Void> first = this.one.hang();
        CompletableFuture<List<StorageDriverClaim>> stored = this.traces.within("caller",
                () -> observe(CompositeTestDrivers.fallback(Duration.ofMinutes(1), this::observe, this.one, this.two))
                    .store(StorageContexts.store(null), PAYLOADS));
        this.traces.within("other", () -> first.completeExceptionally(DOWN));
        stored.join();

        assertTree("caller", "  external storage store (fallback)", "    external storage store (one)",
                "    external storage store (two)", "other");
        assertThat(this.traces.getTracer().currentSpan()).isNull();
        assertThat(this.traces.getObservations().getCurrentObservation()).isNull();
    }

    @Test
    void aMirror() {
        store(mirror(this.one, this.two));

        assertTree("caller", "  external storage store (mirror)", "    external storage store (one)",
                "    external storage store (two)");
    }

    @Test
    void aMirrorWhoseFirstDelegateFailsToRetrieve() {
        StorageDriver mirror = mirror(this.one, this.two);
        List<StorageDriverClaim> claims = store(mirror);
        this.traces.clear();
        this.one.hang();
        retrieve(mirror, claims);

        assertTree("caller", "  external storage retrieve (mirror)", "    external storage retrieve (one)",
                "    external storage retrieve (two)");
    }

    /** The repair has no span, since no caller waits for it. */
    @Test
    void aMirrorThatRepairsACopy() {
        MapObjectStore lossy = new MapObjectStore();
        StorageDriver mirror = mirror(lossy.driver("lossy"), this.two);
        List<StorageDriverClaim> claims = store(mirror);
        lossy.contents().clear();
        this.traces.clear();
        retrieve(mirror, claims);

        await().until(() -> lossy.contents().size() == 1);
        assertTree("caller", "  external storage retrieve (mirror)", "    external storage retrieve (lossy)",
                "    external storage retrieve (two)");
    }

    @Test
    void aFallbackOfAMirror() {
        RecordingStorageDriver three = new RecordingStorageDriver("three");
        this.one.hang();
        store(fallback(CompositeTestDrivers.mirror(Duration.ofSeconds(1), this::observe, this.one, this.two), three));

        assertTree("caller", "  external storage store (fallback)", "    external storage store (mirror)",
                "      external storage store (one)", "      external storage store (two)",
                "    external storage store (three)");
    }

    @Test
    void aSpanWithoutAnObservation() {
        Span span = this.traces.getTracer().nextSpan().name("manual").start();
        try (Tracer.SpanInScope scope = this.traces.getTracer().withSpan(span)) {
            fallback(this.one, this.two).store(StorageContexts.store(null), PAYLOADS).join();
        }
        finally {
            span.end();
        }

        assertTree("manual", "  external storage store (fallback)", "    external storage store (one)");
    }

    @Test
    void aRetrievalFromTheCache() {
        StorageDriver driver = observe(new MapObjectStore().driver("cached", Long.MAX_VALUE, new DriverResources(
                new PayloadCache(100_000, 50_000), new StoredObjects(Duration.ZERO), TransferLimiter.unlimited())));
        List<StorageDriverClaim> claims = store(driver);
        this.traces.clear();
        retrieve(driver, claims);

        assertTree("caller", "  external storage retrieve (cached)");
    }

    @Test
    void aDataConverterThatIsCalledDirectly() {
        ExternalStorageDataConverter converter = new ExternalStorageDataConverter(GlobalDataConverter.get(),
                ExternalStorage.newBuilder().setDriver(observe(this.one)).setPayloadSizeThreshold(0).build());
        this.traces.within("caller",
                () -> converter.fromPayload(converter.toPayload("text").orElseThrow(), String.class, String.class));

        assertTree("caller", "  external storage store (one)", "  external storage retrieve (one)");
    }

    @Test
    void aCancelledCallEndsAllOfItsSpans() {
        this.one.hang();
        CompletableFuture<?> stored = this.traces.within("caller",
                () -> mirror(this.one, this.two).store(StorageContexts.store(null), PAYLOADS));
        stored.cancel(true);

        assertTree("caller", "  external storage store (mirror)", "    external storage store (one)",
                "    external storage store (two)");
        assertThat(this.traces.spans("external storage store")).filteredOn((span) -> !driver(span).equals("two"))
            .allSatisfy((span) -> assertThat(exceptionType(span)).endsWith("CancellationException"));
    }

    @Test
    void theSdksCancellationEndsTheSpansOfAComposite() {
        StorageContexts.Token token = new StorageContexts.Token();
        this.one.hang();
        CompletableFuture<?> stored = this.traces.within("caller",
                () -> mirror(this.one, this.two).store(StorageContexts.store(null, token), PAYLOADS));
        token.cancel();

        assertThat(stored).isCompletedExceptionally();
        assertTree("caller", "  external storage store (mirror)", "    external storage store (one)",
                "    external storage store (two)");
    }

    @Test
    void aFailedRetrievalSaysNoSize() {
        this.one.failWith(DOWN);
        CompletableFuture<?> failed = observe(this.one).retrieve(StorageContexts.retrieve(),
                List.of(new StorageDriverClaim(Map.of("index", "0"))));

        assertThatThrownBy(failed::join).hasRootCause(DOWN);
        assertThat(this.traces.spans("external storage retrieve")).singleElement().satisfies((span) -> {
            assertThat(span.getAttributes().get(AttributeKey.stringKey("payload.count"))).isEqualTo("1");
            assertThat(span.getAttributes().get(AttributeKey.stringKey("payload.bytes"))).isNull();
        });
    }

    /** A span ends just after its call. */
    private void assertTree(String... lines) {
        await().untilAsserted(() -> assertThat(this.traces.tree()).containsExactly(lines));
    }

    private static String driver(SpanData span) {
        return span.getAttributes().get(AttributeKey.stringKey("driver"));
    }

    private static String exception(SpanData span) {
        return span.getEvents().get(0).getAttributes().get(AttributeKey.stringKey("exception.message"));
    }

    private static String exceptionType(SpanData span) {
        return span.getEvents().get(0).getAttributes().get(AttributeKey.stringKey("exception.type"));
    }

}
