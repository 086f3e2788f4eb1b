package io.github.claimcheck.temporal.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Micrometer Tracing with its OpenTelemetry bridge, wired as Spring Boot does, and the
 * spans that have ended.
 */
public final class Traces {

    private static final AttributeKey<String> DRIVER = AttributeKey.stringKey("driver");

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();

    private final OpenTelemetrySdk openTelemetry = OpenTelemetrySdk.builder()
        .setTracerProvider(
                SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(this.exporter)).build())
        .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
        .build();

    private final Tracer tracer = new OtelTracer(this.openTelemetry.getTracer("test"), new OtelCurrentTraceContext(),
            (event) -> {
            });

    private final ObservationRegistry observations = ObservationRegistry.create();

    public Traces() {
        this.observations.observationConfig().observationHandler(new DefaultTracingObservationHandler(this.tracer));
    }

    public ObservationRegistry getObservations() {
        return this.observations;
    }

    public Tracer getTracer() {
        return this.tracer;
    }

    public OpenTelemetry getOpenTelemetry() {
        return this.openTelemetry;
    }

    /** Runs an action within a span of this name. */
    public <T> T within(String name, Supplier<T> action) {
        return Observation.createNotStarted(name, this.observations).observe(action);
    }

    /** Returns the spans that have ended, with this name. */
    public List<SpanData> spans(String name) {
        return this.exporter.getFinishedSpanItems().stream().filter((span) -> span.getName().equals(name)).toList();
    }

    public void clear() {
        this.exporter.reset();
    }

    /**
     * Returns all spans as lines, each below its parent, in the order in which they
     * began. Requires that each is in the trace of its parent.
     */
    public List<String> tree() {
        return tree(this.exporter.getFinishedSpanItems());
    }

    /** Returns the spans of one trace in the same way. */
    public List<String> tree(String traceId) {
        return tree(this.exporter.getFinishedSpanItems()
            .stream()
            .filter((span) -> span.getTraceId().equals(traceId))
            .toList());
    }

    private static List<String> tree(List<SpanData> spans) {
        return spans.stream()
            .sorted(Comparator.comparingLong(SpanData::getStartEpochNanos))
            .filter((span) -> spans.stream().noneMatch((other) -> isParent(other, span)))
            .flatMap((root) -> branch(spans, root, "").stream())
            .toList();
    }

    private static List<String> branch(List<SpanData> spans, SpanData span, String indentation) {
        String driver = span.getAttributes().get(DRIVER);
        List<String> lines = new ArrayList<>();
        lines.add(indentation + span.getName() + ((driver != null) ? " (" + driver + ")" : ""));
        spans.stream()
            .sorted(Comparator.comparingLong(SpanData::getStartEpochNanos))
            .filter((other) -> isParent(span, other))
            .forEach((child) -> {
                assertThat(child.getTraceId()).isEqualTo(span.getTraceId());
                lines.addAll(branch(spans, child, indentation + "  "));
            });
        return lines;
    }

    private static boolean isParent(SpanData parent, SpanData span) {
        return span.getParentSpanId().equals(parent.getSpanId());
    }

}
