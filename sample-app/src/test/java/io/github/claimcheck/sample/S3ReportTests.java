package io.github.claimcheck.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.claimcheck.sample.history.PayloadRow;
import io.github.claimcheck.sample.history.PayloadRow.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

@ExtendWith(OutputCaptureExtension.class)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = { "sample.store-directory=target/test-data/s3", "sample.orders-file=target/test-data/orders.csv",
                "sample.max-upload-size=8MB",
                // Nothing listens there, and nothing is to notice.
                "spring.data.redis.port=1" })
class S3ReportTests {

    private static final int THRESHOLD = 256 * 1024;

    private static final Path BUCKET = Path.of("target/test-data/s3/temporal-payloads");

    @LocalServerPort
    private int port;

    private ReportClient client;

    @BeforeEach
    void createClient() {
        client = new ReportClient(port);
    }

    @Test
    void runAtStartPrintsWhatBecameOfThePayloads(CapturedOutput output) {
        assertThat(output)
            .containsPattern("1  WorkflowExecutionStarted +input.payloads\\[0\\] +5\\.0 MiB +reference +"
                    + "aws.s3driver +temporal-payloads +\\[1\\]")
            .containsPattern(
                    "\\[1\\] v0/ns/default/wt/ReportWorkflow/wi/report-[-0-9a-f]+/ri/null/d/sha256/[0-9a-f]{64}")
            .containsPattern("ActivityTaskCompleted +result.payloads\\[0\\] +\\d\\.\\d KiB +inline +- +- +-")
            .containsPattern("store +driver aws.s3driver, error none: [1-9]\\d* calls, \\d+ ms in total")
            .containsPattern("retrieve +driver aws.s3driver, error none: [1-9]\\d* calls, \\d+ ms in total")
            .contains("http://localhost:" + port + "/actuator/metrics/temporal.external.storage.store");
    }

    @Test
    void reportOnALargeFileIsRightAndItsPayloadsAreInTheBucket() {
        TestOrders orders = TestOrders.generate(99_000);
        assertThat(orders.csv()).hasSizeGreaterThan(5_000_000);

        String workflowId = client.start(orders.csv());
        var response = client.awaitReport(workflowId);

        assertThat(response.getStatus()).isEqualTo(HttpStatus.OK);
        assertThat(response.getResponseHeaders().getContentType())
            .isEqualTo(MediaType.parseMediaType("text/html;charset=UTF-8"));
        String report = new String(response.getResponseBody(), StandardCharsets.UTF_8);
        assertThat(report).contains(TestOrders.figures("total", orders.orders(), orders.units(), orders.revenue()))
            .containsPattern("<tr><td>DE<td>33000<td>\\d+<td>" + Pattern.quote(orders.germanRevenue()) + "\n")
            .contains("<tr><td>duplicate id<td>1\n")
            .contains("<tr><td>bad quantity<td>1\n")
            .contains("<td>Customer &lt;49&gt; &amp; Co<td>");
        assertThat(report.split("<td>T-", -1)).hasSize(orders.orders() + 1);

        List<PayloadRow> history = client.history(workflowId);
        assertThat(history).extracting(PayloadRow::eventType, PayloadRow::kind)
            .containsExactly(tuple("WorkflowExecutionStarted", Kind.REFERENCE),
                    tuple("ActivityTaskScheduled", Kind.REFERENCE), tuple("ActivityTaskCompleted", Kind.REFERENCE),
                    tuple("ActivityTaskScheduled", Kind.REFERENCE), tuple("ActivityTaskCompleted", Kind.INLINE),
                    tuple("ActivityTaskScheduled", Kind.REFERENCE), tuple("ActivityTaskScheduled", Kind.INLINE),
                    tuple("ActivityTaskCompleted", Kind.REFERENCE),
                    tuple("WorkflowExecutionCompleted", Kind.REFERENCE));
        assertThat(history).allSatisfy(row -> assertThat(row.historyBytes()).isLessThan(THRESHOLD));
        assertThat(history).filteredOn(row -> row.kind() == Kind.REFERENCE).allSatisfy(row -> {
            assertThat(row.payloadBytes()).isGreaterThanOrEqualTo(THRESHOLD);
            assertThat(row.driver()).isEqualTo("aws.s3driver");
            assertThat(row.bucket()).isEqualTo("temporal-payloads");
            assertThat(row.key()).startsWith("v0/ns/default/wt/ReportWorkflow/wi/" + workflowId + "/ri/");
            Path object = BUCKET.resolve(row.key());
            assertThat(object).hasSize(row.payloadBytes());
            assertThat(row.key()).endsWith("/d/sha256/" + StoredFiles.sha256(object));
        });
    }

    @Test
    void metersAreUnderActuator() {
        client.awaitReport(client.start(TestOrders.generate(10_000).csv()));

        for (String operation : List.of("store", "retrieve")) {
            client
                .get("/actuator/metrics/temporal.external.storage." + operation
                        + "?tag=driver:aws.s3driver&tag=error:none")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.measurements[?(@.statistic == 'COUNT')].value")
                .value(count -> assertThat(((List<?>) count).get(0)).asInstanceOf(InstanceOfAssertFactories.DOUBLE)
                    .isPositive())
                .jsonPath("$.availableTags[?(@.tag == 'type')].values")
                .isNotEmpty();
        }
    }

    @Test
    void applicationIsHealthyWithoutTheStoresOfTheOtherProfiles() {
        client.get("/actuator/health").expectStatus().isOk();
    }

    @Test
    void browserGetsTheHistoryAsJson() {
        String workflowId = client.start(TestOrders.generate(10).csv());

        client
            .get("/reports/" + workflowId + "/history", MediaType.TEXT_HTML, MediaType.APPLICATION_XHTML_XML,
                    MediaType.APPLICATION_XML, MediaType.ALL)
            .expectHeader()
            .contentType(MediaType.APPLICATION_JSON);
    }

    @Test
    void malformedFileFailsTheReportWithTheReason() {
        var response = client.awaitReport(client.start("id,date\n1,2025-01-01\n".getBytes(StandardCharsets.UTF_8)));

        assertThat(response.getStatus()).isEqualTo(HttpStatus.UNPROCESSABLE_CONTENT);
        assertThat(response.getResponseBody()).asString(StandardCharsets.UTF_8)
            .contains("The header row lacks the columns [customer, country, product, quantity, unit_price]");
    }

    @Test
    void emptyFileIsRefused() {
        assertThat(client.post(new byte[0]).getStatus()).isEqualTo(HttpStatus.BAD_REQUEST);
    }

    @Test
    void fileOverTheLimitIsRefused() {
        var response = client.post(new byte[8 * 1024 * 1024 + 1]);

        assertThat(response.getStatus()).isEqualTo(HttpStatus.CONTENT_TOO_LARGE);
        assertThat(response.getResponseBody().get("detail").toString()).contains("sample.max-upload-size");
    }

    @Test
    void unknownReportIsNotFound() {
        assertThat(client.report("report-unknown").getStatus()).isEqualTo(HttpStatus.NOT_FOUND);
        client.get("/reports/report-unknown/history").expectStatus().isNotFound();
    }

}
