package io.github.claimcheck.temporal.benchmark;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Lines as an SVG: a grid of panels with scales of their own, and the same points along
 * their horizontal axis. It brings its own background, so that it can be read in light
 * and dark surroundings.
 *
 * @param title what is shown
 * @param axis what the points are a number of
 * @param points the points along the axis, at equal distances
 * @param series the names of the lines
 * @param panels the values
 */
record LineChart(String title, String axis, List<String> points, List<String> series,
        List<Panel> panels) implements Chart {

    private static final int MARGIN = 24;

    private static final int TOP = 96;

    private static final int COLUMNS = 2;

    private static final int WIDTH = 460;

    private static final int HEIGHT = 260;

    /** What a panel needs left of its lines, above, and below them. */
    private static final int LEFT = 56;

    private static final int ABOVE = 34;

    private static final int BELOW = 44;

    @Override
    public String toSvg() {
        int rows = (this.panels.size() + COLUMNS - 1) / COLUMNS;
        StringBuilder svg = Svg.begin(2 * MARGIN + COLUMNS * WIDTH, TOP + rows * HEIGHT + MARGIN);
        Svg.title(svg, MARGIN, this.title, this.series);
        for (int i = 0; i < this.panels.size(); i++) {
            panel(svg, this.panels.get(i), MARGIN + i % COLUMNS * WIDTH, TOP + i / COLUMNS * HEIGHT);
        }
        return Svg.end(svg);
    }

    private void panel(StringBuilder svg, Panel panel, int x, int y) {
        double most = panel.lines()
            .stream()
            .flatMap(List::stream)
            .filter(Double::isFinite)
            .mapToDouble(Double::doubleValue)
            .max()
            .orElse(1);
        int bottom = y + HEIGHT - BELOW;
        double height = HEIGHT - ABOVE - BELOW;
        double step = (WIDTH - LEFT - 3.0 * MARGIN) / Math.max(1, this.points.size() - 1);
        Svg.text(svg, x, y + 14, "font-weight=\"600\"", panel.title());
        for (int i = 0; i <= 2; i++) {
            double value = most * i / 2;
            double level = bottom - height * i / 2;
            Svg.line(svg, x + LEFT, level, x + WIDTH - 2 * MARGIN, level, "#d0d4da");
            Svg.text(svg, x + LEFT - 8, level + 4, "text-anchor=\"end\" font-size=\"12\"",
                    Report.format((most < 10) ? "%.1f" : "%.0f", value));
        }
        for (int i = 0; i < this.points.size(); i++) {
            Svg.text(svg, x + LEFT + i * step, bottom + 18, "text-anchor=\"middle\" font-size=\"12\"",
                    this.points.get(i));
        }
        Svg.text(svg, x + LEFT, bottom + 36, "font-size=\"12\"", this.axis);
        double scale = (most > 0) ? height / most : 0;
        for (int line = 0; line < panel.lines().size(); line++) {
            List<Double> values = panel.lines().get(line);
            Svg.polyline(svg,
                    IntStream.range(0, values.size())
                        .filter((i) -> Double.isFinite(values.get(i)))
                        .mapToObj((i) -> new Svg.Point(x + LEFT + i * step, bottom - values.get(i) * scale))
                        .toList(),
                    line);
        }
    }

    /**
     * A panel of the chart.
     *
     * @param title what is measured, with the unit
     * @param lines for each series a value for each point; what is not a number is left
     * out
     */
    record Panel(String title, List<List<Double>> lines) {

    }

}
