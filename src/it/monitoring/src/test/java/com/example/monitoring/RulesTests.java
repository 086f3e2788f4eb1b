package com.example.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The alerts fire when they should and not otherwise, and the page explains each. */
@NeedsPrograms(Program.PROMTOOL)
@Tag("one-framework")
class RulesTests {

    @Test
    void theRulesAreValid() throws Exception {
        assertThat(promtool("check", "rules", "alerts.yml")).contains("SUCCESS");
    }

    @Test
    void theAlertsFireWhenTheyShouldAndNotOtherwise() throws Exception {
        assertThat(promtool("test", "rules", "alerts-tests.yml")).contains("SUCCESS");
        assertThat(MonitoringFiles.alerts().keySet()).isNotEmpty()
            .allSatisfy((alert) -> assertThat(MonitoringFiles.read("alerts-tests.yml")).contains(alert));
    }

    @Test
    void theRunbookHasEachAlert() {
        String page = MonitoringFiles.read("README.md");
        List<String> headings = Pattern.compile("(?m)^### (\\w+)$")
            .matcher(page)
            .results()
            .map((heading) -> heading.group(1))
            .toList();
        assertThat(headings).containsExactlyElementsOf(MonitoringFiles.alerts().keySet());
        assertThat(headings).allSatisfy((heading) -> assertThat(MonitoringFiles.read("alerts.yml"))
            .contains("/src/docs/monitoring/README.md#" + heading.toLowerCase(Locale.ROOT) + "\n"));
    }

    private static String promtool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Program.PROMTOOL.executable().toString()));
        Stream.of(arguments).forEach(command::add);
        Process process = new ProcessBuilder(command).directory(MonitoringFiles.DIRECTORY.toFile())
            .redirectErrorStream(true)
            .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

}
