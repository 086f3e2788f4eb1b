package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.audit.AuditBound;
import io.github.claimcheck.temporal.audit.AuditedReference;
import io.github.claimcheck.temporal.audit.BulkAudit;
import io.github.claimcheck.temporal.audit.BulkAuditor;
import io.github.claimcheck.temporal.audit.HistoryAudit;
import io.github.claimcheck.temporal.audit.HistoryAuditor;
import io.github.claimcheck.temporal.driver.AuditedObject.State;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.server.FaultApplication.Steps;
import io.github.claimcheck.temporal.server.FaultApplication.StepsWorkflow;
import io.github.claimcheck.temporal.testing.History;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.SignalWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriverClaim;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Audits histories of a real Temporal server whose objects were removed, altered and
 * denied behind the application's back. The application has all payloads in its cache.
 */
@TemporalServerTest
class AuditTests {

    private static final int LARGE = 300_000;

    private final S3Gateway gateway = S3Gateway.to(S3Server.shared());

    private final S3Server s3 = S3Server.shared();

    private final String bucket = this.s3.createBucket();

    private final String taskQueue = "audit-" + UUID.randomUUID();

    private final List<AutoCloseable> resources = new ArrayList<>();

    private ConfigurableApplicationContext application;

    private WorkflowClient client;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : this.resources) {
            resource.close();
        }
        this.gateway.close();
    }

    @Test
    void tellsTheStateOfEachReferenceWithItsEventFieldSizeAndPlace() {
        start(this.gateway.properties(this.bucket));
        String workflowId = runSteps();
        List<String> keys = keys(workflowId);
        this.s3.delete(this.bucket, keys.get(0));
        this.s3.put(this.bucket, keys.get(1), new byte[] { 1, 2, 3 });
        HistoryAudit audit = audit(workflowId, 0, 100);
        assertThat(audit.references())
            .extracting(AuditedReference::eventType, AuditedReference::field, AuditedReference::state)
            .containsExactly(tuple("WORKFLOW_EXECUTION_STARTED", "input[0]", State.GONE),
                    tuple("ACTIVITY_TASK_COMPLETED", "result[0]", State.ALTERED),
                    tuple("WORKFLOW_EXECUTION_COMPLETED", "result[0]", State.PRESENT));
        assertThat(audit.references()).allSatisfy((found) -> {
            assertThat(found.size()).isBetween((long) LARGE, LARGE + 100L);
            assertThat(found.driver()).isEqualTo("aws.s3driver");
            assertThat(found.place()).contains("bucket=" + this.bucket, "key=v0/ns/default/wt/Steps/");
            assertThat(found.copies()).isEmpty();
        });
        assertThat(audit.references().get(0).detail()).contains("lifecycle rule");
        assertThat(audit.references().get(1).detail()).contains("altered");
        assertThat(audit.references().get(2).detail()).isNull();
        assertThat(audit.summary()).matches("3 references, 9000\\d\\d bytes: 1 present, 1 altered, 1 gone");
        assertThat(audit.next()).isNull();
    }

    @Test
    void goesOnWhereItStopped() {
        start(this.gateway.properties(this.bucket));
        String workflowId = startWithoutWorker();
        signal(workflowId, Collections.nCopies(11, referenceTo("0".repeat(64))));
        List<AuditedReference> all = audit(workflowId, 0, 100).references();
        HistoryAudit first = audit(workflowId, 0, 4);
        assertThat(first.summary()).endsWith("; go on with runId=" + first.runId() + " and from=4");
        HistoryAudit second = audit(workflowId, first.next(), 4);
        HistoryAudit third = audit(workflowId, second.next(), 4);
        assertThat(third.next()).isNull();
        assertThat(all).hasSize(11);
        assertThat(Stream.of(first, second, third).flatMap((part) -> part.references().stream()))
            .containsExactlyElementsOf(all);
    }

    @Test
    void asksOnceForAnObjectWithManyReferences() {
        start(this.gateway.properties(this.bucket));
        String workflowId = startWithoutWorker();
        for (int signal = 0; signal < 10; signal++) {
            signal(workflowId, Collections.nCopies(1000, referenceTo(Integer.toString(signal).repeat(64))));
        }
        this.gateway.reset();
        HistoryAudit audit = audit(workflowId, 0, 10_000);
        assertThat(audit.totals().getStates()).containsExactly(Map.entry(State.GONE, 10_000));
        assertThat(this.gateway.count()).containsExactly(Map.entry("GET", 10L));
    }

    @Test
    void tellsUnknownDriversRefusedClaimsAndUnreadableReferences() {
        start(this.gateway.properties(this.bucket));
        StorageDriverClaim elsewhere = new StorageDriverClaim(Map.of("bucket", "other", "key",
                "v0/d/sha256/" + "1".repeat(64), "hash_algorithm", "sha256", "hash_value", "1".repeat(64)));
        String workflowId = startWithoutWorker();
        Payload readable = referenceTo("2".repeat(64));
        signal(workflowId,
                List.of(new StorageReference("former", elsewhere).toPayload(1),
                        new StorageReference("aws.s3driver", elsewhere).toPayload(2),
                        readable.toBuilder().setData(ByteString.copyFromUtf8("{")).build()));
        assertThat(audit(workflowId, 0, 100).references()).extracting(AuditedReference::state)
            // What cannot be read comes from the service stubs as a short reference to no
            // driver.
            .containsExactly(State.UNKNOWN_DRIVER, State.REFUSED, State.UNKNOWN_DRIVER);
        assertThat(audit(workflowId, 0, 100).references().get(0).detail()).contains("former", "[aws.s3driver]");
    }

    @Test
    void tellsDenialsAndStoresThatDoNotAnswer() {
        start(this.gateway.properties(this.bucket));
        String workflowId = runSteps();
        this.gateway.on("GET", S3Gateway.denied());
        assertThat(audit(workflowId, 0, 100).totals().getStates()).containsExactly(Map.entry(State.DENIED, 3));
        S3Gateway.Hold hold = new S3Gateway.Hold(100);
        this.gateway.on("GET", hold);
        HistoryAudit hanging = auditor().audit(this.client, workflow(workflowId), 0,
                new AuditBound(100, Duration.ofSeconds(1)));
        // What has no answer in time is for the next audit.
        assertThat(hanging.references()).isEmpty();
        assertThat(hanging.next()).isZero();
        hold.release();
    }

    @Test
    void tellsTheStateOfEachCopyOfAMirror(@TempDir Path directory) throws Exception {
        start(Stream.concat(Stream.of(this.gateway.properties(this.bucket)),
                Stream.of("local-disk.directory=" + directory, "mirror.drivers=s3,local-disk")
                    .map((property) -> "temporal.external-storage.drivers." + property))
            .toArray(String[]::new), "temporal.external-storage.default-driver=mirror");
        String workflowId = runSteps();
        Path gone;
        try (Stream<Path> files = Files.walk(directory)) {
            gone = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        Files.delete(gone);
        HistoryAudit audit = audit(workflowId, 0, 100);
        assertThat(audit.totals().getStates()).containsExactly(Map.entry(State.PRESENT, 3));
        assertThat(audit.summary()).endsWith("3 present; 1 copies are not as stored");
        assertThat(audit.references()).allSatisfy((found) -> {
            assertThat(found.driver()).isEqualTo("mirror");
            assertThat(found.copies()).extracting("driver").containsExactly("aws.s3driver", "local-disk");
        });
        assertThat(audit.references().stream().flatMap((found) -> found.copies().stream()))
            .filteredOn((copy) -> copy.state() == State.GONE)
            .singleElement()
            .satisfies((copy) -> assertThat(copy.place()).contains(directory.relativize(gone).toString()));
    }

    @Test
    void auditsTheWorkflowsOfAQuery() {
        start(this.gateway.properties(this.bucket));
        List<String> workflowIds = List.of(runSteps(), runSteps(), runSteps());
        this.s3.delete(this.bucket, keys(workflowIds.get(1)).get(0));
        String query = "TaskQueue = '" + this.taskQueue + "'";
        BulkAuditor auditor = new BulkAuditor(auditor());
        BulkAudit all = Awaitility.await()
            .until(() -> auditor.audit(this.client, query, 100, null, bound(100)), (audit) -> audit.workflows() == 3);
        assertThat(all.totals().getStates())
            .containsExactlyInAnyOrderEntriesOf(Map.of(State.PRESENT, 8, State.GONE, 1));
        assertThat(all.affected()).singleElement().satisfies((affected) -> {
            assertThat(affected.workflowId()).isEqualTo(workflowIds.get(1));
            assertThat(affected.references()).isEmpty();
        });
        assertThat(all.next()).isNull();
        BulkAudit two = auditor.audit(this.client, query, 2, null, bound(100));
        BulkAudit rest = auditor.audit(this.client, query, 2, two.next(), bound(100));
        assertThat(rest.next()).isNull();
        assertThat(two.workflows() + rest.workflows()).isEqualTo(3);
        assertThat(two.totals().getReferences() + rest.totals().getReferences()).isEqualTo(9);
    }

    @Test
    void aBoundedAuditOfAQueryGoesOnWithinAHistory() {
        start(this.gateway.properties(this.bucket));
        List<String> workflowIds = List.of(runSteps(), runSteps());
        this.s3.delete(this.bucket, keys(workflowIds.get(0)).get(2));
        this.s3.delete(this.bucket, keys(workflowIds.get(1)).get(2));
        BulkAuditor auditor = new BulkAuditor(auditor());
        String query = "TaskQueue = '" + this.taskQueue + "'";
        Awaitility.await()
            .until(() -> auditor.audit(this.client, query, 100, null, bound(100)).workflows(), (found) -> found == 2);
        List<BulkAudit> parts = new ArrayList<>();
        String next = null;
        do {
            BulkAudit part = auditor.audit(this.client, query, 100, next, bound(2));
            parts.add(part);
            next = part.next();
        }
        while (next != null);
        assertThat(parts).extracting((part) -> part.totals().getReferences()).containsExactly(2, 2, 2);
        assertThat(parts).extracting(BulkAudit::workflows).containsExactly(0, 1, 1);
        assertThat(parts.stream().mapToInt((part) -> part.totals().getStates().getOrDefault(State.GONE, 0)).sum())
            .isEqualTo(2);
        assertThat(parts.get(0).summary()).endsWith("2 present; this is not all: go on with next");
        assertThat(parts.stream().flatMap((part) -> part.affected().stream()).map(HistoryAudit::workflowId))
            .containsExactlyInAnyOrderElementsOf(workflowIds);
    }

    @Test
    void goesOnWithAQueryThatFindsLessThanBefore() {
        start(this.gateway.properties(this.bucket));
        List<String> workflowIds = Stream.generate(this::startWithoutWorker).limit(4).toList();
        workflowIds.forEach((id) -> signal(id, List.of(referenceTo("3".repeat(64)))));
        String query = "ExecutionStatus = 'Running' AND TaskQueue = 'nobody-" + this.taskQueue + "'";
        BulkAuditor auditor = new BulkAuditor(auditor());
        Awaitility.await()
            .until(() -> auditor.audit(this.client, query, 100, null, bound(100)).workflows(), (found) -> found == 4);
        BulkAudit two = auditor.audit(this.client, query, 2, null, bound(100));
        List<String> audited = two.affected().stream().map(HistoryAudit::workflowId).toList();
        audited.forEach((id) -> this.client.newUntypedWorkflowStub(id).terminate("the query finds it no longer"));
        BulkAudit rest = Awaitility.await()
            .until(() -> auditor.audit(this.client, query, 100, two.next(), bound(100)),
                    (audit) -> audit.workflows() == 2);
        assertThat(Stream.concat(audited.stream(), rest.affected().stream().map(HistoryAudit::workflowId)))
            .containsExactlyInAnyOrderElementsOf(workflowIds);
    }

    @Test
    void oneObjectThatHangsDoesNotHideTheOthers() {
        start(this.gateway.properties(this.bucket));
        String workflowId = runSteps();
        String hanging = keys(workflowId).get(0);
        S3Gateway.Hold hold = new S3Gateway.Hold(100);
        this.gateway.on("GET", (exchange) -> {
            if (exchange.request().path().contains(hanging.substring(hanging.length() - 64))) {
                hold.beforeBody();
            }
            exchange.forward();
        });
        HistoryAudit audit = audit(workflowId, 0, 100);
        hold.release();
        assertThat(audit.references()).extracting(AuditedReference::state)
            .containsExactly(State.UNREACHABLE, State.PRESENT, State.PRESENT);
        assertThat(audit.references().get(0).place()).contains(this.bucket);
        assertThat(audit.references().get(0).detail()).contains("has not answered for 10 s");
        assertThat(audit.next()).isNull();
    }

    private static AuditBound bound(int references) {
        return new AuditBound(references, Duration.ofMinutes(1));
    }

    private HistoryAuditor auditor() {
        return new HistoryAuditor(this.application.getBean(ExternalStorage.class).getDrivers());
    }

    private HistoryAudit audit(String workflowId, int from, int limit) {
        return auditor().audit(this.client, workflow(workflowId), from, bound(limit));
    }

    private static WorkflowExecution workflow(String workflowId) {
        return WorkflowExecution.newBuilder().setWorkflowId(workflowId).build();
    }

    private void start(String[] storage, String... properties) {
        Stream<String> worker = Stream
            .of("connection.target=" + TemporalServer.shared().getTarget(), "workers[0].task-queue=" + this.taskQueue,
                    "workers[0].workflow-classes[0]=" + FaultApplication.StepsWorkflowImplementation.class.getName(),
                    "workers[0].activity-beans[0]=stepsActivity")
            .map((property) -> "spring.temporal." + property);
        this.application = new SpringApplicationBuilder(FaultApplication.class).web(WebApplicationType.NONE)
            .run(Stream.of(worker, Stream.of(storage), Stream.of(properties))
                .flatMap((each) -> each)
                .map((property) -> "--" + property)
                .toArray(String[]::new));
        this.resources.add(this.application);
        this.client = this.application.getBean(WorkflowClient.class);
    }

    /** Runs a workflow with three large payloads, and returns its id. */
    private String runSteps() {
        String workflowId = UUID.randomUUID().toString();
        byte[] input = Payloads.bytes(LARGE, 1);
        Steps steps = new Steps(LARGE, 0, LARGE);
        byte[] result = this.client
            .newWorkflowStub(StepsWorkflow.class,
                    WorkflowOptions.newBuilder()
                        .setWorkflowId(workflowId)
                        .setTaskQueue(this.taskQueue)
                        .setWorkflowExecutionTimeout(Duration.ofMinutes(1))
                        .build())
            .run(input, steps);
        assertThat(result).isEqualTo(FaultApplication.expected(input, steps));
        return workflowId;
    }

    private List<String> keys(String workflowId) {
        return History.payloads(this.client, workflowId)
            .stream()
            .filter(StorageReference::isReference)
            .map((reference) -> StorageReference.from(reference).claim().getClaimData().get("key"))
            .toList();
    }

    /** Starts a workflow that no worker takes. */
    private String startWithoutWorker() {
        String workflowId = UUID.randomUUID().toString();
        this.client.getWorkflowServiceStubs()
            .blockingStub()
            .startWorkflowExecution(StartWorkflowExecutionRequest.newBuilder()
                .setNamespace("default")
                .setRequestId(UUID.randomUUID().toString())
                .setWorkflowId(workflowId)
                .setWorkflowType(WorkflowType.newBuilder().setName("Nobody"))
                .setTaskQueue(TaskQueue.newBuilder().setName("nobody-" + this.taskQueue))
                .build());
        return workflowId;
    }

    private void signal(String workflowId, List<Payload> payloads) {
        this.client.getWorkflowServiceStubs()
            .blockingStub()
            .signalWorkflowExecution(SignalWorkflowExecutionRequest.newBuilder()
                .setNamespace("default")
                .setWorkflowExecution(workflow(workflowId))
                .setSignalName("references")
                .setInput(io.temporal.api.common.v1.Payloads.newBuilder().addAllPayloads(payloads))
                .build());
    }

    private Payload referenceTo(String hash) {
        return new StorageReference("aws.s3driver", new StorageDriverClaim(Map.of("bucket", this.bucket, "key",
                "v0/d/sha256/" + hash, "hash_algorithm", "sha256", "hash_value", hash)))
            .toPayload(1);
    }

}
