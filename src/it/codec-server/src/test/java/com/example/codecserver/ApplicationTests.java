package com.example.codecserver;

import static com.example.codecserver.TestPayloads.large;
import static com.example.codecserver.TestPayloads.of;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.codecserver.CodecServerAuthorizer;
import io.micrometer.core.instrument.MeterRegistry;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;

/** The codec server as a part of an application. */
@ExtendWith(OutputCaptureExtension.class)
class ApplicationTests {

    private static final String PREFIX = "temporal.external-storage.codec-server.";

    private static final Set<String> THREADS = ConcurrentHashMap.newKeySet();

    private static void assertServesAt(Server server, String path) {
        String body = Server.json(List.of(of("hello")));
        assertThat(server.send("POST", path + "/decode", BodyPublishers.ofString(body), Server.withJson()).payloads())
            .containsExactly(of("hello"));
        assertThat(server
            .send("POST", path + "/decode", BodyPublishers.ofString(body), Server.withJson("Origin", Server.ORIGIN))
            .header("Access-Control-Allow-Origin")).isEqualTo(Server.ORIGIN);
        assertThat(server
            .send("OPTIONS", path + "/decode", BodyPublishers.noBody(), "Origin", Server.ORIGIN,
                    "Access-Control-Request-Method", "POST")
            .status()).isEqualTo(200);
        assertThat(server
            .send("POST", path + "/decode", BodyPublishers.ofString(body), Server.withJson("Origin", "http://other"))
            .status()).isEqualTo(403);
    }

    @Test
    void thePathIsTheApplications() {
        try (Server server = Server.start(PREFIX + "path=/codec")) {
            assertServesAt(server, "/codec");
            assertThat(server.post("/decode", List.of()).status()).isEqualTo(404);
        }
    }

    @Test
    void thePathIsBelowThatOfTheWebApplication() {
        String property = Server.IS_WEB_MVC ? "server.servlet.context-path=/app" : "spring.webflux.base-path=/app";
        try (Server server = Server.start(property)) {
            assertServesAt(server, "/app" + Server.PATH);
        }
        if (Server.IS_WEB_MVC) {
            try (Server server = Server.start("spring.mvc.servlet.path=/api")) {
                assertServesAt(server, "/api" + Server.PATH);
            }
        }
    }

    @Test
    void offUnlessEnabled(CapturedOutput output) {
        for (String property : List.of(PREFIX + "enabled=false", "temporal.external-storage.enabled=false")) {
            try (Server server = Server.start(property)) {
                assertThat(server.post("/decode", List.of()).status()).isEqualTo(404);
                assertThat(server.post("/decode", List.of(), "Origin", Server.ORIGIN)
                    .header("Access-Control-Allow-Origin")).isNull();
            }
        }
        assertThat(output.getOut()).doesNotContain("codec server");
    }

    @Test
    void withoutSpringSecurityOneWarningSaysWhoCanReadWhat(CapturedOutput output) {
        try (Server server = Server.start("spring.temporal.namespace=orders")) {
            assertThat(server.post("/decode", List.of()).status()).isEqualTo(200);
        }
        assertThat(output.getOut().lines().filter((line) -> line.contains(" WARN "))).singleElement()
            .asString()
            .contains(Server.PATH, "[orders]", "everyone who can reach", "Spring Security");
    }

    @Test
    void requestsAndTransfersHaveMeters() {
        try (Server server = Server.start("management.metrics.tags.application=test")) {
            MeterRegistry meters = server.getContext().getBean(MeterRegistry.class);
            List<Payload> stored = server.post("/encode", List.of(large("a"))).payloads();
            server.post("/download", stored).payloads();
            server.post("/download", stored).payloads();
            server.post("/decode", "none");
            assertThat(requests(meters, "/encode", "200")).isEqualTo(1);
            assertThat(requests(meters, "/download", "200")).isEqualTo(2);
            assertThat(requests(meters, "/decode", "400")).isEqualTo(1);
            // What was stored just now is in the driver's cache.
            assertThat(
                    meters.get("temporal.external.storage.cache.gets").tag("result", "hit").functionCounter().count())
                .isEqualTo(2);
        }
    }

    private static long requests(MeterRegistry meters, String operation, String status) {
        return meters.get("http.server.requests")
            .tag("uri", Server.PATH + operation)
            .tag("status", status)
            .tag("method", "POST")
            .timer()
            .count();
    }

    @Test
    void nothingBlocksTheThreadsOfTheServer() {
        THREADS.clear();
        try (Server server = Server.start(List.of(Recording.class),
                "temporal.external-storage.drivers.local-disk.enabled=false")) {
            List<Payload> stored = server.post("/encode", List.of(large("a"))).payloads();
            server.post("/download", stored).payloads();
            THREADS.addAll(server.getContext().getBean(MemoryDriver.class).threads());
        }
        assertThat(THREADS).isNotEmpty()
            .allMatch((thread) -> Server.IS_WEB_MVC || thread.startsWith("temporal-codec-server"));
    }

    static class Recording {

        @Bean
        StorageDriver memory() {
            return new MemoryDriver("memory");
        }

        @Bean
        CodecServerAuthorizer authorizer() {
            return (operation, namespace, principal) -> THREADS.add(Thread.currentThread().getName()) || true;
        }

    }

}
