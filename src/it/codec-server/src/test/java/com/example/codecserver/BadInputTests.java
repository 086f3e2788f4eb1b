package com.example.codecserver;

import static com.example.codecserver.TestPayloads.large;
import static com.example.codecserver.TestPayloads.of;
import static com.example.codecserver.TestPayloads.reference;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.codecserver.Server.Answer;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;

/** What callers do wrong, each followed by a caller who does not. */
class BadInputTests {

    private static Server server;

    @BeforeAll
    static void start() {
        server = Server.start(List.of(Memory.class), "temporal.external-storage.default-driver=local-disk");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void theApplicationGoesOn() {
        assertThat(server.post("/decode", List.of(of("hello"))).payloads()).containsExactly(of("hello"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "SECRET", "{", "{\"payloads\":[{\"data\":\"U0VDUkVU", "[]", "null", "1",
            "\"SECRET\"", "{\"payloads\":[]} SECRET", "{\"payloads\":{}}", "{\"payloads\":\"SECRET\"}",
            "{\"payloads\":[1]}", "{\"payloads\":[null]}", "{\"payloads\":[[]]}", "{\"payloads\":[{\"data\":1}]}",
            "{\"payloads\":[{\"data\":{}}]}", "{\"payloads\":[{\"metadata\":[]}]}",
            "{\"payloads\":[{\"metadata\":{\"encoding\":1}}]}", "{\"payloads\":[{\"metadata\":{\"encoding\":null}}]}",
            "{\"payloads\":[{\"data\":\"SECRET!!\"}]}", "{\"payloads\":[{\"data\":\"A\"}]}",
            "{\"payloads\":[{\"data\":\"QQ=\"}]}", "{\"payloads\":[{\"metadata\":{\"encoding\":\"*SECRET*\"}}]}",
            "{\"payloads\":[{\"externalPayloads\":{}}]}", "{\"payloads\":[{\"externalPayloads\":[1]}]}",
            "{\"payloads\":[{\"externalPayloads\":[{\"sizeBytes\":\"many\"}]}]}",
            "{\"payloads\":[{\"externalPayloads\":[{\"sizeBytes\":1.5}]}]}",
            "{\"payloads\":[{\"externalPayloads\":[{\"sizeBytes\":\"99999999999999999999\"}]}]}",
            "{\"payloads\":[{\"externalPayloads\":[{\"sizeBytes\":true}]}]}",
            "{\"payloads\":[{\"metadata\":{\"\\ud800\":\"QQ==\"}}]}", "{\"payloads\":[],}", "{payloads:[]}",
            "{\"payloads\":[{\"data\":\"QQ==\" /* SECRET */}]}", "<payloads>SECRET</payloads>" })
    void whatIsNoPayloadsMessageIsABadRequest(String body) {
        for (String operation : List.of("/encode", "/decode", "/download", "/decode?preserveStorageRefs=true")) {
            server.post(operation, body).assertRefused(400, "temporal.api.common.v1.Payloads");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "{}", "{\"payloads\":[]}", "{\"payloads\":null}", "{\"other\":[{\"a\":[1,{}]}]}" })
    void noPayloadsBecomeNoPayloads(String body) {
        for (String operation : List.of("/encode", "/decode", "/download")) {
            assertThat(server.post(operation, body).payloads()).isEmpty();
        }
    }

    @Test
    void whatProtobufAcceptsIsAccepted() {
        Payload payload = Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("a?~"))
            .setData(ByteString.copyFrom(new byte[] { -1, -2, -3, -4 }))
            .addExternalPayloads(Payload.ExternalPayloadDetails.newBuilder().setSizeBytes(5))
            .build();
        for (String body : List.of(
                "{\"payloads\":[{\"metadata\":{\"encoding\":\"YT9-\"},\"data\":\"__79_A\","
                        + "\"external_payloads\":[{\"size_bytes\":5,\"unknown\":{}}],\"unknown\":[[1]]}]}",
                "{\"payloads\":[{\"metadata\":{\"encoding\":\"YT9+\"},\"data\":\"//79/A==\","
                        + "\"externalPayloads\":[{\"sizeBytes\":\"5\"}]}],\"unknown\":null}",
                "{\"payloads\":[{\"metadata\":{\"encoding\":\"YT9\\u002b\"},\"data\":\"\\/\\/79\\/A\","
                        + "\"externalPayloads\":[{\"sizeBytes\":\"5\"}]}]}")) {
            assertThat(server.post("/decode", body).payloads()).as(body).containsExactly(payload);
        }
        assertThat(server.post("/decode", "{\"payloads\":[{},{\"data\":null,\"metadata\":null}]}").payloads())
            .containsExactly(Payload.getDefaultInstance(), Payload.getDefaultInstance());
    }

    @Test
    void nestedJsonIsBounded() {
        for (String open : List.of("[", "{\"a\":")) {
            server.post("/decode", "{\"other\":" + open.repeat(1_000_000)).assertRefused(400);
            server.post("/decode", "{\"payloads\":" + open.repeat(1_000_000)).assertRefused(400);
            for (String encoding : List.of("json/external-storage-reference", "json/protobuf")) {
                Payload bomb = Payload.newBuilder()
                    .putMetadata("encoding", ByteString.copyFromUtf8(encoding))
                    .putMetadata("messageType", ByteString.copyFromUtf8("temporal.api.sdk.v1.ExternalStorageReference"))
                    .setData(ByteString.copyFromUtf8("{\"other\":" + open.repeat(10_000)))
                    .build();
                server.post("/download", List.of(bomb)).assertRefused(400);
            }
        }
    }

    @Test
    void anOrdinaryPayloadIsNoDownload() {
        server.post("/download", List.of(of("SECRET"))).assertRefused(400, "must be external storage references");
        Payload stored = server.post("/encode", List.of(large("a"))).payloads().get(0);
        server.post("/download", List.of(stored, of("SECRET"))).assertRefused(400);
    }

    @Test
    void aReferenceThatIsNoneIsABadRequest() {
        for (String data : List.of("", "none", "[]", "{\"driverName\":1}", "{\"claimData\":\"none\"}")) {
            Payload payload = reference("local-disk", Map.of()).toBuilder()
                .setData(ByteString.copyFromUtf8(data))
                .build();
            for (String operation : List.of("/download", "/decode")) {
                server.post(operation, List.of(payload)).assertRefused(400);
            }
            assertThat(server.post("/decode?preserveStorageRefs=true", List.of(payload)).payloads())
                .containsExactly(payload);
        }
    }

    @Test
    void aForgedReferenceLeadsNowhere() throws Exception {
        Path outside = Files.writeString(server.getDirectory().resolveSibling("outside-" + server.getPort()), "SECRET");
        try {
            Payload stored = server.post("/encode", List.of(large("b"))).payloads().get(0);
            Map<String, String> claim = StorageReference.from(stored).claim().getClaimData();
            forged(claim, Map.of());
            forged(claim, Map.of("key", "../" + outside.getFileName()));
            forged(claim, Map.of("key", outside.toString()));
            forged(claim, Map.of("key", claim.get("key").replace("/d/", "/../d/")));
            forged(claim, Map.of("hash_algorithm", "md5"));
            forged(claim, Map.of("hash_value", "none"));
            forged(claim, Map.of("hash_value", "0".repeat(64)));
            server.post("/download", List.of(reference("local-disk", Map.of()))).assertRefused(400);
            server.post("/download", List.of(reference("aws.s3driver", claim))).assertRefused(400, "aws.s3driver");
        }
        finally {
            Files.delete(outside);
        }
    }

    private static void forged(Map<String, String> claim, Map<String, String> changes) {
        Map<String, String> forged = new HashMap<>(claim);
        forged.putAll(changes);
        for (String operation : List.of("/download", "/decode")) {
            Answer answer = server.post(operation, List.of(reference("local-disk", forged)));
            if (changes.isEmpty()) {
                assertThat(answer.payloads()).containsExactly(large("b"));
            }
            else {
                answer.assertRefused(400);
            }
        }
    }

    @Test
    void whatAReferenceSaysOfItsSizeIsNotTrusted() {
        Payload stored = server.post("/encode", List.of(large("c"))).payloads().get(0);
        for (long size : List.of(1L, 0L, -1L, Long.MIN_VALUE)) {
            assertThat(server.post("/download", List.of(withSize(stored, size), withSize(stored, size))).payloads())
                .containsExactly(large("c"), large("c"));
        }
        server.post("/download", List.of(withSize(stored, Long.MAX_VALUE))).assertRefused(413, "max-decoded-size");
        server.post("/download", Collections.nCopies(3, withSize(stored, Long.MAX_VALUE))).assertRefused(413);
        Payload twoSizes = stored.toBuilder().addExternalPayloads(stored.getExternalPayloads(0)).build();
        assertThat(server.post("/download", List.of(twoSizes)).payloads()).containsExactly(large("c"));
    }

    private static Payload withSize(Payload reference, long size) {
        return reference.toBuilder()
            .setExternalPayloads(0, Payload.ExternalPayloadDetails.newBuilder().setSizeBytes(size))
            .build();
    }

    @Test
    void tooManyPayloadsAreRefusedWithTheProperty() {
        server.post("/decode", Collections.nCopies(100_000, of(1)))
            .assertRefused(413, "10000", "temporal.external-storage.codec-server.max-payloads");
        assertThat(server.post("/decode", Collections.nCopies(10_000, of(1))).payloads()).hasSize(10_000);
    }

    @Test
    void smallPartsOfLargeNumberAreRefusedToo() {
        for (String parts : List.of("{\"externalPayloads\":[" + "{},".repeat(4_000_000) + "{}]}",
                "{\"externalPayloads\":[]," + "\"externalPayloads\":[{}],".repeat(500_000) + "\"data\":\"\"}")) {
            server.post("/decode", "{\"payloads\":[" + parts + "]}").assertRefused(413, "max-payloads");
        }
        StringBuilder metadata = new StringBuilder();
        for (int i = 0; i < 1_000_000; i++) {
            metadata.append('"').append(Integer.toString(i, 36)).append("\":\"\",");
        }
        server.post("/decode", "{\"payloads\":[{\"metadata\":{" + metadata + "\"\":\"\"}}]}")
            .assertRefused(413, "max-payloads");
    }

    @Test
    void onlyJsonInUtf8IsRead() throws Exception {
        String body = Server.json(List.of(of("hello")));
        for (String type : List.of("text/plain", "application/x-protobuf", "application/json;charset=ISO-8859-1",
                "application/jsonp", "text/json", "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded", "json", "application/json, text/plain")) {
            server.send("POST", Server.PATH + "/decode", BodyPublishers.ofString(body), "Content-Type", type)
                .assertRefused(415, "application/json");
        }
        server.send("POST", Server.PATH + "/decode", BodyPublishers.ofString(body)).assertRefused(415);
        for (String type : List.of("application/json;charset=UTF-8", "Application/JSON; charset=\"utf-8\"")) {
            assertThat(server.send("POST", Server.PATH + "/decode", BodyPublishers.ofString(body), "Content-Type", type)
                .payloads()).hasSize(1);
        }
        ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(gzipped)) {
            gzip.write(body.getBytes(StandardCharsets.UTF_8));
        }
        server
            .send("POST", Server.PATH + "/decode", BodyPublishers.ofByteArray(gzipped.toByteArray()),
                    Server.withJson("Content-Encoding", "gzip"))
            .assertRefused(415, "Content-Encoding");
        server
            .send("POST", Server.PATH + "/decode", BodyPublishers.ofByteArray(gzipped.toByteArray()), Server.withJson())
            .assertRefused(400);
    }

