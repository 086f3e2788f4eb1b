package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

/**
 * Tests an application that is processed ahead of time in one process and run in others,
 * with environments of their own.
 */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class AheadOfTimeTests {

    private static final String PREFIX = "temporal.external-storage.";

    private static final String[] S3 = { PREFIX + "drivers.s3.bucket=payloads", PREFIX + "drivers.s3.region=eu-west-1",
            PREFIX + "drivers.s3.credentials.access-key-id=some-key",
            PREFIX + "drivers.s3.credentials.secret-access-key=do-not-freeze-me" };

    /** What the build sees: nothing has a value that only the environment knows. */
    private static final String[] BUILT = concat(S3, PREFIX + "drivers.local-files.type=local-disk",
            PREFIX + "drivers.local-files.directory=${PAYLOADS}", PREFIX + "enabled=${STORAGE_ENABLED}",
            PREFIX + "threshold=${THRESHOLD}", PREFIX + "default-driver=${DEFAULT_DRIVER}");

    @TempDir
    private static Path directory;

    private static Path withDrivers;

    @BeforeAll
    static void build() throws Exception {
        withDrivers = build(directory.resolve("with-drivers"), BUILT);
    }

    @Test
    void takesValuesFromTheEnvironmentOfTheRun() throws Exception {
        Run run = run(withDrivers, environment(Map.of()), BUILT);
        assertThat(run.output()).contains("drivers: [localFilesStorageDriver, s3StorageDriver]")
            .contains("threshold: 2048")
            .contains("local-disk retrieved: 1000")
            .doesNotContain("cannot list their properties");
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(directory.resolve("payloads/v0")).isDirectory();
    }

    @Test
    void aDriverThatTheBuildDidNotSeeFailsTheStart() throws Exception {
        Run run = run(withDrivers, environment(Map.of("TEMPORAL_EXTERNALSTORAGE_DRIVERS_ARCHIVE_TYPE", "local-disk")),
                BUILT);
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.output()).contains("APPLICATION FAILED TO START")
            .containsIgnoringCase("The build of the application did not see " + PREFIX + "drivers.archive, so there is")
            .contains("build again");
    }

    @Test
    void aDriverThatIsGoneFailsTheStart() throws Exception {
        Run run = run(withDrivers, environment(Map.of("DEFAULT_DRIVER", "s3")), S3);
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.output()).contains("APPLICATION FAILED TO START")
            .contains(
                    "The build of the application saw " + PREFIX + "drivers.local-files, which is not configured here");
    }

    @Test
    void aSwitchThatTheBuildSawDifferentlyFailsTheStart() throws Exception {
        Run disabled = run(withDrivers, environment(Map.of("STORAGE_ENABLED", "false")), BUILT);
        assertThat(disabled.exitCode()).isNotZero();
        assertThat(disabled.output())
            .contains(PREFIX + "enabled is false, but was true when the application was built.");

        Run early = run(withDrivers, environment(Map.of()), concat(BUILT, PREFIX + "read-early-references=true"));
        assertThat(early.exitCode()).isNotZero();
        assertThat(early.output())
            .contains(PREFIX + "read-early-references is true, but was false when the application was built.");
    }

    @Test
    void anUnknownPropertyStillFailsTheStart() throws Exception {
        Run run = run(withDrivers, environment(Map.of()), concat(BUILT, PREFIX + "drivers.s3.buckett=typo"));
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.output()).contains("buckett");
    }

    @Test
    void aBuildWithoutDriversDoesNotHideThoseOfTheRun() throws Exception {
        Path withoutDrivers = build(directory.resolve("without-drivers"));
        Run none = run(withoutDrivers, Map.of());
        assertThat(none.exitCode()).as(none.output()).isZero();
        assertThat(none.output()).contains("drivers: []");

        Run run = run(withoutDrivers, Map.of(), S3);
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.output()).contains("The build of the application did not see " + PREFIX + "drivers.s3");
    }

    @Test
    void aBuildWithStorageDisabledDoesNotHideDrivers() throws Exception {
        Path disabled = build(directory.resolve("disabled"), PREFIX + "enabled=false");
        Run run = run(disabled, Map.of(), S3);
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.output()).contains(PREFIX + "enabled is true, but was false when the application was built.");
    }

    @Test
    void noValueIsInTheGeneratedFiles() throws IOException {
        try (Stream<Path> files = Files.walk(withDrivers)) {
            assertThat(files.filter(Files::isRegularFile)).isNotEmpty()
                .noneMatch((file) -> content(file).contains("do-not-freeze-me"))
                .noneMatch((file) -> content(file).contains("eu-west-1"));
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        }
        catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }

    private static Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of("PAYLOADS", directory.resolve("payloads").toString(),
                "THRESHOLD", "2KB", "STORAGE_ENABLED", "true", "DEFAULT_DRIVER", "local-files"));
        environment.putAll(more);
        return environment;
    }

    /** Processes the application as Spring Boot's plugins do, and compiles the result. */
    private static Path build(Path target, String... properties) throws Exception {
        Path sources = target.resolve("sources");
        Path classes = Files.createDirectories(target.resolve("classes"));
        Run run = java(
                List.of(SpringApplicationAotProcessor.class.getName(), AheadOfTimeApplication.class.getName(),
                        sources.toString(), classes.toString(), classes.toString(), "com.example", "application"),
                classPath(), Map.of(), properties);
        assertThat(run.exitCode()).as(run.output()).isZero();
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-nowarn", "-cp",
                classes + File.pathSeparator + classPath(), "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(Files::isRegularFile).map(Path::toString).forEach(arguments::add);
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
            .isZero();
        return target;
    }

    private static Run run(Path target, Map<String, String> environment, String... properties) throws Exception {
        return java(List.of("-Dspring.aot.enabled=true", AheadOfTimeApplication.class.getName()),
                target.resolve("classes") + File.pathSeparator + classPath(), environment, properties);
    }

    private static Run java(List<String> arguments, String classPath, Map<String, String> environment,
            String... properties) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC", "-Xmx512m", "-cp", classPath));
        command.addAll(arguments);
        command.add("--spring.main.banner-mode=off");
        command.add("--spring.main.web-application-type=none");
        Arrays.stream(properties).map("--"::concat).forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Run(process.waitFor(), output);
        }
        finally {
            process.destroyForcibly();
        }
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    private static String[] concat(String[] some, String... others) {
        return Stream.concat(Stream.of(some), Stream.of(others)).toArray(String[]::new);
    }

    private record Run(int exitCode, String output) {

    }

}
