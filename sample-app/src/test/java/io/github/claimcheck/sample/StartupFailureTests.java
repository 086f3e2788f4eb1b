package io.github.claimcheck.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class StartupFailureTests {

    @Test
    void takenS3Port(CapturedOutput output) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            startAndFail("--sample.s3.port=" + taken.getLocalPort());

            assertThat(output).contains("APPLICATION FAILED TO START")
                .contains("The S3 server cannot listen on port " + taken.getLocalPort())
                .contains("set sample.s3.port");
        }
    }

    @Test
    void missingS3Server(CapturedOutput output) {
        startAndFail("--sample.s3.jar=target/nowhere.jar");

        assertThat(output).contains("APPLICATION FAILED TO START").contains("nowhere.jar");
    }

    @Test
    void absentTemporalServer(CapturedOutput output) throws IOException {
        int port = StoreServer.freePort();

        startAndFail("--spring.profiles.active=external", "--TEMPORAL_ADDRESS=127.0.0.1:" + port,
                "--S3_BUCKET=temporal-payloads", "--temporal.external-storage.drivers.s3.region=us-east-1");

        assertThat(output).contains("APPLICATION FAILED TO START")
            .contains("No Temporal server answers at 127.0.0.1:" + port)
            .contains("TEMPORAL_ADDRESS")
            .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"',
            value = { "gcs   | GCS_ENDPOINT     | http://localhost:%d | go run github.com/fsouza/fake-gcs-server@",
                    "azure | AZURITE_ENDPOINT | http://localhost:%d | npx --yes --package azurite@",
                    "redis | REDIS_PORT       | %d                  | redis-server --save ''", })
    void absentStore(String profile, String variable, String value, String command, CapturedOutput output)
            throws IOException {
        int port = StoreServer.freePort();

        startAndFail("--spring.profiles.active=" + profile, "--" + variable + "=" + value.formatted(port));

        assertThat(output).contains("APPLICATION FAILED TO START")
            .containsPattern("No store answers at (http://)?localhost:" + port + ": .*Connection refused")
            .contains(command)
            .contains("set the environment variable")
            .contains(variable)
            .doesNotContain("\tat ");
    }

    @Test
    void reportAtStartFailsWithoutExternalStorage(CapturedOutput output) {
        startAndFail("--temporal.external-storage.enabled=false");

        assertThat(output).contains("APPLICATION FAILED TO START")
            .contains("The report created at start failed")
            .contains("received message larger than max");
    }

    private static void startAndFail(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--server.port=0");
        all.add("--sample.store-directory=target/test-data/s3");
        all.add("--sample.orders-file=target/test-data/orders.csv");

        assertThatException()
            .isThrownBy(() -> SpringApplication.run(SampleApplication.class, all.toArray(String[]::new)).close());
    }

}
