package com.example.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a user reads who has typed something wrong. */
@ExtendWith(OutputCaptureExtension.class)
class WrongConfigurationTests {

    private static void start(String property) {
        assertThatThrownBy(() -> new SpringApplicationBuilder(ConsumerApplication.class).run(
                "--spring.temporal.test-server.enabled=true", "--server.port=0",
                "--temporal.external-storage." + property))
            .isNotNull();
    }

    @Test
    void anUnknownPropertyIsNamedWithTheOneThatWasMeant(CapturedOutput output) {
        start("drivers.s3.regoin=eu-west-1");
        assertThat(output).contains("APPLICATION FAILED TO START")
            .contains("temporal.external-storage.drivers.s3.regoin is not a valid property")
            .contains("Change it to temporal.external-storage.drivers.s3.region");
    }

    @Test
    void aMissingBucketIsNamedWithWhatToSet(CapturedOutput output) {
        start("drivers.s3.bucket=");
        assertThat(output).contains("APPLICATION FAILED TO START")
            .contains("Set temporal.external-storage.drivers.s3.bucket");
    }

    @Test
    void aThresholdThatIsNoSizeIsNamedWithAnExample(CapturedOutput output) {
        start("threshold=large");
        assertThat(output).contains("APPLICATION FAILED TO START")
            .contains("Set temporal.external-storage.threshold to a size such as 256KB");
    }

}
