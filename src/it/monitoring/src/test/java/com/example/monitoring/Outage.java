package com.example.monitoring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Plots queries of the dashboard, and the alerts, in the time of an outage. */
final class Outage {

    /** The drivers whose store is down, the fallback and where it stores instead. */
    private static final Map<String, String> COLOURS = Map.of("s3", "#d62728", "durable", "#1f77b4", "first", "#ff7f0e",
            "second", "#2ca02c");

    private static final List<String> PANELS = List.of("Calls: {{driver}} store", "Failed calls:",
            "Fallbacks and repairs:", "Time since the last success:");

    private static final int WIDTH = 1010;

    private static final int LEFT = 50;

    private static final int RIGHT = 700;

    private static final int HEIGHT = 110;

    private static final int GAP = 45;

    private final Prometheus prometheus;

    private final Instant start;

    private final Instant end;

    private final StringBuilder svg = new StringBuilder();

    private int top = GAP;

    private Outage(Prometheus prometheus, Instant start, Instant end) {
        this.prometheus = prometheus;
        this.start = start;
        this.end = end;
    }

    /** Writes the plots to a file in SVG. */
    static void draw(Prometheus prometheus, Instant start, Instant end, Path file) throws IOException {
        Outage outage = new Outage(prometheus, start, end);
        Map<String, String> queries = MonitoringFiles.queries("5s");
        for (String panel : PANELS) {
            outage.drawLines(panel.replace(": {{driver}} ", ", ").replace(":", ""),
                    outage.series(queries.entrySet()
                        .stream()
                        .filter((query) -> query.getKey().startsWith(panel))
                        .map(Map.Entry::getValue)
                        .toList()));
        }
        outage.drawBars("Alerts", outage.series(List.of("ALERTS{alertstate=\"firing\"}")));
        Files.writeString(file, outage.document());
    }

    /** Returns the values that are not always zero, by labels, and those by second. */
    private Map<String, Map<Integer, Double>> series(List<String> queries) {
        Map<String, Map<Integer, Double>> series = new TreeMap<>();
        for (String query : queries) {
            this.prometheus.query(query, this.start, this.end)
                .forEach((found) -> series.put(label((Map<?, ?>) found.get("metric")),
                        values((List<?>) found.get("values"))));
        }
        series.keySet().removeIf((label) -> colour(label) == null);
        series.values().removeIf((values) -> values.values().stream().allMatch((value) -> value == 0));
        return series;
    }

    /** Returns what tells a series from others: an alert and driver, or a driver. */
    private static String label(Map<?, ?> metric) {
        return Stream.of("alertname", "driver", "delegate", "error")
            .filter((name) -> metric.containsKey(name) && !(name.equals("error") && metric.containsKey("alertname")))
            .map((name) -> (name.equals("delegate") ? "past " : "") + metric.get(name))
            .map((value) -> value.replace("ExternalStorage", ""))
            .collect(Collectors.joining(" "));
    }

    private Map<Integer, Double> values(List<?> samples) {
        Map<Integer, Double> values = new TreeMap<>();
        samples.forEach((sample) -> {
            double value = Double.parseDouble(String.valueOf(((List<?>) sample).get(1)));
            if (!Double.isNaN(value)) {
                values.put((int) (((Number) ((List<?>) sample).get(0)).longValue() - this.start.getEpochSecond()),
                        value);
            }
        });
        return values;
    }

    private void drawLines(String title, Map<String, Map<Integer, Double>> series) {
        double max = series.values().stream().flatMap((line) -> line.values().stream()).max(Double::compare).orElse(1d);
        frame(title, HEIGHT);
        text(LEFT - 8, this.top + 4, "end", number(max));
        text(LEFT - 8, this.top + HEIGHT + 4, "end", "0");
        int index = 0;
        for (Map.Entry<String, Map<Integer, Double>> line : series.entrySet()) {
            List<String> points = new ArrayList<>();
            line.getValue()
                .forEach((second, value) -> points.add(x(second) + ","
                        + String.format(Locale.ROOT, "%.1f", this.top + HEIGHT - value / max * HEIGHT)));
            this.svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                .append(colour(line.getKey()))
                .append("\" points=\"")
                .append(String.join(" ", points))
                .append("\"/>\n");
            legend(index, line.getKey());
            index++;
        }
        this.top += HEIGHT + GAP;
    }

    private void drawBars(String title, Map<String, Map<Integer, Double>> series) {
        int height = Math.max(1, series.size()) * 18;
        frame(title, height);
        int index = 0;
        for (Map.Entry<String, Map<Integer, Double>> bar : series.entrySet()) {
            int y = this.top + index * 18 + 4;
            for (int second : bar.getValue().keySet()) {
                this.svg.append("<rect x=\"%s\" y=\"%d\" width=\"%s\" height=\"10\" fill=\"%s\"/>\n"
                    .formatted(x(second), y, number(((double) RIGHT - LEFT) / seconds() + 0.5), colour(bar.getKey())));
            }
            legend(index, bar.getKey());
            index++;
        }
        for (int second = 0; second <= seconds(); second += 10) {
            text(Double.parseDouble(x(second)), this.top + height + 18, "middle", second + " s");
        }
        this.top += height + GAP;
    }

    private void frame(String title, int height) {
        this.svg
            .append("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>\n".formatted(LEFT, this.top - 10, title));
        this.svg.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#bbb\"/>\n"
            .formatted(LEFT, this.top, RIGHT - LEFT, height));
    }

    private void legend(int index, String label) {
        int y = this.top + index * 18 + 13;
        this.svg.append("<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"4\" fill=\"%s\"/>\n".formatted(RIGHT + 15, y - 6,
                colour(label)));
        text(RIGHT + 33, y, "start", label);
    }

    private void text(double x, double y, String anchor, String text) {
        this.svg.append(
                "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n".formatted(number(x), number(y), anchor, text));
    }

    private String document() {
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="white"/>
                %s</svg>
                """.formatted(WIDTH, this.top, this.svg);
    }

    private String x(int second) {
        return number(LEFT + (double) second * (RIGHT - LEFT) / seconds());
    }

    private long seconds() {
        return this.end.getEpochSecond() - this.start.getEpochSecond();
    }

    private static String colour(String label) {
        return Stream.of(label.split(" ")).filter(COLOURS::containsKey).map(COLOURS::get).findFirst().orElse(null);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

}
