package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the application logs about external storage when it starts. */
@ExtendWith(OutputCaptureExtension.class)
class StartupReportTests {

    private static final String DRIVERS = "temporal.external-storage.drivers.";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all());

    @TempDir
    Path directory;

    @Test
    void tellsDriversPlacesLimitsNamespacesAndVersionsInOneBlock(CapturedOutput output) {
        this.runner
            .withPropertyValues(DRIVERS + "s3.bucket=payloads", DRIVERS + "s3.region=eu-west-1",
                    DRIVERS + "s3.credentials.access-key-id=key", DRIVERS + "s3.credentials.secret-access-key=hidden",
                    DRIVERS + "local-disk.directory=" + this.directory, DRIVERS + "fallback.drivers=s3,local-disk",
                    "temporal.external-storage.default-driver=fallback")
            .run((context) -> {
                assertThat(block(output)).satisfiesExactly(
                        (line) -> assertThat(line)
                            .endsWith("External storage: payloads of 256KB or more go to 'fallback'"),
                        (line) -> assertThat(line).isEqualTo(
                                "  driver 'aws.s3driver' (aws.s3driver): bucket=payloads, region=eu-west-1; payloads of up to 50MB"),
                        (line) -> assertThat(line).isEqualTo("  driver 'local-disk' (local-disk): directory="
                                + this.directory.toRealPath() + "; payloads of up to 50MB"),
                        (line) -> assertThat(line)
                            .isEqualTo("  driver 'fallback' (fallback) over aws.s3driver, local-disk"),
                        (line) -> assertThat(line)
                            .isEqualTo("  limits: 64 transfers and 64MB in flight, a cache of 64MB; what stays inline: "
                                    + "1536KB in a list, 3MB in a message"),
                        (line) -> assertThat(line)
                            .isEqualTo("  namespaces: none yet, there is no workflow client so far"),
                        (line) -> assertThat(line).startsWith("  versions: starter ").contains("Spring Boot "));
                assertThat(output).doesNotContain("hidden");
            });
    }

    @Test
    void hasTenLinesForAnyNumberOfDrivers(CapturedOutput output) {
        this.runner
            .withPropertyValues(IntStream.range(0, 20)
                .boxed()
                .flatMap((number) -> Stream.of(DRIVERS + "d" + number + ".type=local-disk",
                        DRIVERS + "d" + number + ".name=disk-" + number,
                        DRIVERS + "d" + number + ".directory=" + this.directory.resolve("d" + number)))
                .toArray(String[]::new))
            .withPropertyValues("temporal.external-storage.default-driver=d0")
            .run((context) -> assertThat(block(output)).hasSizeLessThanOrEqualTo(10)
                .anySatisfy((line) -> assertThat(line).contains("drivers disk-").endsWith("and 6 more")));
    }

    /** Returns the lines of the block, of which all but the first are indented. */
    private static List<String> block(CapturedOutput output) {
        return output.toString()
            .lines()
            .dropWhile((line) -> !line.contains("External storage: "))
            .takeWhile((line) -> line.contains("External storage: ") || line.startsWith("  "))
            .toList();
    }

}
