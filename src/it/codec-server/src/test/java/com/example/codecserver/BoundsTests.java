package com.example.codecserver;

import static com.example.codecserver.TestPayloads.earlyReference;
import static com.example.codecserver.TestPayloads.encoding;
import static com.example.codecserver.TestPayloads.of;
import static com.example.codecserver.TestPayloads.random;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.storage.StorageDriver;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;

/** What a request may be, and may become: 413 names the property that says so. */
class BoundsTests {

    private static final String PREFIX = "temporal.external-storage.codec-server.";

    private static Server server;

    private static MemoryDriver driver;

    @BeforeAll
    static void start() {
        server = Server.start(List.of(Beans.class), PREFIX + "max-request-size=200KB", PREFIX + "max-payloads=10",
                PREFIX + "max-decoded-size=1MB", "temporal.external-storage.default-driver=local-disk");
        driver = server.getContext().getBean(MemoryDriver.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void store() {
        driver.retrieved().clear();
        driver.put("large", random(400_000));
    }

    private static Payload reference(long size) {
        return earlyReference("memory", "large").toBuilder()
            .addExternalPayloads(Payload.ExternalPayloadDetails.newBuilder().setSizeBytes(size))
            .build();
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedHoweverItIsSent() {
        for (int size : List.of(160_000, 1_000_000, 20_000_000)) {
            String body = Server.json(List.of(random(size)));
            server.post("/decode", body).assertRefused(413, "204800", PREFIX + "max-request-size");
            server
                .send("POST", Server.PATH + "/decode",
                        BodyPublishers
                            .ofInputStream(() -> new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))),
                        Server.withJson())
                .assertRefused(413, PREFIX + "max-request-size");
            assertThat(server.post("/decode", List.of(random(100_000))).payloads()).containsExactly(random(100_000));
        }
    }

    @Test
    void payloadsThatAreTooManyAreRefused() {
        assertThat(server.post("/decode", Collections.nCopies(10, of(1))).payloads()).hasSize(10);
        for (String operation : List.of("/encode", "/decode", "/download")) {
            server.post(operation, Collections.nCopies(11, of(1)))
                .assertRefused(413, "10 payloads", PREFIX + "max-payloads");
        }
    }

    @Test
    void referencesThatSayTheyAreTooLargeAreNotRetrieved() {
        for (String operation : List.of("/decode", "/download")) {
            server.post(operation, Collections.nCopies(3, reference(400_000)))
                .assertRefused(413, "1048576", PREFIX + "max-decoded-size");
        }
        assertThat(driver.retrieved()).isEmpty();
        assertThat(server.post("/download", Collections.nCopies(2, reference(400_050))).payloads()).hasSize(2);
    }

    @Test
    void referencesThatLieAreRefusedAtTheFirstThatIsTooMany() {
        for (long lie : List.of(1L, 0L, -5L)) {
            for (String operation : List.of("/decode", "/download")) {
                driver.retrieved().clear();
                server.post(operation, Collections.nCopies(10, reference(lie)))
                    .assertRefused(413, PREFIX + "max-decoded-size");
                assertThat(driver.retrieved()).hasSize(3);
            }
        }
        // Who preserves references asks for nothing.
        assertThat(server.post("/decode?preserveStorageRefs=true", Collections.nCopies(10, reference(1))).payloads())
            .hasSize(10);
    }

    @Test
    void payloadsThatDecodeToTooMuchAreRefused() {
        server.post("/decode", List.of(bomb(2_000_000))).assertRefused(413, PREFIX + "max-decoded-size");
        server.post("/decode?preserveStorageRefs=true", Collections.nCopies(10, bomb(200_000))).assertRefused(413);
        assertThat(server.post("/decode", Collections.nCopies(5, bomb(200_000))).payloads()).hasSize(5)
            .allMatch((payload) -> payload.getData().size() == 200_000);
        driver.put("large", bomb(2_000_000));
        server.post("/download", List.of(reference(10))).assertRefused(413, PREFIX + "max-decoded-size");
    }

    private static Payload bomb(int size) {
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("bomb"))
            .setData(ByteString.copyFromUtf8(String.valueOf(size)))
            .build();
    }

    @Test
    void callersWhoGoAwayHoldNoMemory() throws Exception {
        try (Server small = Server.start(List.of(Beans.class), "temporal.external-storage.max-bytes-in-flight=4MB",
                "temporal.external-storage.default-driver=local-disk")) {
            small.getContext().getBean(MemoryDriver.class).put("large", random(3_000_000));
            List<Payload> references = List.of(reference(3_000_000));
            for (int i = 0; i < 60; i++) {
                small.askAndGo("/download", references, (i % 3) * 1000);
            }
            assertThat(small.post("/download", references).status()).isEqualTo(200);
        }
    }

    static class Beans {

        @Bean
        StorageDriver memory() {
            return new MemoryDriver("memory");
        }

        @Bean
        DataConverter dataConverter() {
            return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new BombCodec()));
        }

    }

    /** Makes as many bytes as a payload says. */
    private static final class BombCodec implements PayloadCodec {

        @Override
        public List<Payload> encode(List<Payload> payloads) {
            return payloads;
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            return payloads.stream()
                .map((payload) -> encoding(payload).equals("bomb") ? payload.toBuilder()
                    .setData(ByteString.copyFrom(new byte[Integer.parseInt(payload.getData().toStringUtf8())]))
                    .build() : payload)
                .toList();
        }

    }

}
