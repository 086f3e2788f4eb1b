package com.example.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.example.interop.Peer.Language;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * The Java application with the starter, and workers and clients on the official Python
 * and Go SDKs with their own drivers: one Temporal server, one bucket, and the names that
 * each takes by itself.
 */
@SpringBootTest
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
@TestInstance(Lifecycle.PER_CLASS)
abstract class AbstractInteroperationTests {

    private static final String BUCKET = "documents";

    private static final int SIZE = 3 * 1024 * 1024;

    /** Below the threshold, and nine are more than the server takes in a list. */
    private static final int QUARTER_MEGABYTE = 250 * 1000;

    private final Store store;

    private final boolean codec;

    private final Map<Language, Peer> peers = new EnumMap<>(Language.class);

    private final String id = UUID.randomUUID().toString();

    @Autowired
    private WorkflowClient client;

    @Value("${interop.task-queue}")
    private String taskQueue;

    AbstractInteroperationTests(Store store, boolean codec) {
        this.store = store;
        this.codec = codec;
    }

    @DynamicPropertySource
    static void temporalProperties(DynamicPropertyRegistry registry) throws Exception {
        String temporal = TemporalServer.shared().getTarget();
        registry.add("spring.temporal.connection.target", () -> temporal);
        // Each application has a queue of its own: the contexts of all classes live until
        // the end.
        String taskQueue = "interop-java-" + UUID.randomUUID();
        registry.add("interop.task-queue", () -> taskQueue);
    }

    /** What only the test needs: the application's own YAML names the bucket. */
    static void useStore(Store store, DynamicPropertyRegistry registry) throws Exception {
        store.createBucket(BUCKET);
        store.properties().forEach((name, value) -> registry.add(name, () -> value));
    }

    private Peer peer(Language language) throws Exception {
        assumeTrue(language.isAvailable(), language.missing);
        assumeTrue(this.store.obstacle(language) == null, this.store.obstacle(language));
        Peer peer = this.peers.get(language);
        if (peer == null) {
            peer = new Peer(language, TemporalServer.shared().getTarget(), this.store.environment(BUCKET),
                    "interop-" + language.author() + "-" + this.id, this.codec);
            this.peers.put(language, peer);
        }
        return peer;
    }

