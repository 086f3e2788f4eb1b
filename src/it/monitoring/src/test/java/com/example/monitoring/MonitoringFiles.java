package com.example.monitoring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.json.JsonParserFactory;
import org.yaml.snakeyaml.Yaml;

/** What operators install: the rules, the dashboard and the page that explains them. */
final class MonitoringFiles {

    static final Path DIRECTORY = Path.of(System.getProperty("monitoring.files"));

    private MonitoringFiles() {
    }

    static String read(String file) {
        try {
            return Files.readString(DIRECTORY.resolve(file));
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Returns the expressions of the alerts by their names. */
    static Map<String, String> alerts() {
        Map<String, Object> file = new Yaml().load(read("alerts.yml"));
        Map<String, String> alerts = new LinkedHashMap<>();
        for (Map<String, Object> group : maps(file.get("groups"))) {
            maps(group.get("rules"))
                .forEach((rule) -> alerts.put(String.valueOf(rule.get("alert")), String.valueOf(rule.get("expr"))));
        }
        return alerts;
    }

    /** Returns the dashboard. */
    static Map<String, Object> dashboard() {
        return JsonParserFactory.getJsonParser().parseMap(read("dashboard.json"));
    }

    /** Returns the dashboard's expressions as Grafana sends them, by panel and legend. */
    static Map<String, String> queries(String range) {
        Map<String, String> queries = new LinkedHashMap<>();
        for (Map<String, Object> panel : maps(dashboard().get("panels"))) {
            maps(panel.get("targets")).forEach((target) -> queries.put(
                    panel.get("title") + ": " + target.get("legendFormat"),
                    String.valueOf(target.get("expr")).replace("$__rate_interval", range).replaceAll("\\$\\w+", ".*")));
        }
        return queries;
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> maps(Object list) {
        return (List<Map<String, Object>>) list;
    }

    /** Returns all texts that may name series. */
    static Stream<String> texts() {
        return Stream.of("alerts.yml", "dashboard.json", "README.md").map(MonitoringFiles::read);
    }

}
