package io.github.claimcheck.sample.startup;

import io.github.claimcheck.sample.history.PayloadRow;
import io.github.claimcheck.sample.history.PayloadRow.Kind;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Lays out, for a person to read, what happened to the payloads of one report. */
class RunSummary {

    private static final String PAYLOAD_ROW = "  %5s  %-26s  %-17s  %9s  %-9s  %-16s  %-17s  %s";

    private final StringBuilder text = new StringBuilder();

    void run(String workflowId, long csvBytes, long reportBytes, long millis) {
        line("");
        line("Report %s: %s of CSV in, %s of HTML out, %d ms", workflowId, size(csvBytes), size(reportBytes), millis);
    }

    /**
     * A key is too long for a row: rows name it by a number, and what is stored once has
     * one number.
     */
    void payloads(List<PayloadRow> rows) {
        Map<String, Integer> keys = new LinkedHashMap<>();
        line("");
        line("Payloads in the event history");
        line(PAYLOAD_ROW, "event", "type", "field", "size", "kept as", "driver", "bucket", "key");
        for (PayloadRow row : rows) {
            boolean inline = row.kind() == Kind.INLINE;
            line(PAYLOAD_ROW, row.eventId(), row.eventType(), row.field(), size(row.payloadBytes()),
                    row.kind().name().toLowerCase(Locale.ROOT), Objects.requireNonNullElse(row.driver(), "-"),
                    Objects.requireNonNullElse(row.bucket(), "-"),
                    inline ? "-" : "[" + keys.computeIfAbsent(row.key(), key -> keys.size() + 1) + "]");
        }
        keys.forEach((key, number) -> line("  [%d] %s", number, key));
        line("  In all %s of payloads, of which the history holds %s",
                size(rows.stream().mapToLong(PayloadRow::payloadBytes).sum()),
                size(rows.stream().mapToLong(PayloadRow::historyBytes).sum()));
    }

    void meters(MeterRegistry registry) {
        line("");
        line("Meters");
        for (String operation : List.of("store", "retrieve")) {
            for (Timer timer : registry.find("temporal.external.storage." + operation).timers()) {
                line("  %-8s  driver %s, error %s: %d calls, %.0f ms in total, %.0f ms on average, %.0f ms at most",
                        operation, timer.getId().getTag("driver"), timer.getId().getTag("error"), timer.count(),
                        timer.totalTime(TimeUnit.MILLISECONDS), timer.mean(TimeUnit.MILLISECONDS),
                        timer.max(TimeUnit.MILLISECONDS));
            }
            for (DistributionSummary sizes : registry.find("temporal.external.storage.payload.size")
                .tag("operation", operation)
                .summaries()) {
                line("  %-8s  driver %s: %d payloads, %s in total", operation, sizes.getId().getTag("driver"),
                        sizes.count(), size((long) sizes.totalAmount()));
            }
        }
    }

    void webUi(URI webUi, String namespace, String workflowId) {
        line("");
        line("See and download its payloads in the Web UI");
        line("  %s/namespaces/%s/workflows/%s", webUi, namespace, workflowId);
    }

    void whatToTry(String url, String workflowId, Path ordersFile, Path storeDirectory) {
        line("");
        line("Try next");
        line("  the report         %s/reports/%s", url, workflowId);
        line("  its payloads       curl -s %s/reports/%s/history", url, workflowId);
        line("  another report     curl -s -H 'Content-Type: text/csv' --data-binary @%s %s/reports", ordersFile, url);
        line("  store meter        curl -s %s/actuator/metrics/temporal.external.storage.store", url);
        line("  retrieve meter     curl -s %s/actuator/metrics/temporal.external.storage.retrieve", url);
        line("  payload sizes      curl -s %s/actuator/metrics/temporal.external.storage.payload.size", url);
        line("  health             curl -s %s/actuator/health", url);
        if (storeDirectory != null) {
            line("  the stored files   find %s -type f", storeDirectory.toAbsolutePath());
        }
        line("");
        line("The application runs until you stop it (Ctrl-C).");
    }

    private void line(String format, Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments)).append(System.lineSeparator());
    }

    private static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        return bytes < 1024 * 1024 ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / 1024.0 / 1024.0);
    }

    @Override
    public String toString() {
        return text.toString();
    }

}
