package com.example.monitoring;

import io.github.claimcheck.temporal.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.springframework.boot.json.JsonParserFactory;

/**
 * A real Prometheus that scrapes the application every second, and has the alerts with a
 * second for each of their minutes.
 */
final class Prometheus extends ServerProcess {

    private static final Pattern DURATION = Pattern.compile("(?<=\\[|for: )(\\d+)([mhd])\\b");

    private static final Map<String, Integer> SECONDS = Map.of("m", 1, "h", 60, "d", 60 * 24);

    private final HttpClient http = HttpClient.newHttpClient();

    private final int applicationPort;

    Prometheus(int applicationPort) {
        super("Prometheus");
        this.applicationPort = applicationPort;
        resume();
    }

    @Override
    protected List<String> command() throws IOException {
        Path configuration = getDirectory().resolve("prometheus.yml");
        Files.writeString(getDirectory().resolve("alerts.yml"), faster(MonitoringFiles.read("alerts.yml")));
        Files.writeString(configuration, """
                global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
                rule_files: [alerts.yml]
                scrape_configs:
                  - job_name: scans
                    metrics_path: /actuator/prometheus
                    static_configs: [{targets: ['127.0.0.1:%d']}]
                """.formatted(this.applicationPort));
        return List.of(Program.PROMETHEUS.executable().toString(), "--config.file=" + configuration,
                "--storage.tsdb.path=" + getDirectory().resolve("data"), "--web.listen-address=127.0.0.1:" + getPort(),
                "--log.level=warn");
    }

    /** Makes minutes seconds, and ten minutes in numbers, too. */
    static String faster(String rules) {
        return DURATION.matcher(rules)
            .replaceAll((duration) -> Integer.parseInt(duration.group(1)) * SECONDS.get(duration.group(2)) + "s")
            .replace("> 600", "> 10");
    }

    /** Returns the series that an expression has now. */
    List<Map<String, Object>> query(String expression) {
        return result("query?query=" + encoded(expression));
    }

    /** Returns the series that an expression has in a time, with a value each second. */
    List<Map<String, Object>> query(String expression, Instant start, Instant end) {
        return result("query_range?query=" + encoded(expression) + "&start=" + start + "&end=" + end + "&step=1");
    }

    private static String encoded(String expression) {
        return URLEncoder.encode(expression, StandardCharsets.UTF_8);
    }

    private List<Map<String, Object>> result(String query) {
        return MonitoringFiles.maps(get(query).get("result"));
    }

    /** Returns the names and drivers of the alerts that fire. */
    Set<String> firing() {
        Set<String> firing = new TreeSet<>();
        MonitoringFiles.maps(get("alerts").get("alerts"))
            .stream()
            .filter((alert) -> "firing".equals(alert.get("state")))
            .map((alert) -> (Map<?, ?>) alert.get("labels"))
            .forEach((labels) -> firing.add(String.valueOf(labels.get("alertname")).replace("ExternalStorage", "")
                    + ((labels.get("driver") != null) ? " " + labels.get("driver") : "")));
        return firing;
    }

    private Map<?, ?> get(String path) {
        try {
            HttpResponse<String> response = this.http.send(
                    HttpRequest.newBuilder(URI.create(getEndpoint() + "/api/v1/" + path)).build(),
                    BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(path + ": " + response.body());
            }
            return (Map<?, ?>) JsonParserFactory.getJsonParser().parseMap(response.body()).get("data");
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

}
