package com.example.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import io.github.claimcheck.temporal.testing.S3Proxy;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.DefaultDataConverter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * The application with a Temporal server in the same process and an S3 server beside it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "spring.temporal.test-server.enabled=true")
class LargePayloadTests {

    private static final String BUCKET = "documents";

    private static final int THRESHOLD = 256 * 1024;

    private static S3Proxy s3;

    @Autowired
    private WorkflowClient client;

    @LocalServerPort
    private int port;

    @BeforeAll
    static void startS3() throws Exception {
        s3 = new S3Proxy();
        Files.createDirectory(s3.directoryOf(BUCKET));
    }

    @AfterAll
    static void stopS3() {
        s3.close();
    }

    /**
     * What only the test needs: the application's own YAML names the bucket and the
     * region.
     */
    @DynamicPropertySource
    static void s3Properties(DynamicPropertyRegistry registry) {
        registry.add("temporal.external-storage.drivers.s3.endpoint", () -> s3.getEndpoint());
        registry.add("temporal.external-storage.drivers.s3.path-style-access", () -> true);
        registry.add("temporal.external-storage.drivers.s3.credentials.access-key-id", () -> S3Proxy.ACCESS_KEY_ID);
        registry.add("temporal.external-storage.drivers.s3.credentials.secret-access-key",
                () -> S3Proxy.SECRET_ACCESS_KEY);
    }

    @Test
    void threeMegabytesGoThroughAWorkflowAndItsHistoryHoldsReferencesToTheBucket() throws Exception {
        Document document = document();
        Document redacted = new Document(document.title(), document.text().replaceAll("[0-9]", "#"));

        WorkflowStub workflow = this.client.newUntypedWorkflowStub("RedactionWorkflow",
                WorkflowOptions.newBuilder().setTaskQueue(RedactionWorkflow.TASK_QUEUE).build());
        String workflowId = workflow.start(document).getWorkflowId();
        assertThat(workflow.getResult(Document.class)).isEqualTo(redacted);

        List<HistoryEvent> events = this.client.fetchHistory(workflowId).getEvents();
        assertThat(events).isNotEmpty().allMatch((event) -> event.getSerializedSize() < THRESHOLD);
        List<Payload> payloads = payloads(events);
        // Workflow input, activity input, activity result, workflow result.
        assertThat(payloads).hasSize(4);

        // The input is stored before there is a run.
        String runId = workflow.describe().getExecution().getRunId();
        String anyRun = "v0/ns/default/wt/RedactionWorkflow/wi/" + workflowId + "/ri/";
        String inRun = anyRun + runId + "/d/sha256/[0-9a-f]{64}";
        List<Document> expected = List.of(document, document, redacted, redacted);
        Set<String> keys = new LinkedHashSet<>();
        for (int i = 0; i < payloads.size(); i++) {
            String key = assertReference(payloads.get(i), expected.get(i));
            assertThat(key).matches((i == 0) ? anyRun + "null/d/sha256/[0-9a-f]{64}" : inRun);
            keys.add(key);
        }
        assertThat(s3.filesOf(BUCKET)).containsExactlyInAnyOrderElementsOf(keys);
        assertMeter("store");
        assertMeter("retrieve");
    }

    private static List<Payload> payloads(List<HistoryEvent> events) {
        List<Payload> payloads = new ArrayList<>();
        for (HistoryEvent event : events) {
            switch (event.getEventType()) {
                case EVENT_TYPE_WORKFLOW_EXECUTION_STARTED ->
                    payloads.addAll(event.getWorkflowExecutionStartedEventAttributes().getInput().getPayloadsList());
                case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED ->
                    payloads.addAll(event.getActivityTaskScheduledEventAttributes().getInput().getPayloadsList());
                case EVENT_TYPE_ACTIVITY_TASK_COMPLETED ->
                    payloads.addAll(event.getActivityTaskCompletedEventAttributes().getResult().getPayloadsList());
                case EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED ->
                    payloads.addAll(event.getWorkflowExecutionCompletedEventAttributes().getResult().getPayloadsList());
                default -> {
                }
            }
        }
        return payloads;
    }

    /** Returns the key of the object that the payload refers to. */
    private static String assertReference(Payload payload, Document expected) throws Exception {
        assertThat(payload.getMetadataMap()).hasSize(2);
        assertThat(payload.getMetadataOrThrow("encoding").toStringUtf8()).isEqualTo("json/protobuf");
        assertThat(payload.getMetadataOrThrow("messageType").toStringUtf8())
            .isEqualTo("temporal.api.sdk.v1.ExternalStorageReference");

        DocumentContext reference = JsonPath.parse(payload.getData().toStringUtf8());
        assertThat(reference.<Map<String, Object>>read("$")).containsOnlyKeys("driverName", "claimData");
        assertThat(reference.<String>read("$.driverName")).isEqualTo("aws.s3driver");
        Map<String, String> claim = reference.read("$.claimData");
        assertThat(claim).containsOnlyKeys("bucket", "key", "hash_algorithm", "hash_value")
            .containsEntry("bucket", BUCKET)
            .containsEntry("hash_algorithm", "sha256");

        String key = claim.get("key");
        byte[] object = Files.readAllBytes(s3.directoryOf(BUCKET).resolve(key));
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(object));
        assertThat(claim.get("hash_value")).isEqualTo(digest);
        assertThat(key).endsWith("/d/sha256/" + digest);
        assertThat(payload.getExternalPayloadsList()).singleElement()
            .satisfies((details) -> assertThat(details.getSizeBytes()).isEqualTo(object.length));
        assertThat(DefaultDataConverter.STANDARD_INSTANCE.fromPayload(Payload.parseFrom(object), Document.class,
                Document.class))
            .isEqualTo(expected);
        return key;
    }

    private void assertMeter(String operation) {
        String uri = "http://127.0.0.1:" + this.port + "/actuator/metrics/temporal.external.storage." + operation;
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
        // The last operation is counted a moment after its caller went on.
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            HttpResponse<String> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            DocumentContext meter = JsonPath.parse(response.body());
            assertThat(meter.<List<Double>>read("$.measurements[?(@.statistic == 'COUNT')].value")).singleElement()
                .satisfies((count) -> assertThat(count).isGreaterThanOrEqualTo(4));
            assertThat(meter.<List<Map<String, Object>>>read("$.availableTags")).containsExactlyInAnyOrder(
                    Map.of("tag", "driver", "values", List.of("aws.s3driver")),
                    Map.of("tag", "type", "values", List.of("aws.s3driver")),
                    Map.of("tag", "error", "values", List.of("none")));
        });
    }

    private static Document document() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; text.length() < 3 * 1024 * 1024; i++) {
            text.append("Account ").append(i * 7919L).append(" owes \u20ac ").append(i).append(".\n");
        }
        return new Document("Accounts", text.toString());
    }

}
