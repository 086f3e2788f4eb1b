package io.github.claimcheck.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.sample.history.PayloadRow;
import io.github.claimcheck.sample.history.PayloadRow.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ActiveProfiles;

@ActiveProfiles("local-disk")
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"sample.run-at-start=false", "sample.store-directory=target/test-data/local-disk"})
class LocalDiskReportTests {

    @LocalServerPort
    private int port;

    @Autowired
    private Environment environment;

    @Test
    void payloadsAreInTheDirectoryAndNoS3ServerRuns() {
        ReportClient client = new ReportClient(port);
        TestOrders orders = TestOrders.generate(20_000);

        String workflowId = client.start(orders.csv());
        byte[] report = client.awaitReport(workflowId).getResponseBody();

        assertThat(report)
                .asString(StandardCharsets.UTF_8)
                .contains(TestOrders.figures("total", orders.orders(), orders.units(), orders.revenue()));
        List<PayloadRow> references = client.history(workflowId).stream()
                .filter(row -> row.kind() == Kind.REFERENCE)
                .toList();
        assertThat(references).hasSize(7).allSatisfy(row -> {
            assertThat(row.driver()).isEqualTo("local-disk");
            assertThat(row.bucket()).isNull();
            assertThat(StoredFiles.find(Path.of("target/test-data/local-disk"), row))
                    .hasSize(row.payloadBytes());
        });
        assertThat(environment.getProperty("sample.s3.endpoint")).isNull();
    }
}
