package io.github.claimcheck.temporal.store.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class LocalDiskStorageDriverAutoConfigurationTests {

    private static final String DIRECTORY = "temporal.external-storage.drivers.local-disk.directory";

    @TempDir
    Path temporary;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all());

    @Test
    void makesTheDirectoryAndStoresIntoIt() {
        Path directory = this.temporary.resolve("not/there/yet");
        Payload payload = Payloads.of("one".getBytes(StandardCharsets.UTF_8));

        this.runner.withPropertyValues(DIRECTORY + "=" + directory).run((context) -> {
            StorageDriver driver = context.getBean(StorageDriver.class);
            assertThat(driver.getName()).isEqualTo("local-disk");
            assertThat(driver.getType()).isEqualTo("local-disk");
            List<StorageDriverClaim> claims = driver.store(StorageContexts.store(null), List.of(payload)).join();
            assertThat(driver.retrieve(StorageContexts.retrieve(), claims).join()).containsExactly(payload);
        });

        assertThat(directory.resolve("v0/d/sha256/" + Payloads.sha256(payload.toByteArray()))).exists();
    }

    @Test
    void refusesAPayloadOverTheLimitAndNamesTheProperty() {
        this.runner
            .withPropertyValues(DIRECTORY + "=" + this.temporary, "temporal.external-storage.threshold=1KB",
                    "temporal.external-storage.drivers.local-disk.max-payload-size=1KB")
            .run((context) -> assertThat(context.getBean(StorageDriver.class)
                .store(StorageContexts.store(null), List.of(Payloads.ofSerializedSize(1025))))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining("1025 bytes")
                .withMessageContaining("1024 bytes")
                .withMessageContaining("temporal.external-storage.drivers.local-disk.max-payload-size"));
    }

    @Test
    void namesThePropertyWhenTheDirectoryIsAFile() throws IOException {
        Path file = Files.writeString(this.temporary.resolve("file"), "not a directory");

        this.runner.withPropertyValues(DIRECTORY + "=" + file).run((context) -> assertRefused(context, file));
    }

    @Test
    void namesThePropertyWhenTheDirectoryCannotBeMade() throws IOException {
        Path below = Files.writeString(this.temporary.resolve("file"), "not a directory").resolve("payloads");

        this.runner.withPropertyValues(DIRECTORY + "=" + below).run((context) -> assertRefused(context, below));
    }

    @Test
    void namesThePropertyWhenTheDirectoryCannotBeWrittenTo() throws IOException {
        // A file where the driver writes first: the tests may run as a user whom no
        // permission stops.
        Files.writeString(this.temporary.resolve(".tmp"), "not a directory");

        this.runner.withPropertyValues(DIRECTORY + "=" + this.temporary)
            .run((context) -> assertRefused(context, this.temporary));
    }

    @Test
    void namesThePropertyWhenThereIsNoDirectory() {
        this.runner.withPropertyValues("temporal.external-storage.drivers.local-disk.max-payload-size=1MB")
            .run((context) -> assertThat(analysis(context).getAction()).contains("Set " + DIRECTORY));
    }

    private static void assertRefused(AssertableApplicationContext context, Path directory) {
        FailureAnalysis analysis = analysis(context);
        assertThat(analysis.getDescription()).contains(DIRECTORY + " is " + directory);
        assertThat(analysis.getAction()).contains("Set " + DIRECTORY);
    }

    private static FailureAnalysis analysis(AssertableApplicationContext context) {
        assertThat(context).hasFailed();
        return FailureReport.of(context.getStartupFailure());
    }

}
