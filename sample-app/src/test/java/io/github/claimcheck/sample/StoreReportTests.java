package io.github.claimcheck.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.sample.history.PayloadRow;
import io.github.claimcheck.sample.history.PayloadRow.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;

/**
 * What holds for the application with each profile that has a store of its own. The
 * application ends with the tests of a class, because the server of its store does.
 */
@DirtiesContext
@ExtendWith(OutputCaptureExtension.class)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = { "sample.orders-file=target/test-data/orders.csv", "sample.orders-size=1MB" })
abstract class StoreReportTests {

    private final String driver;

    private final String bucket;

    private final String keyPrefix;

    @LocalServerPort
    private int port;

    /**
     * {@code bucket} is null, and so absent from the report's history, where the store
     * has none.
     */
    StoreReportTests(String driver, String bucket, String keyPrefix) {
        this.driver = driver;
        this.bucket = bucket;
        this.keyPrefix = keyPrefix;
    }

    /** What the store holds, asked past the application. */
    abstract byte[] stored(PayloadRow row) throws Exception;

    @Test
    void runAtStartPrintsWhatBecameOfThePayloads(CapturedOutput output) {
        String kept = Pattern.quote(this.driver) + " +" + (this.bucket != null ? this.bucket : "-");
        assertThat(output)
            .containsPattern(
                    "1  WorkflowExecutionStarted +input.payloads\\[0\\] +1\\.0 MiB +reference +" + kept + " +\\[1\\]")
            .containsPattern("\\[1\\] " + Pattern.quote(this.keyPrefix) + ".*[0-9a-f]{64}")
            .containsPattern("store +driver " + this.driver + ", error none: [1-9]\\d* calls, \\d+ ms in total")
            .contains("http://localhost:" + this.port + "/actuator/metrics/temporal.external.storage.store");
    }

    @Test
    void reportIsRightAndItsPayloadsAreInTheStore() {
        ReportClient client = new ReportClient(this.port);
        TestOrders orders = TestOrders.generate(20_000);

        String workflowId = client.start(orders.csv());
        byte[] report = client.awaitReport(workflowId).getResponseBody();

        assertThat(report).asString(StandardCharsets.UTF_8)
            .contains(TestOrders.figures("total", orders.orders(), orders.units(), orders.revenue()));
        List<PayloadRow> references = client.history(workflowId)
            .stream()
            .filter(row -> row.kind() == Kind.REFERENCE)
            .toList();
        assertThat(references).hasSize(7).allSatisfy(row -> {
            assertThat(row.driver()).isEqualTo(this.driver);
            assertThat(row.bucket()).isEqualTo(this.bucket);
            assertThat(row.key()).startsWith(this.keyPrefix).contains(workflowId);
            byte[] stored = stored(row);
            assertThat(stored).hasSize((int) row.payloadBytes());
            assertThat(row.key()).endsWith(StoredFiles.sha256(stored));
        });
    }

    @Test
    void applicationIsHealthy() {
        new ReportClient(this.port).get("/actuator/health").expectStatus().isOk();
    }

}
