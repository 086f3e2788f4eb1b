package com.example.codecserver;

import static com.example.codecserver.TestPayloads.large;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.storage.ExternalStorage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Payloads of 50 MB, and an application with a heap of 256 MB. */
@Tag("heap")
class HeapTests {

    private static final int SIZE = 50_000_000;

    private static final int COUNT = 3;

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final List<Payload> REFERENCES = new ArrayList<>();

    private static final List<String> DIGESTS = new ArrayList<>();

    private static Payload small;

    private static Server server;

    private static ChildApplication child;

    @BeforeAll
    static void start() throws Exception {
        server = Server.start("temporal.external-storage.cache.max-size=0B");
        ExternalStorageDataConverter converter = new ExternalStorageDataConverter(
                DefaultDataConverter.newDefaultInstance(), server.getContext().getBean(ExternalStorage.class));
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        for (int i = 0; i < COUNT; i++) {
            bytes[0] = (byte) i;
            REFERENCES.add(converter.toPayload(bytes).orElseThrow());
            DIGESTS.add(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        }
        small = server.post("/encode", List.of(large("small"))).payloads().get(0);
        child = new ChildApplication(server.getDirectory());
    }

    @AfterAll
    static void stop() {
        if (child != null) {
            child.close();
        }
        server.close();
    }

    private static HttpResponse<InputStream> download(List<Payload> references) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(child.uri("/download"))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Server.json(references)))
            .build(), BodyHandlers.ofInputStream());
    }

    /** Reads to the end, and returns the digest of the only payload's data. */
    private static String digest(InputStream body) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream json = new BufferedInputStream(body, 65536)) {
            readTo("\"data\":\"", json);
            int remaining = (SIZE + 2) / 3 * 4;
            while (remaining > 0) {
                // Whole groups of four characters.
                byte[] base64 = json.readNBytes(Math.min(remaining, 65536));
                digest.update(Base64.getDecoder().decode(base64));
                remaining -= base64.length;
            }
            assertThat(new String(json.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("\"}]}");
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void readTo(String end, InputStream json) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            int next = json.read();
            assertThat(next).as(read.toString()).isNotNegative();
            read.append((char) next);
        }
    }

    private static void assertDownloadsASmallPayload() throws Exception {
        HttpResponse<InputStream> response = download(List.of(small));
        assertThat(response.statusCode()).isEqualTo(200);
        String body = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(body).contains(Base64.getEncoder().encodeToString(large("small").getData().toByteArray()));
    }

    @Test
    void smallRequestsAreAnsweredBesideALargeDownloadWhoseReaderIsSlow() throws Exception {
        HttpResponse<InputStream> slow = download(REFERENCES.subList(0, 1));
        assertThat(slow.statusCode()).isEqualTo(200);
        for (int i = 0; i < 10; i++) {
            assertDownloadsASmallPayload();
        }
        assertThat(digest(slow.body())).isEqualTo(DIGESTS.get(0));
    }

    @Test
    void manyLargeDownloadsAtATimeEndWithTheRightBytesOrWithBusy() throws Exception {
        ExecutorService callers = Executors.newCachedThreadPool();
        try {
            List<CompletableFuture<Integer>> downloads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int index = i % COUNT;
                downloads.add(CompletableFuture.supplyAsync(() -> downloadLarge(index), callers));
            }
            // Each says that it is small, and all are the same large one.
            CompletableFuture<Void> refused = CompletableFuture.runAsync(() -> assertRefused(Collections.nCopies(1000,
                    REFERENCES.get(0)
                        .toBuilder()
                        .setExternalPayloads(0, Payload.ExternalPayloadDetails.newBuilder().setSizeBytes(1))
                        .build())),
                    callers);
            assertThat(downloads).extracting(CompletableFuture::join).contains(200).isSubsetOf(200, 503);
            refused.join();
        }
        finally {
            callers.shutdownNow();
        }
        assertThat(downloadLarge(1)).isEqualTo(200);
        assertDownloadsASmallPayload();
        assertThat(child.isAlive()).isTrue();
        assertThat(child.getOutput()).doesNotContain("OutOfMemoryError");
    }

    /** Returns the status, and checks the bytes if there are any. */
    private static int downloadLarge(int index) {
        try {
            HttpResponse<InputStream> response = download(REFERENCES.subList(index, index + 1));
            if (response.statusCode() == 200) {
                assertThat(digest(response.body())).isEqualTo(DIGESTS.get(index));
            }
            return response.statusCode();
        }
        catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void assertRefused(List<Payload> forged) {
        try {
            HttpResponse<InputStream> response = download(forged);
            assertThat(new String(response.body().readAllBytes(), StandardCharsets.UTF_8)).doesNotContain("payloads\"");
            assertThat(response.statusCode()).isIn(413, 503);
        }
        catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

}