    @Test
    void aBodyInChunksIsRead() {
        byte[] body = Server.json(List.of(of("hello"))).getBytes(StandardCharsets.UTF_8);
        assertThat(server
            .send("POST", Server.PATH + "/decode", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)),
                    Server.withJson())
            .payloads()).containsExactly(of("hello"));
    }

    @Test
    void aBodyThatEndsEarlyIsNotAnswered() throws Exception {
        String head = "POST " + Server.PATH
                + "/decode HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        for (String rest : List.of("Content-Length: 1000\r\n\r\n{\"payloads\":[]}",
                "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"pay",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", "Content-Length: -1\r\n\r\n{}",
                "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")) {
            assertThat(server.sendRaw(head + rest)).doesNotContain(" 200 ")
                .doesNotContain("payloads\"")
                .doesNotContain("\tat ");
        }
    }

    @Test
    void aNamespaceIsQuoted() {
        server.post("/decode", List.of(), "X-Namespace", "'\u00e4\u009b31m" + "n".repeat(3000)).assertRefused(404);
        assertThat(server.post("/decode", List.of(), "X-Namespace", " ").status()).isEqualTo(200);
        server.post("/decode", List.of(), "X-Namespace", "default", "X-Namespace", "other")
            .assertRefused(400, "X-Namespace");
    }

    @Test
    void aMalformedQueryIsTheCallersFaultAtMost() throws Exception {
        String body = "{\"payloads\":[]}";
        String answer = server.sendRaw("POST " + Server.PATH
                + "/decode?preserveStorageRefs=%zz&=&preserveStorageRefs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        // Netty refuses it before any handler.
        assertThat(answer).startsWith(Server.IS_WEB_MVC ? "HTTP/1.1 200 " : "HTTP/1.1 400 ");
    }

    static class Memory {

        @Bean
        StorageDriver memory() {
            return new MemoryDriver("memory");
        }

    }

}
