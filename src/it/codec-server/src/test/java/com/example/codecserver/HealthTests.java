package com.example.codecserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.codecserver.Server.Answer;
import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/** The health of storage drivers as Actuator answers it. */
class HealthTests {

    private static final String PROPERTY = "management.health.external-storage.enabled=";

    private static final String GROUP = "management.endpoint.health.group.readiness.include=readinessState,";

    /** Spring Boot answers for a part of the health only where it shows the parts. */
    private static Server start(String... properties) {
        return Server.start(Stream
            .concat(Stream.of("temporal.external-storage.health.check-interval=1ns",
                    "management.endpoint.health.probes.enabled=true",
                    "management.endpoint.health.show-components=always"), Stream.of(properties))
            .toArray(String[]::new));
    }

    private static Answer get(Server server, String path) {
        return server.send("GET", "/actuator/health" + path, BodyPublishers.noBody());
    }

    private static void assertStatus(Server server, String path, int code, String status) {
        Answer answer = get(server, path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(code);
        assertThat(JsonPath.<String>read(answer.body(), "$.status")).isEqualTo(status);
    }

    private static void loseDirectory(Server server) throws IOException {
        FileSystemUtils.deleteRecursively(server.getDirectory());
    }

    @Test
    void isUpAndDownWithTheStore() throws IOException {
        try (Server server = start()) {
            assertStatus(server, "/externalStorage", 200, "UP");
            assertStatus(server, "/externalStorage/local-disk", 200, "UP");
            assertThat(get(server, "/externalStorage").body()).contains("local-disk").doesNotContain("details");

            loseDirectory(server);
            assertStatus(server, "/externalStorage/local-disk", 503, "DOWN");
            assertStatus(server, "/externalStorage", 503, "DOWN");
            assertStatus(server, "", 503, "DOWN");
            assertThat(get(server, "/externalStorage").body()).contains("local-disk").doesNotContain("details");
        }
        try (Server server = start("management.endpoint.health.show-components=never")) {
            loseDirectory(server);
            assertStatus(server, "", 503, "DOWN");
            assertThat(get(server, "").body()).doesNotContain("components", "externalStorage");
        }
    }

    @Test
    void showsWhereAndWhyWhereTheApplicationSaysSo() throws IOException {
        try (Server server = start("management.endpoint.health.show-details=always")) {
            Map<String, Object> details = JsonPath.read(get(server, "/externalStorage").body(),
                    "$.components.local-disk.details");
            assertThat(details).containsEntry("type", "local-disk")
                .containsEntry("directory", server.getDirectory().toRealPath().toString())
                .containsKeys("free", "total");

            loseDirectory(server);
            details = JsonPath.read(get(server, "/externalStorage/local-disk").body(), "$.details");
            assertThat(details).containsEntry("error", "BucketNotFoundException");
            assertThat(details.get("message").toString()).contains("could not reach its store",
                    "Restore or mount the driver's directory");
        }
    }

    @Test
    void isNeitherInLivenessNorInReadiness() throws IOException {
        try (Server server = start()) {
            loseDirectory(server);
            assertStatus(server, "/liveness", 200, "UP");
            assertStatus(server, "/readiness", 200, "UP");
        }
    }

    @Test
    void isInReadinessWhereTheApplicationSaysSo() throws IOException {
        for (String member : List.of("externalStorage", "externalStorage/local-disk")) {
            try (Server server = start(GROUP + member)) {
                assertStatus(server, "/readiness", 200, "UP");
                loseDirectory(server);
                assertStatus(server, "/readiness", 503, "DOWN");
                assertStatus(server, "/liveness", 200, "UP");
            }
        }
    }

    @Test
    void canBeTurnedOff() {
        for (String[] properties : List.of(new String[] { PROPERTY + "false" },
                new String[] { "management.health.defaults.enabled=false" })) {
            try (Server server = start(properties)) {
                assertThat(get(server, "/externalStorage").status()).isEqualTo(404);
            }
        }
        try (Server server = start("management.health.defaults.enabled=false", PROPERTY + "true")) {
            assertStatus(server, "/externalStorage", 200, "UP");
        }
    }

    @Test
    void aNameWithASlashHasAColonInstead() {
        try (Server server = start("temporal.external-storage.drivers.local-disk.name=team/disk")) {
            assertStatus(server, "/externalStorage/team:disk", 200, "UP");
        }
    }

}
