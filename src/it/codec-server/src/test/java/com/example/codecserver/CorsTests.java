package com.example.codecserver;

import static com.example.codecserver.TestPayloads.of;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.codecserver.Server.Answer;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.codec.PayloadCodec;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;

/** Which web pages may do what, as a browser would find out. */
class CorsTests {

    private static final AtomicInteger CODEC_CALLS = new AtomicInteger();

    private static Server server;

    @BeforeAll
    static void start() {
        server = Server.start(List.of(CountingCodec.class));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void reset() {
        CODEC_CALLS.set(0);
    }

    /** What the Web UI's browser asks first. */
    static Answer preflight(Server server, String origin, String headers, String method) {
        return server.send("OPTIONS", Server.PATH + "/decode?preserveStorageRefs=true", BodyPublishers.noBody(),
                "Origin", origin, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", headers);
    }

    static void assertAllowed(Answer answer, String origin) {
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(origin);
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(answer.response().headers().allValues("Vary")).anyMatch((vary) -> vary.contains("Origin"));
    }

    private static void assertNotAllowed(Answer answer) {
        answer.assertRefused(403, "temporal.external-storage.codec-server.allowed-origins");
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
        assertThat(CODEC_CALLS).hasValue(0);
    }

    @Test
    void thePreflightOfTheWebUiPasses() {
        String headers = "authorization,authorization-extras,content-type,x-namespace";
        Answer answer = preflight(server, Server.ORIGIN, headers, "POST");
        assertThat(answer.status()).isEqualTo(200);
        assertAllowed(answer, Server.ORIGIN);
        assertThat(answer.header("Access-Control-Allow-Methods")).contains("POST").doesNotContain("GET", "PUT", "*");
        assertThat(Arrays.asList(answer.header("Access-Control-Allow-Headers").toLowerCase().split(", ?")))
            .containsExactlyInAnyOrder(headers.split(","));
    }

    @Test
    void anyOtherPreflightDoesNot() {
        for (String origin : List.of("http://localhost:8080", "https://localhost:8233", "http://localhost", "null",
                "http://localhost:8233.example.com", "http://localhost:82333", "*")) {
            assertNotAllowed(preflight(server, origin, "content-type", "POST"));
        }
        assertNotAllowed(preflight(server, Server.ORIGIN, "content-type", "PUT"));
        assertNotAllowed(preflight(server, Server.ORIGIN, "x-other", "POST"));
    }

    @Test
    void thePageOfAnAllowedOriginReadsAnswersAndErrors() {
        List<Answer> answers = List.of(server.post("/decode", List.of(of("hello")), "Origin", Server.ORIGIN),
                server.post("/decode", "none", "Origin", Server.ORIGIN),
                server.post("/missing", List.of(), "Origin", Server.ORIGIN),
                server.post("/decode", List.of(), "Origin", Server.ORIGIN, "X-Namespace", "unknown"),
                server.post("/decode", Collections.nCopies(10_001, of(1)), "Origin", Server.ORIGIN),
                server.send("POST", Server.PATH + "/decode", BodyPublishers.noBody(), "Origin", Server.ORIGIN));
        assertThat(answers).extracting(Answer::status).containsExactly(200, 400, 404, 404, 413, 415);
        answers.forEach((answer) -> assertAllowed(answer, Server.ORIGIN));
    }

    @Test
    void thePageOfAnotherOriginReachesNothing() {
        List<String> origins = new ArrayList<>(List.of("http://localhost:8080", "https://localhost:8233", "null",
                "http://localhost:8233 http://localhost:8080", "http://localhost:8233@example.com", "x", "//",
                "http://[", "file://"));
        // Pages of the server itself are not listed either.
        origins.add("http://localhost:" + server.getPort());
        for (String origin : origins) {
            for (String operation : List.of("/encode", "/decode", "/download")) {
                assertNotAllowed(server.post(operation, List.of(of("hello")), "Origin", origin));
            }
        }
    }

    /** What a form of any page can post without a preflight. */
    @Test
    void aSimpleRequestReachesNothing() {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x")) {
            String body = Server.json(List.of(of("hello")));
            assertNotAllowed(server.send("POST", Server.PATH + "/encode", BodyPublishers.ofString(body), "Content-Type",
                    type, "Origin", "http://localhost:8080"));
            // Of a browser that sends no origin.
            assertThat(server.send("POST", Server.PATH + "/encode", BodyPublishers.ofString(body), "Content-Type", type)
                .status()).isEqualTo(415);
        }
        assertThat(CODEC_CALLS).hasValue(0);
    }

    @Test
    void theRestOfTheApplicationIsLeftAlone() {
        Answer answer = server.send("GET", "/actuator/health", BodyPublishers.noBody(), "Origin", Server.ORIGIN);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    }

    @Test
    void withoutAllowedOriginsNoPageGetsIn() {
        try (Server closed = Server.start("temporal.external-storage.codec-server.allowed-origins=")) {
            assertNotAllowed(preflight(closed, Server.ORIGIN, "content-type", "POST"));
            assertNotAllowed(closed.post("/decode", List.of(of("hello")), "Origin", Server.ORIGIN));
            assertNotAllowed(
                    closed.post("/decode", List.of(of("hello")), "Origin", "http://localhost:" + closed.getPort()));
            assertThat(closed.post("/decode", List.of(of("hello"))).payloads()).hasSize(1);
        }
    }

    static class CountingCodec {

        @Bean
        CodecDataConverter dataConverter() {
            return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new PayloadCodec() {
                @Override
                public List<Payload> encode(List<Payload> payloads) {
                    CODEC_CALLS.incrementAndGet();
                    return payloads;
                }

                @Override
                public List<Payload> decode(List<Payload> payloads) {
                    CODEC_CALLS.incrementAndGet();
                    return payloads;
                }
            }));
        }

    }

}
