package com.example.webui;

import static com.example.webui.Documents.json;
import static com.example.webui.Documents.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.claimcheck.temporal.testing.History;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.ApplicationContext;

/** What a person sees in Temporal's Web UI, with a real browser. */
@WebUiTest({ Program.TEMPORAL, Program.BROWSER, Program.DRIVER })
class WebUiTests {

    private static final String NO_CODEC_SERVER = "Codec Server could not connect";

    private static final String NO_DOWNLOAD = "Unable to download payload file.";

    private static final long KILOBYTE = 1024;

    private static final long MEGABYTE = 1024 * KILOBYTE;

    private static Chromium browser;

    @Autowired
    private ApplicationContext context;

    @Autowired
    private WorkflowClient client;

    @BeforeAll
    static void openBrowser() throws IOException {
        browser = new Chromium();
    }

    @AfterAll
    static void closeBrowser() throws IOException {
        browser.close();
    }

    /** Also takes the picture that the README shows. */
    @Test
    void pageShowsSmallPayloadsDecodedAndTheSizeOfLargeOnes() throws IOException {
        Workflows.print(this.client, "print-4711", new Order("Ada Lovelace", 3), Documents.large("report"));
        List<Payload> payloads = History.payloads(this.client, "print-4711");
        assertThat(payloads).hasSize(3);
        assertThat(payloads.get(0).getMetadataOrThrow("encoding").toStringUtf8()).isEqualTo("binary/encrypted");

        openPage("default", "print-4711");
        String page = browser.awaitText("\"customer\": \"Ada Lovelace\"");

        assertThat(page).contains("\"copies\": 3")
            .contains("External Payloads\n2\n")
            .containsPattern("External Payloads Size\n[56]\\.\\d+ MB")
            .doesNotContain("binary/encrypted")
            .doesNotContain(NO_CODEC_SERVER);
        for (Payload reference : payloads.subList(1, 3)) {
            assertThat(browser.await(downloadButton(reference)).isEnabled()).isTrue();
        }
        Picture.save(browser.picture(By.tagName("main")), Path.of("target/web-ui.png"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "default", "plain" })
    void savedFilesAreTheInputAndTheResult(String namespace) throws IOException {
        WorkflowClient clientOfNamespace = inNamespace(namespace);
        Document input = Documents.large("letter");
        String workflowId = "download-" + namespace;
        Document result = Workflows.print(clientOfNamespace, workflowId, new Order("Grace", 1), input);
        List<Payload> payloads = History.payloads(clientOfNamespace, workflowId);

        openPage(namespace, workflowId);

        assertThat(parse(browser.download(browser.await(downloadButton(payloads.get(1)))))).isEqualTo(json(input));
        assertThat(parse(browser.download(browser.await(downloadButton(payloads.get(2)))))).isEqualTo(json(result));
        assertThat(browser.awaitText("Grace")).doesNotContain(NO_CODEC_SERVER);
    }

    /** The Web UI saves the whole payload, if its data is not JSON. */
    @Test
    void bytesAreSavedAsAPayload() throws IOException {
        byte[] image = new byte[400_000];
        new Random(1).nextBytes(image);
        WorkflowStub workflow = Workflows.create(this.client, "ScanWorkflow", "scan");
        workflow.start((Object) image);
        assertThat(workflow.getResult(byte[].class)).isEqualTo(image);

        openPage("default", "scan");
        List<Payload> payloads = History.payloads(this.client, "scan");
        JsonNode saved = parse(browser.download(browser.await(downloadButton(payloads.get(0)))));

        assertThat(Base64.getDecoder().decode(saved.at("/metadata/encoding").asText())).asString()
            .isEqualTo("binary/plain");
        assertThat(Base64.getDecoder().decode(saved.at("/data").asText())).isEqualTo(image);
    }

    @Test
    void whatIsTypedIntoThePageIsEncryptedInHistory() {
        startOnPage("typed",
                () -> browser.paste(By.cssSelector(".cm-content"), json(Documents.small("note")).toString()));

        WorkflowStub workflow = this.client.newUntypedWorkflowStub("typed");
        workflow.signal("close");
        assertThat(workflow.getResult(Integer.class)).isEqualTo(1);
        assertThat(History.payloads(this.client, "typed").get(0).getMetadataOrThrow("encoding").toStringUtf8())
            .isEqualTo("binary/encrypted");
    }

    @Test
    void aLargeFileGivenToThePageIsStored(@TempDir Path directory) throws IOException {
        Document document = Documents.of("book", 6_000);
        Path file = Files.writeString(directory.resolve("book.json"), json(document).toString());
        int objects = Servers.objects();

        startOnPage("uploaded", () -> browser.upload(By.cssSelector("input[type=file]"), file));

        WorkflowStub workflow = this.client.newUntypedWorkflowStub("uploaded");
        assertThat(workflow.query("document", Document.class)).isEqualTo(document);
        assertThat(History.payloads(this.client, "uploaded").get(0).getMetadataOrThrow("messageType").toStringUtf8())
            .isEqualTo("temporal.api.sdk.v1.ExternalStorageReference");
        assertThat(Servers.objects()).isGreaterThan(objects);
    }

    @Test
    void answersToQueriesAreShown() {
        WorkflowStub workflow = Workflows.create(this.client, "FolderWorkflow", "query-page");
        String runId = workflow.start(Documents.small("note")).getRunId();

        browser.open(page(Servers.temporal().getWebUi(), "default", "query-page") + "/" + runId + "/query");
        browser.awaitText("Query Arg");
        browser.await(By.xpath("//button[contains(., 'Run Query')]")).click();

        assertThat(browser.awaitText("says the note")).doesNotContain(NO_CODEC_SERVER);
    }

    @Test
    void anotherOriginSeesNothing() {
        Workflows.print(this.client, "origin", new Order("Secret", 1), Documents.small("note"));

        browser.open(page(Servers.temporal().getWebUiFromElsewhere(), "default", "origin"));
        assertThat(browser.awaitText(NO_CODEC_SERVER)).doesNotContain("Secret");

        openPage("default", "origin");
        assertThat(browser.awaitText("Secret")).doesNotContain(NO_CODEC_SERVER);
    }

    @Test
    void aNamespaceThatTheApplicationDoesNotKnowIsNotDecoded(CapturedOutput output) {
        WorkflowClient other = WorkflowClient.newInstance(this.client.getWorkflowServiceStubs(),
                this.client.getOptions().toBuilder().setNamespace(TemporalWithWebUi.OTHER_NAMESPACE).build());
        Workflows.create(other, "UnknownWorkflow", "unknown").start(new Order("Secret", 1), Documents.small("note"));

        openPage(TemporalWithWebUi.OTHER_NAMESPACE, "unknown");

        assertThat(browser.awaitText(NO_CODEC_SERVER)).doesNotContain("Secret");
        assertThat(output).contains("does not know the namespace 'elsewhere'");
    }

    @Test
    void whileTheStoreIsDownOnlyDownloadsFail(CapturedOutput output) throws IOException {
        Document input = Documents.large("leaflet");
        Workflows.print(this.client, "down", new Order("Patient", 1), input);
        Payload reference = History.payloads(this.client, "down").get(1);

        Servers.s3().kill();
        try {
            openPage("default", "down");
            assertThat(browser.awaitText("Patient")).doesNotContain(NO_CODEC_SERVER);
            browser.await(downloadButton(reference)).click();
            assertThat(browser.awaitText(NO_DOWNLOAD)).contains("Patient");
            assertThat(output).contains("Storage driver 'aws.s3driver' could not retrieve a payload [bucket=documents");
        }
        finally {
            Servers.s3().resume();
        }

        openPage("default", "down");
        assertThat(parse(browser.download(browser.await(downloadButton(reference))))).isEqualTo(json(input));
    }

    @Test
    void aTaskThatFailedForTheStoreSaysSo() throws IOException {
        Document input = Documents.large("flyer");
        WorkflowStub workflow = this.client.newUntypedWorkflowStub("PrintWorkflow",
                WorkflowOptions.newBuilder()
                    .setTaskQueue(WebUiApplication.TASK_QUEUE)
                    .setWorkflowId("failed-task")
                    .setStartDelay(Duration.ofSeconds(5))
                    .build());
        workflow.start(new Order("Ada", 1), input);
        Servers.s3().kill();
        try {
            await().atMost(Duration.ofSeconds(60))
                .until(() -> this.client.fetchHistory("failed-task")
                    .getEvents()
                    .stream()
                    .anyMatch(HistoryEvent::hasWorkflowTaskFailedEventAttributes));
            openPage("default", "failed-task");
            assertThat(browser.awaitText("External Storage Failure"))
                .contains("A Workflow Task failed due to an external storage failure.");
        }
        finally {
            Servers.s3().resume();
        }
        assertThat(workflow.getResult(Document.class).title()).isEqualTo("Ada");
    }

    private void startOnPage(String workflowId, Runnable input) {
        browser.open(Servers.temporal().getWebUi() + "/namespaces/default/workflows/start-workflow");
        browser.await(By.id("workflowId")).sendKeys(workflowId);
        browser.await(By.id("taskQueue")).sendKeys(WebUiApplication.TASK_QUEUE);
        browser.await(By.id("workflowType")).sendKeys("FolderWorkflow");
        input.run();
        browser.await(By.cssSelector("[data-testid=start-workflow-button]:enabled")).click();
        browser.awaitText("Workflow started successfully");
    }

    private WorkflowClient inNamespace(String namespace) {
        return namespace.equals("default") ? this.client
                : this.context.getBean(namespace + "WorkflowClient", WorkflowClient.class);
    }

    private static void openPage(String namespace, String workflowId) {
        browser.open(page(Servers.temporal().getWebUi(), namespace, workflowId));
    }

    private static String page(String webUi, String namespace, String workflowId) {
        return webUi + "/namespaces/" + namespace + "/workflows/" + workflowId;
    }

    /** Each reference has a button of its own, which says how large the payload is. */
    private static By downloadButton(Payload reference) throws IOException {
        String hash = parse(reference.getData().toStringUtf8()).at("/claimData/hash_value").asText();
        long bytes = reference.getExternalPayloads(0).getSizeBytes();
        String size = bytes < MEGABYTE ? rounded(bytes, KILOBYTE) + " KB" : rounded(bytes, MEGABYTE) + " MB";
        return By.xpath("//span[contains(., '%s')]/ancestor::div[descendant::button][1]//button[contains(., '%s')]"
            .formatted(hash, size));
    }

    private static String rounded(long bytes, long unit) {
        return BigDecimal.valueOf(bytes)
            .divide(BigDecimal.valueOf(unit), 2, RoundingMode.HALF_UP)
            .stripTrailingZeros()
            .toPlainString();
    }

}
