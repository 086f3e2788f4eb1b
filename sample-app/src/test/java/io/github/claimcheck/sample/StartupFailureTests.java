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
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class StartupFailureTests {

    @Test
    void takenS3Port(CapturedOutput output) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            startAndFail("--sample.s3.port=" + taken.getLocalPort());

            assertThat(output)
                    .contains("APPLICATION FAILED TO START")
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
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }

        startAndFail(
                "--spring.profiles.active=external",
                "--TEMPORAL_ADDRESS=127.0.0.1:" + port,
                "--S3_BUCKET=temporal-payloads",
                "--temporal.external-storage.drivers.s3.region=us-east-1");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("No Temporal server answers at 127.0.0.1:" + port)
                .contains("TEMPORAL_ADDRESS")
                .doesNotContain("\tat ");
    }

    @Test
    void reportAtStartFailsWithoutExternalStorage(CapturedOutput output) {
        startAndFail("--temporal.external-storage.enabled=false");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The report created at start failed")
                .contains("received message larger than max");
    }

    private static void startAndFail(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--server.port=0");
        all.add("--sample.store-directory=target/test-data/s3");
        all.add("--sample.orders-file=target/test-data/orders.csv");

        assertThatException()
                .isThrownBy(() -> SpringApplication.run(SampleApplication.class, all.toArray(String[]::new))
                        .close());
    }
}
