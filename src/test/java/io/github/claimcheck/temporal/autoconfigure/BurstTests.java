package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@S3ServerTest
class BurstTests {

    private final S3Server server = S3Server.start();

    /**
     * Without a limit, these payloads would need 800 MB of heap, and as much direct
     * memory.
     */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void fitsABurstOfLargePayloadsIntoASmallHeap() throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                        "-XX:MaxDirectMemorySize=64m", "-cp", System.getProperty("java.class.path"),
                        BurstApplication.class.getName(), "--spring.main.banner-mode=off"));
        Stream.of(this.server.properties(this.server.createBucket())).map("--"::concat).forEach(command::add);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (this.server) {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
            assertThat(output).contains("stored " + BurstApplication.PAYLOADS + System.lineSeparator())
                .contains("retrieved " + BurstApplication.PAYLOADS + System.lineSeparator());
        }
        finally {
            process.destroyForcibly();
        }
    }

}
