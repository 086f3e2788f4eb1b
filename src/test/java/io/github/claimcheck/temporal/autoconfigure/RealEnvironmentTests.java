package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Applications with environments as a container has them: Spring Boot treats the
 * variables and system properties of a process in another way than those of a test.
 */
class RealEnvironmentTests {

    private static final String RIGHT_PREFIX = "TEMPORAL_EXTERNALSTORAGE_DRIVERS_";

    private static final String REGION = "--temporal.external-storage.drivers.s3.region=eu-west-1";

    private static final String BUCKET = "--temporal.external-storage.drivers.s3.bucket=payloads";

    @TempDir
    private Path directory;

    @Test
    void underscoresForDashesStopTheStartWithTheRightSpelling() throws Exception {
        assertThat(run(Map.of("TEMPORAL_EXTERNAL_STORAGE_DRIVERS_S3_BUCKET", "payloads",
                "TEMPORAL_EXTERNAL_STORAGE_DRIVERS_S3_SERVER_SIDE_ENCRYPTION_TYPE", "aws:kms",
                "TEMPORAL_EXTERNAL_STORAGE_DRIVERS_LOCAL_DISK_DIRECTORY", "payloads",
                "TEMPORAL_EXTERNAL_STORAGE_DRIVERS_TENANT_A_MAX_PAYLOAD_SIZE", "1MB",
                "TEMPORAL_EXTERNAL_STORAGE_ROUTES_0_WORKFLOW_TYPES_0", "Report",
                "TEMPORAL_EXTERNAL_STORAGE_CACHE_MAX_SIZE", "1MB", "TEMPORAL_EXTERNAL_STORAGES_TRESHOLD", "1MB")))
            .contains("APPLICATION FAILED TO START")
            .contains("to " + RIGHT_PREFIX + "S3_BUCKET.")
            .contains("to " + RIGHT_PREFIX + "S3_SERVERSIDEENCRYPTION_TYPE.")
            .contains("to " + RIGHT_PREFIX + "LOCALDISK_DIRECTORY.")
            .contains("to " + RIGHT_PREFIX + "TENANTA_MAXPAYLOADSIZE.")
            .contains("to TEMPORAL_EXTERNALSTORAGE_ROUTES_0_WORKFLOWTYPES_0.")
            .contains("to TEMPORAL_EXTERNALSTORAGE_CACHE_MAXSIZE.")
            .contains("to TEMPORAL_EXTERNALSTORAGE_THRESHOLD.");
    }

    @Test
    void underscoresForDashesBesideYamlStopTheStart() throws Exception {
        assertThat(run(Map.of("TEMPORAL_EXTERNAL_STORAGE_DRIVERS_S3_SERVER_SIDE_ENCRYPTION_TYPE", "aws:kms"), BUCKET,
                REGION))
            .contains("APPLICATION FAILED TO START")
            .contains("to " + RIGHT_PREFIX + "S3_SERVERSIDEENCRYPTION_TYPE.");
    }

    @Test
    void underscoresBelowTheRightPrefixStopTheStart() throws Exception {
        assertThat(run(Map.of(RIGHT_PREFIX + "S3_SERVER_SIDE_ENCRYPTION_TYPE", "aws:kms"), BUCKET, REGION))
            .contains("APPLICATION FAILED TO START")
            .contains("to " + RIGHT_PREFIX + "S3_SERVERSIDEENCRYPTION_TYPE.");
        assertThat(run(Map.of(RIGHT_PREFIX + "LOCAL_DISK_DIRECTORY", "payloads")))
            .contains("APPLICATION FAILED TO START")
            .contains("to " + RIGHT_PREFIX + "LOCALDISK_DIRECTORY.");
        assertThat(run(Map.of("TEMPORAL_EXTERNALSTORAGE_MAX_CONCURRENT_TRANSFERS", "3"), BUCKET, REGION))
            .contains("APPLICATION FAILED TO START")
            .contains("to TEMPORAL_EXTERNALSTORAGE_MAXCONCURRENTTRANSFERS.");
    }

    @Test
    void misspelledNamesStopTheStart() throws Exception {
        assertThat(run(Map.of(RIGHT_PREFIX + "S3_BUKET", "payloads"), REGION)).contains("APPLICATION FAILED TO START")
            .contains("Rename " + RIGHT_PREFIX + "S3_BUKET to " + RIGHT_PREFIX + "S3_BUCKET.");
        assertThat(run(Map.of("JAVA_TOOL_OPTIONS", "-Dtemporal.external-storage.drivers.s3.buket=payloads"), BUCKET,
                REGION))
            .contains("APPLICATION FAILED TO START")
            .contains("Change it to temporal.external-storage.drivers.s3.bucket");
        assertThat(run(Map.of("SPRING_APPLICATION_JSON", "{\"temporal.external-storages.threshold\": \"1MB\"}"), BUCKET,
                REGION))
            .contains("APPLICATION FAILED TO START")
            .contains("Rename temporal.external-storages.threshold to temporal.external-storage.threshold.");
    }

