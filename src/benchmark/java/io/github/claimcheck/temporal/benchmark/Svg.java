package io.github.claimcheck.temporal.benchmark;

import java.util.List;
import java.util.stream.Collectors;

/** What plots have in common. */
final class Svg {

    /** A line needs more contrast than a bar. */
    private static final List<String> LINES = List.of("#0b7a75", "#e0a030", "#7a8290", "#7a4fa3");

    private Svg() {
    }

    static StringBuilder begin(int width, int height) {
        return new StringBuilder(Report.format("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" \
                font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13">
                <rect width="%1$d" height="%2$d" rx="8" fill="#ffffff"/>
                """, width, height));
    }

    static String end(StringBuilder svg) {
        return svg.append("</svg>\n").toString();
    }

    /** Adds the title, and below it the names of lines with their colors. */
    static void title(StringBuilder svg, int left, String title, List<String> lines) {
        text(svg, left, 36, "font-size=\"18\" font-weight=\"600\"", title);
        int legend = left;
        for (int i = 0; i < lines.size(); i++) {
            svg.append(Report.format("<rect x=\"%d\" y=\"57\" width=\"16\" height=\"4\" fill=\"%s\"/>%n", legend,
                    LINES.get(i)));
            text(svg, legend + 22, 64, "", lines.get(i));
            legend += 46 + 7 * lines.get(i).length();
        }
    }

    static void text(StringBuilder svg, double x, double y, String attributes, String text) {
        svg.append(Report.format("<text x=\"%.1f\" y=\"%.0f\" fill=\"#1f2328\" %s>%s</text>%n", x, y, attributes,
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    static void line(StringBuilder svg, double x1, double y1, double x2, double y2, String color) {
        svg.append(Report.format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n", x1, y1, x2,
                y2, color));
    }

    /** Adds a line with a dot at each point. */
    static void polyline(StringBuilder svg, List<Point> points, int series) {
        String color = LINES.get(series);
        svg.append(Report.format("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\" points=\"%s\"/>%n", color,
                points.stream()
                    .map((point) -> Report.format("%.1f,%.1f", point.x(), point.y()))
                    .collect(Collectors.joining(" "))));
        points.forEach((point) -> svg.append(Report.format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>%n",
                point.x(), point.y(), color)));
    }

    /** A point of a line. */
    record Point(double x, double y) {

    }

}
