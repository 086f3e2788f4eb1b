package com.example.webui;

import static com.example.webui.Documents.json;
import static com.example.webui.Documents.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.example.webui.CommandLine.Result;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.testing.History;
import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;

/** What {@code temporal} prints and sends with {@code --codec-endpoint}. */
@WebUiTest(Program.TEMPORAL)
class CommandLineTests {

    @TempDir
    private Path directory;

    @Autowired
    private WorkflowClient client;

    @Test
    void showPrintsPayloadsOfEachSize() throws Exception {
        Order order = new Order("Ada Lovelace", 3);
        Document input = Documents.large("letter");
        Document result = Workflows.print(this.client, "show", order, input);
        String[] show = { "workflow", "show", "--workflow-id", "show", "--output", "json" };

        JsonNode undecoded = parse(CommandLine.withoutCodecServer(show).output()).get("events").get(0);
        assertThat(undecoded.findValuesAsText("encoding").stream().map(CommandLineTests::text))
            .containsExactly(EncryptionCodec.ENCODING, "json/protobuf");

        JsonNode events = parse(withCodecServer(show)).get("events");
        assertThat(payloads(events.get(0))).containsExactly(json(order), json(input));
        assertThat(payloads(events.get(events.size() - 1))).containsExactly(json(result));
    }

    @Test
    void resultIsPrinted() throws Exception {
        Document result = Workflows.print(this.client, "result", new Order("Ada", 1), Documents.large("letter"));

        assertThat(parse(withCodecServer("workflow", "result", "--workflow-id", "result", "--output", "json"))
            .get("result")).isEqualTo(json(result));
    }

    @Test
    void aLargeInputGoesToTheStoreAndToTheWorkflow() throws Exception {
        Document document = Documents.large("book");
        int objects = Servers.objects();

        withCodecServer("workflow", "start", "--workflow-id", "start", "--type", "FolderWorkflow", "--task-queue",
                WebUiApplication.TASK_QUEUE, "--input-file", file(document));

        assertThat(this.client.newUntypedWorkflowStub("start").query("document", Document.class)).isEqualTo(document);
        assertThat(History.payloads(this.client, "start").get(0)).satisfies(CommandLineTests::isReference);
        assertThat(Servers.objects()).isGreaterThan(objects);
    }

    @Test
    void aSmallInputIsEncrypted() throws Exception {
        withCodecServer("workflow", "start", "--workflow-id", "small", "--type", "FolderWorkflow", "--task-queue",
                WebUiApplication.TASK_QUEUE, "--input", json(Documents.small("note")).toString());

        assertThat(this.client.newUntypedWorkflowStub("small").query("document", Document.class))
            .isEqualTo(Documents.small("note"));
        assertThat(History.payloads(this.client, "small").get(0).getMetadataOrThrow("encoding").toStringUtf8())
            .isEqualTo(EncryptionCodec.ENCODING);
    }

    @Test
    void aLargeAnswerToAQueryIsPrinted() throws Exception {
        Document document = Documents.large("book");
        Workflows.create(this.client, "FolderWorkflow", "query").start(document);

        assertThat(parse(withCodecServer("workflow", "query", "--workflow-id", "query", "--type", "document",
                "--output", "json"))
            .at("/queryResult/0")).isEqualTo(json(document));
    }

    @Test
    void aLargeSignalGoesToTheStoreAndToTheWorkflow() throws Exception {
        WorkflowStub workflow = Workflows.create(this.client, "FolderWorkflow", "signal");
        workflow.start(Documents.small("note"));
        Document document = Documents.large("book");

        withCodecServer("workflow", "signal", "--workflow-id", "signal", "--name", "replace", "--input-file",
                file(document));
        workflow.signal("close");

        assertThat(workflow.getResult(Integer.class)).isEqualTo(document.lines().size());
        assertThat(History.payloads(this.client, "signal")).anySatisfy(CommandLineTests::isReference);
    }

