package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.schedules.ScheduleClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A Spring application with the starter, on a real Temporal server and its own bucket on
 * a real S3 server, with access to their content.
 */
final class ServerApplication implements AutoCloseable {

    /** A payload size above the server's limit of 2 MB. */
    static final int THREE_MEGABYTES = 3 * 1024 * 1024;

    /** The starter's default threshold, in bytes. */
    static final int THRESHOLD = 256 * 1024;

    private final S3Server s3 = S3Server.shared();

    private final String bucket = this.s3.createBucket();

    private final String taskQueue;

    private final ConfigurableApplicationContext context;

    /**
     * Starts an application with one worker, on a task queue of its own.
     * @param properties {@code name=value}; "worker." stands for the properties of the
     * worker
     */
    ServerApplication(Class<?> application, List<Class<?>> workflows, String... properties) {
        this.taskQueue = application.getEnclosingClass().getSimpleName() + "-" + UUID.randomUUID();
        String[] arguments = Stream
            .of(Stream.of(this.s3.properties(this.bucket)),
                    Stream
                        .of("spring.temporal.connection.target=" + TemporalServer.shared().getTarget(),
                                "worker.task-queue=" + this.taskQueue,
                                // What a run was given and hands on would keep the target
                                // that it had.
                                "temporal.external-storage.assume-stored-for=0")
                        .filter((property) -> Stream.of(properties)
                            .noneMatch((given) -> given.startsWith(property.substring(0, property.indexOf('=') + 1)))),
                    IntStream.range(0, workflows.size())
                        .mapToObj((i) -> "worker.workflow-classes[" + i + "]=" + workflows.get(i).getName()),
                    Stream.of(properties))
            .flatMap((each) -> each)
            .map((property) -> "--" + property.replace("worker.", "spring.temporal.workers[0]."))
            .toArray(String[]::new);
        this.context = new SpringApplicationBuilder(application).web(WebApplicationType.NONE).run(arguments);
    }

    @Override
    public void close() {
        this.context.close();
    }

    ConfigurableApplicationContext getContext() {
        return this.context;
    }

    WorkflowClient getClient() {
        return this.context.getBean("temporalWorkflowClient", WorkflowClient.class);
    }

    ScheduleClient getScheduleClient() {
        return this.context.getBean("temporalScheduleClient", ScheduleClient.class);
    }

    String getTaskQueue() {
        return this.taskQueue;
    }

    S3Server getS3() {
        return this.s3;
    }

    String getBucket() {
        return this.bucket;
    }

    /** Returns a stub of a workflow with an ID of its own. */
    <T> T newWorkflow(Class<T> type, String workflowId) {
        return getClient().newWorkflowStub(type, options(workflowId).build());
    }

    WorkflowOptions.Builder options(String workflowId) {
        return WorkflowOptions.newBuilder()
            .setWorkflowId(workflowId)
            .setTaskQueue(this.taskQueue)
            .setWorkflowExecutionTimeout(Duration.ofMinutes(2));
    }

    /** Returns the ID of the current or last run. */
    String runId(String workflowId) {
        return describe(workflowId).getWorkflowExecutionInfo().getExecution().getRunId();
    }