    @AfterAll
    void stopPeers() throws IOException {
        for (Peer peer : this.peers.values()) {
            peer.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aJavaWorkflowTakesThreeMegabytesFromTheOtherClientAndReturnsThem(Language other) throws Exception {
        Document document = document(other.author());
        String workflowId = workflowId();
        peer(other).start("JavaEcho", this.taskQueue, workflowId, document);

        assertThat(peer(other).result(workflowId)).isEqualTo(new Document("java", document.text()));

        assertStored(workflowId, "wt/JavaEcho/{id}/ri/null", "wt/JavaEcho/{id}/{run}");
    }

    @ParameterizedTest
    @EnumSource
    void anotherWorkflowTakesThreeMegabytesFromTheJavaClientAndReturnsThem(Language other) throws Exception {
        Document document = document("java");
        String workflowType = other.prefix + "Echo";
        String workflowId = workflowId();
        WorkflowStub workflow = start(workflowType, peer(other).getTaskQueue(), workflowId, document);

        assertThat(workflow.getResult(Document.class)).isEqualTo(new Document(other.author(), document.text()));

        assertStored(workflowId, "wt/" + workflowType + "/{id}/ri/null", "wt/" + workflowType + "/{id}/{run}");
    }

    @ParameterizedTest
    @EnumSource
    void aJavaWorkflowCallsAnActivityOfTheOtherWorker(Language other) throws Exception {
        Document document = document("java");
        String workflowId = workflowId();
        WorkflowStub workflow = start("JavaCall", this.taskQueue, workflowId,
                new Call(other.author() + "_stamp", peer(other).getTaskQueue(), document));

        assertThat(workflow.getResult(Document.class)).isEqualTo(new Document(other.author(), document.text()));

        // Workflow input, activity input, activity result, workflow result.
        String inRun = "wt/JavaCall/{id}/{run}";
        assertStored(workflowId, "wt/JavaCall/{id}/ri/null", inRun, inRun, inRun);
    }

    @ParameterizedTest
    @EnumSource
    void anotherWorkflowCallsAJavaActivity(Language other) throws Exception {
        Document document = document(other.author());
        String workflowType = other.prefix + "Call";
        String workflowId = workflowId();
        peer(other).start(workflowType, peer(other).getTaskQueue(), workflowId,
                new Call("java_stamp", this.taskQueue, document));

        assertThat(peer(other).result(workflowId)).isEqualTo(new Document("java", document.text()));

        String inRun = "wt/" + workflowType + "/{id}/{run}";
        assertStored(workflowId, "wt/" + workflowType + "/{id}/ri/null", inRun, inRun, inRun);
    }

    @ParameterizedTest
    @EnumSource
    void theOtherClientSignalsQueriesAndUpdatesAJavaWorkflow(Language other) throws Exception {
        Document said = document("said");
        Document asked = document("asked");
        Document updated = document("updated");
        String workflowId = workflowId();
        peer(other).start("JavaConversation", this.taskQueue, workflowId);

        peer(other).signal(workflowId, "say", said);
        assertThat(peer(other).query(workflowId, "compare", asked))
            .isEqualTo(new Document("java", asked.text() + said.text()));
        assertThat(peer(other).update(workflowId, "replace", updated)).isEqualTo(new Document("java", said.text()));
        peer(other).signal(workflowId, "finish");
        assertThat(peer(other).result(workflowId)).isEqualTo(new Document("java", updated.text()));

        assertConversation(workflowId, "JavaConversation");
    }

    @ParameterizedTest
    @EnumSource
    void theJavaClientSignalsQueriesAndUpdatesAnotherWorkflow(Language other) throws Exception {
        Document said = document("said");
        Document asked = document("asked");
        Document updated = document("updated");
        String workflowId = workflowId();
        WorkflowStub workflow = start(other.prefix + "Conversation", peer(other).getTaskQueue(), workflowId);

        workflow.signal("say", said);
        assertThat(workflow.query("compare", Document.class, asked))
            .isEqualTo(new Document(other.author(), asked.text() + said.text()));
        assertThat(workflow.update("replace", Document.class, updated))
            .isEqualTo(new Document(other.author(), said.text()));
        workflow.signal("finish");
        assertThat(workflow.getResult(Document.class)).isEqualTo(new Document(other.author(), updated.text()));

        assertConversation(workflowId, other.prefix + "Conversation");
    }

    @ParameterizedTest
    @EnumSource
    void anotherWorkflowTakesManyArgumentsThatAddUp(Language other) throws Exception {
        Document[] documents = IntStream.range(0, 9)
            .mapToObj((i) -> new Document("java", text(QUARTER_MEGABYTE, i)))
            .toArray(Document[]::new);
        String workflowId = workflowId();
        WorkflowStub workflow = start(other.prefix + "Join", peer(other).getTaskQueue(), workflowId,
                (Object[]) documents);

        assertThat(workflow.getResult(Document.class)).isEqualTo(new Document(other.author(),
                Arrays.stream(documents).map(Document::text).collect(Collectors.joining())));

        assertThat(StoredPayloads.of(this.client, workflowId, this.store, BUCKET).keys())
            .filteredOn((key) -> key.contains("/ri/null/"))
            // Compressed, they fit.
            .hasSizeBetween(this.codec ? 0 : 1, 8);
    }

    @ParameterizedTest
    @EnumSource
    void anotherWorkerTakesManyActivitiesThatAddUp(Language other) throws Exception {
        String workflowId = workflowId();
        WorkflowStub workflow = start("JavaFanOut", this.taskQueue, workflowId, new Call(other.author() + "_stamp",
                peer(other).getTaskQueue(), new Document("java", text(QUARTER_MEGABYTE, 1))), 20);

        assertThat(workflow.getResult(String[].class)).hasSize(20).containsOnly(other.author());

        assertThat(StoredPayloads.of(this.client, workflowId, this.store, BUCKET).keys()).hasSizeBetween(1, 19);
    }

    private WorkflowStub start(String workflowType, String taskQueue, String workflowId, Object... arguments) {
        WorkflowStub workflow = this.client.newUntypedWorkflowStub(workflowType,
                WorkflowOptions.newBuilder().setTaskQueue(taskQueue).setWorkflowId(workflowId).build());
        workflow.start(arguments);
        return workflow;
    }

    /**
     * A query is not in history. A client that addresses a workflow by its id knows
     * neither its type nor its run.
     */
    private void assertConversation(String workflowId, String workflowType) throws Exception {
        String addressed = "wt/null/{id}/ri/null";
        String inRun = "wt/" + workflowType + "/{id}/{run}";
        assertStored(workflowId, addressed, addressed, inRun, inRun);
    }

    private void assertStored(String workflowId, String... keys) throws Exception {
        String runId = this.client.newUntypedWorkflowStub(workflowId).describe().getExecution().getRunId();
        StoredPayloads stored = StoredPayloads.of(this.client, workflowId, this.store, BUCKET);
        assertThat(stored.keys()).containsExactlyElementsOf(Arrays.stream(keys)
            .map((key) -> "v0/ns/default/" + key.replace("{id}", "wi/" + workflowId).replace("{run}", "ri/" + runId)
                    + "/d/sha256/")
            .toList());
        assertThat(stored.encodings()).containsOnly(this.codec ? ZlibCodec.ENCODING : "json/plain");
    }

    private static String workflowId() {
        return "interop-" + UUID.randomUUID();
    }

    /** Returns a document that no codec makes small, and that is not all ASCII. */
    private static Document document(String author) {
        return new Document(author, text(SIZE, author.hashCode()) + " \ud83d\ude80");
    }

    private static String text(int size, int seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(size);
        while (text.length() < size) {
            text.append(Long.toString(random.nextLong(), 36)).append((text.length() % 4096 == 0) ? "\u20ac<&>" : "");
        }
        return text.toString();
    }

}