    @Test
    void endpointAuthorizationAndHeadersAreSentAsGiven() throws Exception {
        Order order = new Order("Ada Lovelace", 3);
        Workflows.print(this.client, "gateway", order, Documents.small("note"));

        try (Gateway gateway = new Gateway("/codecs/default")) {
            Result result = CommandLine.withCodecServer(gateway.url() + "/codecs/{namespace}", "workflow", "show",
                    "--workflow-id", "gateway", "--output", "json", "--codec-auth", "Bearer token", "--codec-header",
                    "X-Team=payloads");

            assertThat(payloads(parse(result.output()).get("events").get(0))).contains(json(order));
            assertThat(gateway.headers()).isNotEmpty().allSatisfy((headers) -> {
                assertThat(headers.get("Authorization")).isEqualTo(List.of("Bearer token"));
                assertThat(headers.get("X-Team")).isEqualTo(List.of("payloads"));
                assertThat(headers.get("X-Namespace")).isEqualTo(List.of("default"));
            });
        }
    }

    /** The CLI tries for ten seconds, and does not print what the codec server says. */
    @Test
    void aNamespaceThatTheApplicationDoesNotKnowIsNamedInItsLog(CapturedOutput output) throws Exception {
        Result result = CommandLine.withCodecServer(Servers.codecEndpoint(), "workflow", "start", "--workflow-id",
                "unknown-start", "--type", "FolderWorkflow", "--task-queue", WebUiApplication.TASK_QUEUE, "--namespace",
                TemporalWithWebUi.OTHER_NAMESPACE, "--input", "1");

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.errors()).contains("failed starting workflow");
        assertThat(output).contains("does not know the namespace 'elsewhere'").contains("spring.temporal.namespaces");
    }

    @Test
    void whileTheStoreIsDownNothingIsStartedAndTheApplicationLogsWhy(CapturedOutput output) throws Exception {
        Document document = Documents.large("leaflet");
        String[] start = { "workflow", "start", "--workflow-id", "down-start", "--type", "FolderWorkflow",
                "--task-queue", WebUiApplication.TASK_QUEUE, "--input-file", file(document) };

        Servers.s3().kill();
        try {
            Result result = CommandLine.withCodecServer(Servers.codecEndpoint(), start);

            assertThat(result.exitCode()).isNotZero();
            assertThat(result.errors()).contains("failed starting workflow");
            assertThat(output).contains("Storage driver 'aws.s3driver' could not store a payload [bucket=documents");
        }
        finally {
            Servers.s3().resume();
        }

        withCodecServer(start);
        assertThat(this.client.newUntypedWorkflowStub("down-start").query("document", Document.class))
            .isEqualTo(document);
    }

    /** Workers send a heartbeat each minute by default. */
    @Test
    void aWorkerIsDescribedWithItsDrivers() throws Exception {
        JsonNode workers = await().atMost(Duration.ofMinutes(2))
            .until(() -> parse(CommandLine.withoutCodecServer("worker", "list", "--output", "json").output()),
                    (listed) -> !listed.isEmpty());
        String key = workers.get(0).at("/workerHeartbeat/workerInstanceKey").asText();

        JsonNode worker = parse(
                CommandLine.withoutCodecServer("worker", "describe", "--worker-instance-key", key, "--output", "json")
                    .output());
        assertThat(worker.at("/workerHeartbeat/drivers").findValuesAsText("type")).containsExactly("aws.s3driver");
    }

    private static void isReference(Payload payload) {
        assertThat(payload.getMetadataOrDefault("messageType", ByteString.EMPTY).toStringUtf8())
            .isEqualTo("temporal.api.sdk.v1.ExternalStorageReference");
        assertThat(payload.getSerializedSize()).isLessThan(1024);
    }

    /** The CLI prints history as the server has it, with data in base64. */
    private static List<JsonNode> payloads(JsonNode event) throws Exception {
        List<JsonNode> payloads = new ArrayList<>();
        for (String data : event.findValuesAsText("data")) {
            payloads.add(parse(text(data)));
        }
        return payloads;
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private String file(Document document) throws Exception {
        return Files.writeString(this.directory.resolve("input.json"), json(document).toString()).toString();
    }

    /** Runs a command that is to succeed, and returns what it prints. */
    private static String withCodecServer(String... arguments) throws Exception {
        Result result = CommandLine.withCodecServer(Servers.codecEndpoint(), arguments);
        assertThat(result.exitCode()).as(result.errors()).isZero();
        return result.output();
    }

}
