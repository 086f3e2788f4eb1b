package io.github.claimcheck.temporal.benchmark;

import java.util.List;

/**
 * Grouped horizontal bars as an SVG: a row of panels with scales of their own, whose
 * categories stand on the left. It brings its own background, so that it can be read in
 * light and dark surroundings.
 *
 * @param title what is shown
 * @param series the names of the bars in each group
 * @param categories the names of the groups
 * @param panels the values
 */
record BarChart(String title, List<String> series, List<String> categories, List<Panel> panels) implements Chart {

    private static final List<String> COLORS = List.of("#0b7a75", "#c9cdd4", "#7a4fa3", "#e0a030");

    private static final int MARGIN = 24;

    private static final int TOP = 112;

    private static final int LABELS = 380;

    private static final int PANEL = 330;

    /** What is left of a panel's width for the value beside the longest bar. */
    private static final int VALUE = 110;

    private static final int BAR = 15;

    private static final int GROUP_GAP = 16;

    @Override
    public String toSvg() {
        int group = this.series.size() * BAR + GROUP_GAP;
        int width = 2 * MARGIN + LABELS + this.panels.size() * PANEL;
        int height = TOP + this.categories.size() * group + MARGIN - GROUP_GAP / 2;
        StringBuilder svg = Svg.begin(width, height);
        Svg.text(svg, MARGIN, 36, "font-size=\"18\" font-weight=\"600\"", this.title);
        int legend = MARGIN;
        for (int i = 0; i < this.series.size(); i++) {
            rectangle(svg, legend, 53, 12, 12, COLORS.get(i));
            Svg.text(svg, legend + 18, 64, "", this.series.get(i));
            legend += 40 + 7 * this.series.get(i).length();
        }
        for (int i = 0; i < this.categories.size(); i++) {
            Svg.text(svg, MARGIN + LABELS - 12, TOP + i * group + this.series.size() * BAR / 2 + 5,
                    "text-anchor=\"end\"", this.categories.get(i));
        }
        for (int i = 0; i < this.panels.size(); i++) {
            panel(svg, this.panels.get(i), MARGIN + LABELS + i * PANEL, group);
        }
        return Svg.end(svg);
    }

    private void panel(StringBuilder svg, Panel panel, int left, int group) {
        Svg.text(svg, left, TOP - 14, "font-weight=\"600\"", panel.title());
        double longest = panel.bars().stream().mapToDouble(Bar::value).max().orElse(0);
        double scale = (longest > 0) ? (PANEL - VALUE) / longest : 0;
        rectangle(svg, left - 1, TOP - 4, 1, this.categories.size() * group - GROUP_GAP + 8, "#9aa1ab");
        for (int i = 0; i < panel.bars().size(); i++) {
            Bar bar = panel.bars().get(i);
            int top = TOP + i / this.series.size() * group + i % this.series.size() * BAR;
            double length = Math.max(0, bar.value() * scale);
            rectangle(svg, left, top, length, BAR - 2, COLORS.get(i % this.series.size()));
            Svg.text(svg, left + length + 6, top + 11, "font-size=\"12\"", bar.label());
        }
    }

    private static void rectangle(StringBuilder svg, double x, int y, double width, int height, String color) {
        svg.append(Report.format("<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n", x, y, width,
                height, color));
    }

    /**
     * A column of the chart.
     *
     * @param title what is measured, with the unit
     * @param bars for each category one bar of each series
     */
    record Panel(String title, List<Bar> bars) {

    }

    /**
     * A bar with what stands beside it.
     *
     * @param value the length
     * @param label the value in words
     */
    record Bar(double value, String label) {

    }

}