    @Test
    void importedFilesHaveNamesWithDots() throws Exception {
        Path file = Files.writeString(this.directory.resolve(".env"), RIGHT_PREFIX + "S3_KEYPREFIX=a");
        assertThat(run(Map.of("SPRING_CONFIG_IMPORT", "file:" + file + "[.properties]"), BUCKET, REGION))
            .contains("APPLICATION FAILED TO START")
            .contains("Rename " + RIGHT_PREFIX + "S3_KEYPREFIX to temporal.external-storage.drivers.s3.key-prefix.");
    }

    @Test
    void whatIsSpelledRightBinds() throws Exception {
        assertThat(run(Map.of(RIGHT_PREFIX + "LOCALDISK_DIRECTORY", this.directory.toString(),
                RIGHT_PREFIX + "TENANTA_TYPE", "s3", RIGHT_PREFIX + "TENANTA_BUCKET", "payloads\n",
                RIGHT_PREFIX + "TENANTA_SERVERSIDEENCRYPTION_TYPE", "aws:kms", RIGHT_PREFIX + "TENANTA_REGION",
                "eu-west-1", "TEMPORAL_EXTERNALSTORAGE_ROUTES_0_WORKFLOWTYPES_0", "Report",
                "TEMPORAL_EXTERNALSTORAGE_ROUTES_0_DRIVER", "local-disk", "TEMPORAL_EXTERNALSTORAGE_DEFAULTDRIVER",
                "tenant-a", "TEMPORAL_EXTERNAL_STORAGE_THRESHOLD", "1MB")))
            .contains("STARTED with [localdiskStorageDriver, tenantaStorageDriver], threshold 1048576B");
        assertThat(run(Map.of(RIGHT_PREFIX + "S3_SERVERSIDEENCRYPTION_TYPE", "rot13"), BUCKET, REGION))
            .contains("server-side-encryption.type is rot13, which is not a valid type");
    }

    /** Applications can require a prefix of all their variables. */
    @Test
    void aPrefixOfTheApplicationStaysInNames() throws Exception {
        String prefix = "-Dtest.environment-prefix=my-app";
        assertThat(run(Map.of("JAVA_TOOL_OPTIONS", prefix, "MYAPP_TEMPORAL_EXTERNAL_STORAGE_DRIVERS_S3_BUCKET",
                "payloads", "MYAPP_TEMPORAL_EXTERNALSTORAGE_DRIVERS_S3_BUKET", "payloads"), REGION))
            .contains("APPLICATION FAILED TO START")
            .contains("to MYAPP_" + RIGHT_PREFIX + "S3_BUCKET.");
        assertThat(run(Map.of("JAVA_TOOL_OPTIONS", prefix, "TEMPORAL_EXTERNAL_STORAGE_DRIVERS_S3_BUCKET", "another's",
                "MYAPP_TEMPORAL_EXTERNAL_STORAGE_SERVICE_HOST", "10.0.0.1", "MYAPP_" + RIGHT_PREFIX + "S3_BUCKET",
                "payloads"), REGION))
            .contains("STARTED with [s3StorageDriver]");
    }

    /** What resembles no property may be somebody else's. */
    @Test
    void namesThatOnlyBeginAlikeAreToldAndNotRefused() throws Exception {
        assertThat(run(
                Map.of("TEMPORAL_EXTERNAL_STORAGE_UI_HOME", "/ui", "TEMPORAL_EXTERNAL_STORAGEAPI_SERVICE_HOST",
                        "10.0.0.1", "SPRING_APPLICATION_JSON", "{\"temporal.external-storage-ui.port\": 1}"),
                BUCKET, REGION))
            .contains("STARTED with [s3StorageDriver]")
            .contains("TEMPORAL_EXTERNAL_STORAGE_UI_HOME is an environment variable that begins as those of");
        assertThat(run(Map.of("TEMPORAL_EXTERNALSTORAGETHRESHOLD", "1MB", "TEMPORAL_EXTERNALSTORAGE_DRIVER_S3_BUCKET",
                "payloads", "TEMPORAL_EXTERNAL_STORAGE_DRIVERS_S3_COLOUR", "red"), BUCKET, REGION))
            .contains("APPLICATION FAILED TO START")
            .contains("Rename TEMPORAL_EXTERNALSTORAGETHRESHOLD to TEMPORAL_EXTERNALSTORAGE_THRESHOLD.")
            .contains("to TEMPORAL_EXTERNALSTORAGE_DRIVERS_S3_COLOUR.");
        assertThat(run(Map.of("TEMPORAL_EXTERNALSTORAGE_DRIVER_S3_BUCKET", "payloads"), REGION))
            .contains("APPLICATION FAILED TO START")
            .contains("Rename TEMPORAL_EXTERNALSTORAGE_DRIVER_S3_BUCKET to " + RIGHT_PREFIX + "S3_BUCKET.");
    }

