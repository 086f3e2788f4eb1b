package com.example.codecserver;

import static com.example.codecserver.TestPayloads.earlyReference;
import static com.example.codecserver.TestPayloads.large;
import static com.example.codecserver.TestPayloads.of;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.util.FileSystemUtils;

/** Stores that fail, whose drivers say why, and what to do. */
@Tag("one-framework")
class StoreFailureTests {

    private static final String NO_CACHE = "temporal.external-storage.cache.max-size=0B";

    @Test
    void anObjectThatIsGoneIsReportedWithTheRemedy() throws Exception {
        try (Server server = Server.start(NO_CACHE)) {
            Payload stored = server.post("/encode", List.of(large("a"))).payloads().get(0);
            Path object = server.getDirectory()
                .resolve(StorageReference.from(stored).claim().getClaimData().get("key"));
            byte[] content = Files.readAllBytes(object);
            Files.delete(object);
            for (String operation : List.of("/download", "/decode")) {
                server.post(operation, List.of(of("inline"), stored).subList(operation.equals("/decode") ? 0 : 1, 2))
                    .assertRefused(502, "could not retrieve a payload", "lifecycle rule");
            }
            assertThat(server.post("/decode?preserveStorageRefs=true", List.of(stored)).payloads())
                .containsExactly(stored);

            content[content.length - 1]++;
            Files.write(object, content);
            server.post("/download", List.of(stored)).assertRefused(502, "is not the one that was stored");
            content[content.length - 1]--;
            Files.write(object, content);
            assertThat(server.post("/download", List.of(stored)).payloads()).containsExactly(large("a"));
        }
    }

    @Test
    void aStoreThatIsGoneIsReported() throws Exception {
        try (Server server = Server.start(NO_CACHE)) {
            Payload stored = server.post("/encode", List.of(large("a"))).payloads().get(0);
            FileSystemUtils.deleteRecursively(server.getDirectory());
            Files.writeString(server.getDirectory(), "no directory");
            server.post("/encode", List.of(large("b"))).assertRefused(502, server.getDirectory().toString());
            server.post("/download", List.of(stored)).assertRefused(502, server.getDirectory().toString());
            assertThat(server.post("/encode", List.of(of("small"))).payloads()).containsExactly(of("small"));
        }
    }

    @Test
    void aStoreThatDeniesAccessIsReportedWithThePermission() throws Exception {
        HttpServer s3 = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        s3.createContext("/", (exchange) -> {
            exchange.getRequestBody().readAllBytes();
            byte[] body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
                .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/xml");
            exchange.sendResponseHeaders(403, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        s3.start();
        String s3Properties = "temporal.external-storage.drivers.s3.";
        try (Server server = Server.start("temporal.external-storage.default-driver=s3",
                s3Properties + "bucket=payloads", s3Properties + "region=eu-west-1",
                s3Properties + "path-style-access=true",
                s3Properties + "endpoint=http://localhost:" + s3.getAddress().getPort(),
                s3Properties + "credentials.access-key-id=test",
                s3Properties + "credentials.secret-access-key=SECRET")) {
            server.post("/encode", List.of(large("a"))).assertRefused(502, "s3:PutObject");
            String digest = "0".repeat(64);
            Map<String, String> claim = Map.of("bucket", "payloads", "key", "v0/d/sha256/" + digest, "hash_algorithm",
                    "sha256", "hash_value", digest);
            server.post("/download", List.of(TestPayloads.reference("aws.s3driver", claim)))
                .assertRefused(502, "s3:GetObject");
        }
        finally {
            s3.stop(0);
        }
    }

    @Test
    void whatADriverOfTheApplicationSaysStaysInTheLog() {
        try (Server server = Server.start(List.of(Memory.class),
                "temporal.external-storage.default-driver=local-disk")) {
            MemoryDriver driver = server.getContext().getBean(MemoryDriver.class);
            // It returns null for what it does not know.
            server.post("/download", List.of(earlyReference("memory", "unknown"))).assertRefused(502);
            driver.failWith(new IllegalStateException("SECRET"));
            server.post("/download", List.of(earlyReference("memory", "key")))
                .assertRefused(502, "IllegalStateException", "application's log");
        }
    }

    static class Memory {

        @Bean
        StorageDriver memory() {
            return new MemoryDriver("memory");
        }

    }

}
