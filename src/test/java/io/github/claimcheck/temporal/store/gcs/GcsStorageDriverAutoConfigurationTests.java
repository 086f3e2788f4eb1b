package io.github.claimcheck.temporal.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.payload.storage.StorageDriver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * What a driver of the type {@code gcs} is made from, and what is said where it cannot be
 * made. No request is sent.
 */
@ExtendWith(OutputCaptureExtension.class)
class GcsStorageDriverAutoConfigurationTests {

    private static final String PREFIX = "temporal.external-storage.drivers.gcs.";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all());

    private final ApplicationContextRunner emulator = this.runner.withPropertyValues(PREFIX + "bucket=payloads",
            PREFIX + "endpoint=http://localhost:4443", PREFIX + "project-id=test");

    @TempDir
    Path directory;

    @Test
    void anEmulatorNeedsNoCredentials() {
        this.emulator.run((context) -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean("gcsStorageDriver", StorageDriver.class).getType()).isEqualTo("gcp.gcsdriver");
        });
    }

    @Test
    void noBucket() {
        assertThat(failure(this.runner, "project-id=test")).hasMessageContaining("drivers.gcs.bucket is not set")
            .satisfies(advises("Set " + PREFIX + "bucket"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "gs://payloads", "payloads/path", "Payloads" })
    void anythingButANameForABucket(String bucket) {
        assertThat(failure(this.emulator, "bucket=" + bucket)).hasMessageContaining(bucket)
            .satisfies(advises("without gs://"))
            .satisfies(advises(PREFIX + "key-prefix"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "/", "a//b", "/a", "..", "a/../b", "./a" })
    void aKeyPrefixWithEmptySegmentsOrDots(String keyPrefix) {
        assertThat(failure(this.emulator, "key-prefix=" + keyPrefix)).hasMessageContaining(PREFIX + "key-prefix")
            .satisfies(advises("separated by single slashes"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "localhost:4443", "ftp://localhost" })
    void anEndpointThatIsNoUrl(String endpoint) {
        assertThat(failure(this.emulator, "endpoint=" + endpoint)).hasMessageContaining(endpoint)
            .satisfies(advises("Set " + PREFIX + "endpoint to a URL such as http://localhost:4443"));
    }

    @Test
    void credentialsInTheEndpointAreNotPrinted() {
        assertThat(failure(this.emulator, "endpoint=http://id:hunter2@localhost:4443"))
            .satisfies(advises(PREFIX + "credentials-location"))
            .satisfies((failure) -> assertThat(failure.toString()).doesNotContain("hunter2"));
    }

    @ParameterizedTest
    @CsvSource({ "api-call-timeout, 60s", "read-timeout, 20s" })
    void refusesATimeoutOfZero(String property, String defaultTimeout) {
        assertThat(failure(this.emulator, property + "=0s")).hasMessageContaining(PREFIX + property)
            .satisfies(advises("a duration such as " + defaultTimeout));
    }

    @Test
    void aCredentialsLocationThatIsNotThere() {
        assertThat(failure(this.emulator, "credentials-location=" + this.directory.resolve("none.json")))
            .hasMessageContaining("none.json, which is not a readable file")
            .satisfies(advises("Set " + PREFIX + "credentials-location to the JSON key file"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "hunter2", "{}", "{\"type\": \"service_account\", \"private_key\": \"hunter2\"}",
            "{\"type\": \"authorized_user\", \"client_id\": \"x\", \"client_secret\": \"hunter2\", "
                    + "\"refresh_token\": \"x\"}" })
    void doesNotQuoteAnInvalidCredentialsFile(String content) throws Exception {
        Path key = Files.writeString(this.directory.resolve("key.json"), content);

        assertThat(failure(this.emulator, "credentials-location=" + key))
            .hasMessageContaining("which is not a valid key file of a service account")
            .hasNoCause()
            .satisfies((failure) -> assertThat(failure.toString()).doesNotContain("hunter2"));
    }

    @Test
    void noCredentialsForCloudStorageItself() {
        assumeTrue(catchThrowable(GoogleCredentials::getApplicationDefault) != null, "This machine has credentials");

        assertThat(failure(this.runner, "bucket=payloads"))
            .hasMessageContaining("there are no Application Default Credentials")
            .satisfies(advises(PREFIX + "credentials-location"))
            .satisfies(advises("GOOGLE_APPLICATION_CREDENTIALS"));
    }

    @Test
    void anUnknownProperty() {
        assertThat(failure(this.emulator, "region=eu-west-1")).isNotNull();
    }

    @Test
    void noLibrary() {
        assertThat(failure(this.emulator.withClassLoader(new FilteredClassLoader("com.google.cloud.storage"))))
            .hasMessageContaining("drivers.gcs has an unknown type, 'gcs'")
            .satisfies(advises("Add the dependency com.google.cloud:google-cloud-storage"));
    }

    @Test
    void otherDriversNeedNoLibrary() {
        this.runner.withClassLoader(new FilteredClassLoader("com.google.cloud", "com.google.auth", "com.google.api"))
            .withPropertyValues("temporal.external-storage.drivers.local-disk.directory=" + this.directory)
            .run((context) -> assertThat(context).hasNotFailed().hasSingleBean(StorageDriver.class));
    }

    @Test
    void namesThePropertiesThatTheApplicationsClientLeavesUnused(CapturedOutput output) {
        Storage client = StorageOptions.http()
            .setProjectId("own")
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();

        this.emulator.withBean(Storage.class, () -> client)
            .withPropertyValues(PREFIX + "read-timeout=5s", PREFIX + "credentials-location=none.json")
            .run((context) -> assertThat(context).hasNotFailed());

        assertThat(output.getAll()).contains("The application's Storage bean is used, so these properties of "
                + "temporal.external-storage.drivers.gcs have no effect: project-id, endpoint, credentials-location, "
                + "read-timeout");
    }

    private static Throwable failure(ApplicationContextRunner runner, String... properties) {
        Throwable[] failure = new Throwable[1];
        runner.withPropertyValues(Stream.of(properties).map(PREFIX::concat).toArray(String[]::new)).run((context) -> {
            failure[0] = context.getStartupFailure();
            for (Throwable cause = failure[0]; cause != null; cause = cause.getCause()) {
                if (cause instanceof ExternalStorageConfigurationException) {
                    failure[0] = cause;
                }
            }
        });
        assertThat(failure[0]).as("start-up failure").isNotNull();
        return failure[0];
    }

    private static Consumer<Throwable> advises(String text) {
        return (failure) -> assertThat(((ExternalStorageConfigurationException) failure).getAction()).contains(text);
    }

}