    /** Kubernetes sets these for services with such names. */
    @Test
    void serviceLinksAndVariablesOfTheApplicationAreNoProperties() throws Exception {
        assertThat(run(
                Map.ofEntries(Map.entry("TEMPORAL_EXTERNAL_STORAGE_SERVICE_HOST", "10.0.0.1"),
                        Map.entry("TEMPORAL_EXTERNAL_STORAGE_SERVICE_PORT", "80"),
                        Map.entry("TEMPORAL_EXTERNAL_STORAGE_SERVICE_PORT_HTTP", "80"),
                        Map.entry("TEMPORAL_EXTERNAL_STORAGE_PORT", "tcp://10.0.0.1:80"),
                        Map.entry("TEMPORAL_EXTERNAL_STORAGE_PORT_80_TCP", "tcp://10.0.0.1:80"),
                        Map.entry("TEMPORAL_EXTERNAL_STORAGE_PORT_80_TCP_PROTO", "tcp"),
                        Map.entry("TEMPORAL_EXTERNAL_STORAGE_PORT_80_TCP_PORT", "80"),
                        Map.entry("TEMPORAL_EXTERNAL_STORAGE_PORT_80_TCP_ADDR", "10.0.0.1"),
                        Map.entry("TEMPORAL_EXTERNAL_STORAGE_MINIO_SERVICE_HOST", "fd00::1"),
                        Map.entry("TEMPORAL_EXTERNALSTORAGE_SERVICE_HOST", "10.0.0.1"),
                        Map.entry("TEMPORAL_EXTERNALSTORAGE_SERVICE_PORT", "80"),
                        Map.entry("TEMPORAL_EXTERNALSTORAGE_PORT", "tcp://10.0.0.1:80"),
                        Map.entry("TEMPORAL_EXTERNALSTORAGE_PORT_80_TCP", "tcp://10.0.0.1:80"),
                        Map.entry("TEMPORAL_EXTERNALSTORAGE_PORT_80_TCP_ADDR", "10.0.0.1"),
                        Map.entry("TEMPORAL_EXTERNAL_STORAGE_BUCKET", "payloads")),
                "--temporal.external-storage.drivers.s3.bucket=${TEMPORAL_EXTERNAL_STORAGE_BUCKET}", REGION))
            .contains("STARTED with [s3StorageDriver], threshold 262144B");
    }

    @Test
    void mountedFilesMayEndWithLineBreaks() throws Exception {
        Path driver = Files.createDirectories(this.directory.resolve("temporal/external-storage/drivers/s3"));
        Files.writeString(driver.resolve("bucket"), "payloads\r\n\n");
        Files.writeString(driver.resolve("region"), "\ufeffeu-west-1\n");
        Files.writeString(driver.resolve("api-call-timeout"), "20s\n\n");
        Path credentials = Files.createDirectories(driver.resolve("credentials"));
        Files.writeString(credentials.resolve("access-key-id"), "id\n\n");
        Path secret = Files.writeString(credentials.resolve("secret-access-key"), "hunter2\n\n");
        Map<String, String> mounted = Map.of("SPRING_CONFIG_IMPORT", "configtree:" + this.directory + "/");
        assertThat(run(mounted)).contains("STARTED with [s3StorageDriver]");
        Files.writeString(secret, "hun\nter2");
        assertThat(run(mounted)).contains("APPLICATION FAILED TO START")
            .contains("secret-access-key has a value that contains a line break, \\u000a.")
            .doesNotContain("ter2");
    }

    @Test
    void noDriverIsToldWhereThereAreOtherProperties() throws Exception {
        assertThat(run(Map.of("TEMPORAL_EXTERNALSTORAGE_THRESHOLD", "1MB"))).contains("STARTED with []")
            .contains("WARN")
            .contains("temporal.external-storage.drivers has no driver");
        assertThat(run(Map.of("TEMPORAL_EXTERNAL_STORAGE_ENABLED", "false"), BUCKET, REGION))
            .contains("STARTED with []");
    }

    private static String run(Map<String, String> variables, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC", "-Xmx256m", "-classpath", System.getProperty("java.class.path"),
                        RealEnvironmentApplication.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf((name) -> name.startsWith("TEMPORAL_") || name.startsWith("SPRING_"));
        builder.environment().putAll(variables);
        Process process = builder.start();
        try {
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return output;
        }
        finally {
            process.destroyForcibly();
        }
    }

}
