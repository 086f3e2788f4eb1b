package io.github.claimcheck.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.sample.history.PayloadRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.TestPropertySource;

@ActiveProfiles("local-disk")
@TestPropertySource(properties = "sample.store-directory=target/test-data/local-disk")
class LocalDiskReportTests extends StoreReportTests {

    @Autowired
    private Environment environment;

    LocalDiskReportTests() {
        super("local-disk", null, "v0/ns/default/wt/ReportWorkflow/wi/report-");
    }

    @Override
    byte[] stored(PayloadRow row) throws IOException {
        return Files.readAllBytes(StoredFiles.find(Path.of("target/test-data/local-disk"), row));
    }

    @Test
    void noS3ServerRuns() {
        assertThat(this.environment.getProperty("sample.s3.endpoint")).isNull();
    }

}