    /** Describes a workflow with its references. */
    DescribeWorkflowExecutionResponse describe(String workflowId) {
        WorkflowClient client = getClient();
        return client.getWorkflowServiceStubs()
            .blockingStub()
            .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                .build());
    }

    /** Returns the events of the current or last run as the server has them. */
    List<HistoryEvent> events(String workflowId) {
        return events(getClient(), workflowId, "");
    }

    private static List<HistoryEvent> events(WorkflowClient client, String workflowId, String runId) {
        return client.getWorkflowServiceStubs()
            .blockingStub()
            .getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId).setRunId(runId))
                .build())
            .getHistory()
            .getEventsList();
    }

    /**
     * Returns all references in the history of the current or last run, in the order of
     * the events.
     */
    List<Reference> references(String workflowId) {
        return references(getClient(), workflowId, "");
    }

    /**
     * Returns all references in a run's history, in the order of the events, and asserts
     * that every payload is below the threshold and that each reference is valid.
     */
    List<Reference> references(WorkflowClient client, String workflowId, String runId) {
        List<Reference> references = new ArrayList<>();
        for (HistoryEvent event : events(client, workflowId, runId)) {
            references.addAll(references(event.getEventType(), event));
        }
        return references;
    }

    /** Returns all references in a message of the server's. */
    List<Reference> references(Message message) {
        return references(EventType.EVENT_TYPE_UNSPECIFIED, message);
    }

    private List<Reference> references(EventType event, Message message) {
        List<Payload> payloads = payloads(message);
        assertThat(payloads).allSatisfy((payload) -> assertThat(payload.getSerializedSize()).isLessThan(THRESHOLD));
        return payloads.stream()
            .filter(StorageReference::isReference)
            .map((payload) -> reference(event, payload))
            .toList();
    }

    private Reference reference(EventType event, Payload payload) {
        StorageReference reference = StorageReference.from(payload);
        assertThat(reference.driverName()).isEqualTo("aws.s3driver");
        Map<String, String> claim = reference.claim().getClaimData();
        assertThat(claim).containsOnlyKeys("bucket", "key", "hash_algorithm", "hash_value")
            .containsEntry("bucket", this.bucket)
            .containsEntry("hash_algorithm", "sha256");
        byte[] object = this.s3.content(this.bucket, claim.get("key"));
        String digest = Payloads.sha256(object);
        assertThat(claim).containsEntry("hash_value", digest);
        assertThat(claim.get("key")).endsWith("/d/sha256/" + digest);
        if (event == EventType.EVENT_TYPE_NEXUS_OPERATION_COMPLETED) {
            // The server carries the metadata and the data of a Nexus operation's result,
            // and nothing else of it.
            assertThat(payload.getExternalPayloadsList()).isEmpty();
        }
        else {
            assertThat(payload.getExternalPayloadsList()).singleElement()
                .satisfies((details) -> assertThat(details.getSizeBytes()).isEqualTo(object.length));
        }
        try {
            Payload stored = Payload.parseFrom(object);
            assertThat(StorageReference.isReference(stored)).isFalse();
            return new Reference(event, claim.get("key").replace("/d/sha256/" + digest, ""), stored);
        }
        catch (InvalidProtocolBufferException ex) {
            throw new AssertionError(ex);
        }
    }

    /**
     * Returns every payload in a message, except those of search attributes, which must
     * stay inline.
     */
    static List<Payload> payloads(Message message) {
        List<Payload> payloads = new ArrayList<>();
        collect(message, payloads);
        return payloads;
    }

    private static void collect(Object value, List<Payload> payloads) {
        if (value instanceof Payload payload) {
            payloads.add(payload);
        }
        else if (value instanceof Message message) {
            for (FieldDescriptor field : message.getAllFields().keySet()) {
                if (!field.getName().equals("search_attributes")) {
                    collect(message.getField(field), payloads);
                }
            }
        }
        else if (value instanceof Collection<?> values) {
            values.forEach((element) -> collect(element, payloads));
        }
    }

    /**
     * Returns the start of the key of a workflow's payloads, with null for an unknown
     * type or run ID.
     */
    static String workflow(String type, String id, String runId) {
        return workflow("default", type, id, runId);
    }

    static String workflow(String namespace, String type, String id, String runId) {
        return "v0/ns/" + namespace + "/wt/" + type + "/wi/" + id + "/ri/" + runId;
    }

    /** Returns the classes as a list of wildcard type. */
    static List<Class<?>> workflows(Class<?>... classes) {
        return Arrays.asList(classes);
    }

    /**
     * A reference in history, with its stored object. * * @param event the type of the
     * event that holds the reference
     *
     * @param target the payload's target, which is the object's key up to the digest
     * @param stored the object's content
     */
    record Reference(EventType event, String target, Payload stored) {

        byte[] data() {
            return this.stored.getData().toByteArray();
        }

    }

}
