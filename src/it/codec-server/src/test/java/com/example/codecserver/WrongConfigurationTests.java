package com.example.codecserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What is wrong stops the start, and the report names the property. */
@Tag("one-framework")
@ExtendWith(OutputCaptureExtension.class)
class WrongConfigurationTests {

    private static final String PREFIX = "temporal.external-storage.codec-server.";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            path | /temporal/codec/
            allowed-origins[0] | *
            max-payloads | many
            post-storage-codecs[0] | none
            enabled | maybe
            """)
    void theReportNamesTheProperty(String property, String value, CapturedOutput output) {
        assertThatThrownBy(() -> Server.start(PREFIX + property + "=" + value).close()).isNotNull();
        assertThat(output.getAll()).contains("APPLICATION FAILED TO START")
            .contains(PREFIX + property.replaceFirst("^post-storage-codecs.*", "post-storage-codecs"));
    }

    @Test
    void anUnknownPropertyIsNoSilence(CapturedOutput output) {
        assertThatThrownBy(() -> Server.start(PREFIX + "allowed-origin=http://localhost:8233").close()).isNotNull();
        assertThat(output.getAll()).contains(PREFIX + "allowed-origin");
    }

}
