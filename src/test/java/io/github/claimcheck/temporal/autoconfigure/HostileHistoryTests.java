package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.claimcheck.temporal.testing.AzuriteServer;
import io.github.claimcheck.temporal.testing.GcsServer;
import io.github.claimcheck.temporal.testing.RedisServer;
import io.github.claimcheck.temporal.testing.RedisServerTest;
import io.github.claimcheck.temporal.testing.S3Server;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process with a small heap survives what others write into histories. */
@RedisServerTest
class HostileHistoryTests {

    private static final long HUGE = 1L << 30;

    private static final int REDIS_MAX = 512 * 1024 * 1024;

    private final RedisServer redis = RedisServer.shared();

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aSmallHeapSurvivesClaimsOnHugeObjectsAndHugeClaims(@TempDir Path directory) throws Exception {
        this.redis.commands()
            .setrange("temporalio:payloads:v0:d:sha256:" + HostileHistoryApplication.DIGEST, REDIS_MAX - 1,
                    new byte[] { 1 });
        try (Zeros announced = new Zeros(HUGE); Zeros unannounced = new Zeros(0)) {
            String output = run(properties(directory, announced.endpoint(), unannounced.endpoint()));

            for (String driver : List.of("s3", "gcs", "azure", "redis", "local-disk")) {
                assertThat(output).containsPattern("(?m)^" + driver
                        + " ends with ObjectTooLargeException: .*the object is larger than 134217728 bytes");
                assertThat(output)
                    .contains("raise temporal.external-storage.drivers." + driver + ".max-retrieved-size");
            }
            for (String driver : List.of("s3-unannounced", "gcs-unannounced", "azure-unannounced")) {
                assertThat(output).containsPattern("(?m)^" + driver + " ends with (?!a payload)[A-Z]\\w+Exception: ");
            }
            assertThat(output).contains("received all claims");
            // Two lines for each claim, of which 500 characters remain.
            assertThat(output.length())
                .isLessThan(1_200 * (HostileHistoryApplication.HUGE_CLAIMS + HostileHistoryApplication.LARGE_CLAIMS));
            assertThat(output.lines().mapToInt(String::length).max().orElseThrow()).isLessThan(1_200);
        }
        finally {
            this.redis.commands().flushall();
        }
    }

    private List<String> properties(Path directory, URI announced, URI unannounced) throws IOException {
        Path file = directory.resolve("v0/d/sha256/" + HostileHistoryApplication.DIGEST);
        Files.createDirectories(file.getParent());
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(HUGE);
        }
        List<String> properties = new ArrayList<>(List.of("temporal.external-storage.default-driver=local-disk",
                "temporal.external-storage.drivers.local-disk.directory=" + directory,
                "temporal.external-storage.drivers.local-disk.name=local-disk",
                "temporal.external-storage.drivers.redis.name=redis"));
        properties.addAll(List.of(this.redis.properties()));
        addHttp(properties, "", announced);
        addHttp(properties, "-unannounced", unannounced);
        return properties;
    }

    private static void addHttp(List<String> properties, String suffix, URI endpoint) {
        String bucket = HostileHistoryApplication.BUCKET;
        String drivers = "temporal.external-storage.drivers.";
        List<String> azure = List.of(drivers + "azure.container=" + bucket,
                drivers + "azure.connection-string=" + AzuriteServer.connectionString(endpoint));
        Stream
            .of(Stream.of(S3Server.properties(bucket, endpoint)), Stream.of(GcsServer.properties(bucket, endpoint)),
                    azure.stream())
            .flatMap((each) -> each)
            .map((property) -> property.replaceFirst("drivers\\.(\\w+)\\.", "drivers.$1" + suffix + "."))
            .forEach(properties::add);
        for (String type : List.of("s3", "gcs", "azure")) {
            properties.add(drivers + type + suffix + ".type=" + type);
            properties.add(drivers + type + suffix + ".name=" + type + suffix);
            properties.add(drivers + type + suffix + ".api-call-timeout=5s");
        }
    }

    private static String run(List<String> properties) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx100m",
                        "-XX:MaxDirectMemorySize=64m", "-XX:+ExitOnOutOfMemoryError", "-cp",
                        System.getProperty("java.class.path"), HostileHistoryApplication.class.getName(),
                        "--spring.main.banner-mode=off"));
        properties.forEach((property) -> command.add("--" + property));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output.length() > 20_000 ? output.substring(0, 20_000) : output).isZero();
            return output;
        }
        finally {
            process.destroyForcibly();
        }
    }

    /** Answers every request with zeros. */
    private static final class Zeros implements AutoCloseable {

        private final HttpServer server;

        private final ExecutorService threads = Executors.newCachedThreadPool();

        private final long announced;

        Zeros(long announced) throws IOException {
            this.announced = announced;
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            this.server.createContext("/", this::answer);
            this.server.setExecutor(this.threads);
            this.server.start();
        }

        URI endpoint() {
            return URI.create("http://127.0.0.1:" + this.server.getAddress().getPort());
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                exchange.sendResponseHeaders(200, this.announced);
                byte[] zeros = new byte[64 * 1024];
                try (OutputStream body = exchange.getResponseBody()) {
                    for (long sent = 0; sent < HUGE; sent += zeros.length) {
                        body.write(zeros);
                    }
                }
            }
        }

        @Override
        public void close() {
            this.server.stop(0);
            this.threads.shutdownNow();
        }

    }

}
