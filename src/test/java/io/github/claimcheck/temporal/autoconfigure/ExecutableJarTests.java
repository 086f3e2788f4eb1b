package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.ExecutableJar;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests an executable jar, where the system class loader does not see the application,
 * with so many processors that the JDK's common pool has threads of its own.
 */
@Tag("slow")
class ExecutableJarTests {

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void whatRunsInTheBackgroundSeesTheApplication(@TempDir Path directory) throws Exception {
        String output = run(ExecutableJar.of(directory, ExecutableJarApplication.class), directory);
        assertThat(output.lines().filter((line) -> line.matches(".* (sees the application|is blind)")))
            .containsExactlyInAnyOrder("caller is blind", "fallback's store sees the application",
                    "mirror's retrieve sees the application", "mirror's retrieve is blind",
                    "repair sees the application", "continuation of local-disk sees the application");
    }

    private static String run(Path jar, Path directory) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ActiveProcessorCount=4", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + directory, "-jar",
                jar.toString())
            .redirectErrorStream(true)
            .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
            return output;
        }
        finally {
            process.destroyForcibly();
        }
    }

}
