package io.github.claimcheck.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.github.claimcheck.sample.history.PayloadRow;
import io.temporal.api.common.v1.Payloads;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

/** A Temporal server outside the application; the S3 server is the one inside. */
@ActiveProfiles("external")
@TestPropertySource(properties = { "S3_BUCKET=temporal-payloads", "S3_PATH_STYLE_ACCESS=true",
        "sample.s3.directory=target/test-data/external", "sample.s3.bucket=temporal-payloads",
        "sample.s3.access-key-id=sample", "sample.s3.secret-access-key=sample-secret",
        "temporal.external-storage.drivers.s3.region=us-east-1",
        "temporal.external-storage.drivers.s3.endpoint=${sample.s3.endpoint}",
        "temporal.external-storage.drivers.s3.credentials.access-key-id=sample",
        "temporal.external-storage.drivers.s3.credentials.secret-access-key=sample-secret" })
class ExternalReportTests extends StoreReportTests {

    @RegisterExtension
    static final StoreServer SERVER = StoreServer.temporal();

    private static final String WEB_UI = "http://localhost:8233";

    @Autowired
    private WorkflowClient workflows;

    @LocalServerPort
    private int port;

    ExternalReportTests() {
        super("aws.s3driver", "temporal-payloads", "v0/ns/default/wt/ReportWorkflow/wi/report-");
    }

    @DynamicPropertySource
    static void address(DynamicPropertyRegistry properties) {
        properties.add("TEMPORAL_ADDRESS", () -> "127.0.0.1:" + SERVER.port());
    }

    @Override
    byte[] stored(PayloadRow row) throws IOException {
        return Files.readAllBytes(Path.of("target/test-data/external", row.bucket(), row.key()));
    }

    @Test
    void runAtStartPrintsItsPageInTheWebUi(CapturedOutput output) {
        assertThat(output).containsPattern("(?m)^ +" + WEB_UI + "/namespaces/default/workflows/report-\\S+$");
    }

    @Test
    void webUiMayDownloadTheFileOfAReport() throws InvalidProtocolBufferException {
        byte[] csv = TestOrders.generate(20_000).csv();
        String workflowId = new ReportClient(this.port).start(csv);
        Payloads input = this.workflows.fetchHistory(workflowId)
            .getEvents()
            .get(0)
            .getWorkflowExecutionStartedEventAttributes()
            .getInput();

        String answer = RestTestClient.bindToServer()
            .baseUrl("http://localhost:" + this.port)
            .build()
            .post()
            .uri("/temporal/codec/download?preserveStorageRefs=true")
            .contentType(MediaType.APPLICATION_JSON)
            .header("X-Namespace", "default")
            .header(HttpHeaders.ORIGIN, WEB_UI)
            .body(JsonFormat.printer().print(input))
            .exchange()
            .expectStatus()
            .isOk()
            .expectHeader()
            .valueEquals(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, WEB_UI)
            .expectBody(String.class)
            .returnResult()
            .getResponseBody();

        Payloads.Builder payloads = Payloads.newBuilder();
        JsonFormat.parser().merge(answer, payloads);
        assertThat(payloads.getPayloads(0).getData().toByteArray()).isEqualTo(csv);
    }

}
