package io.github.claimcheck.temporal.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Results in Markdown, on the console as they come and in {@code results.md} after each
 * section, with plots beside it.
 */
final class Report {

    private final Path directory;

    private final StringBuilder markdown = new StringBuilder();

    Report(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    void heading(String title) {
        add("\n## " + title + "\n");
    }

    void text(String text) {
        add("\n" + text + "\n");
    }

    /** Begins a table, whose first columns hold words, and the others numbers. */
    void table(int words, String... columns) {
        add("");
        row((Object[]) columns);
        row(IntStream.range(0, columns.length).mapToObj((i) -> (i < words) ? "---" : "---:").toArray());
    }

    /** Adds a row to the table; fractional numbers get one digit. */
    void row(Object... cells) {
        add(Arrays.stream(cells)
            .map((cell) -> (cell instanceof Double number) ? format("%.1f", number) : cell.toString())
            .collect(Collectors.joining(" | ", "| ", " |")));
    }

    /** Writes a plot, and shows it in the results. */
    void chart(String name, Chart chart) throws IOException {
        Files.writeString(this.directory.resolve(name + ".svg"), chart.toSvg());
        text("![" + chart.title() + "](" + name + ".svg)");
    }

    void write() throws IOException {
        Files.writeString(this.directory.resolve("results.md"), this.markdown);
    }

    private void add(String line) {
        System.out.println(line);
        this.markdown.append(line).append('\n');
    }

    /** Formats the same everywhere. */
    static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

}
