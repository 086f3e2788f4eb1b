package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static io.github.claimcheck.temporal.server.ServerApplication.workflow;
import static io.github.claimcheck.temporal.testing.TransferWorkflow.shift;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_MARKER_RECORDED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.server.ServerApplication.Reference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowExecutionDescription;
import io.temporal.client.WorkflowExecutionMetadata;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.common.context.ContextPropagator;
import io.temporal.common.converter.GlobalDataConverter;
import io.temporal.common.converter.RawValue;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.spring.boot.TemporalOptionsCustomizer;
import io.temporal.workflow.Async;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests input, results, continuations, side effects, memos and headers of workflows on a
 * real Temporal server.
 */
@TemporalServerTest
class WorkflowLaneTests {

    private static ServerApplication application;

    private final String workflowId = UUID.randomUUID().toString();

    private final byte[] input = Payloads.bytes(THREE_MEGABYTES, 1);

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class,
                ServerApplication.workflows(Echo.Implementation.class, Parent.Implementation.class,
                        Restarting.Implementation.class, Noting.Implementation.class, Remembering.Implementation.class,
                        Failing.Implementation.class, FailingParent.Implementation.class, Waiting.Implementation.class,
                        Reading.Implementation.class, Mixing.Implementation.class, Raw.Implementation.class),
                "worker.activity-beans[0]=activities");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void storesInputAndResult() {
        assertThat(application.newWorkflow(Echo.class, this.workflowId).echo(this.input))
            .isEqualTo(shift(this.input, 1));

        List<Reference> references = application.references(this.workflowId);
        // The input is stored before there is a run.
        assertThat(references).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Echo", this.workflowId, null)),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, workflow("Echo", this.workflowId, runId())));
        assertThat(references.get(0).data()).isEqualTo(this.input);
        assertThat(references.get(1).data()).isEqualTo(shift(this.input, 1));
    }

    @Test
    void storesInputAndResultOfAChildForTheirReaders() {
        assertThat(application.newWorkflow(Parent.class, this.workflowId).parent(this.input))
            .isEqualTo(shift(this.input, 3));

        String childId = this.workflowId + "-child";
        String parent = workflow("Parent", this.workflowId, runId());
        // A child's result goes to its parent, whose type the child does not know.
        String result = workflow(null, this.workflowId, runId());
        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Parent", this.workflowId, null)),
                    tuple(EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED, workflow("Echo", childId, null)),
                    tuple(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED, result),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, parent));
        assertThat(application.references(childId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Echo", childId, null)),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, result));
    }

    @Test
    void storesInputOfAContinuation() {
        String firstRunId = WorkflowClient
            .start(application.newWorkflow(Restarting.class, this.workflowId)::restart, this.input, true)
            .getRunId();
        assertThat(application.getClient().newUntypedWorkflowStub(this.workflowId).getResult(byte[].class))
            .isEqualTo(shift(this.input, 2));

        String next = workflow("Restarting", this.workflowId, null);
        assertThat(application.references(application.getClient(), this.workflowId, firstRunId))
            .extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, next),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, next));
        assertThat(runId()).isNotEqualTo(firstRunId);
        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, next),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, workflow("Restarting", this.workflowId, runId())));
    }

    @Test
    void storesSideEffects() {
        assertThat(application.newWorkflow(Noting.class, this.workflowId).note())
            .isEqualTo(shift(Payloads.bytes(THREE_MEGABYTES, 2), 1));

        String target = workflow("Noting", this.workflowId, runId());
        List<Reference> references = application.references(this.workflowId);
        assertThat(references).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_MARKER_RECORDED, target), tuple(EVENT_TYPE_MARKER_RECORDED, target),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, target));
        assertThat(references.get(0).data()).isEqualTo(Payloads.bytes(THREE_MEGABYTES, 2));
        // Of a mutable side effect.
        assertThat(references.get(1).data()).isEqualTo(Payloads.bytes(THREE_MEGABYTES, 3));
    }

    @Test
    void storesMemosAndReadsThemEverywhere() {
        Remembering workflow = application.getClient()
            .newWorkflowStub(Remembering.class,
                    application.options(this.workflowId).setMemo(Map.of("started", this.input)).build());
        assertThat(workflow.remember()).isEqualTo(shift(this.input, 2));

        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Remembering", this.workflowId, null)),
                    tuple(EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, workflow("Remembering", this.workflowId, runId())),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, workflow("Remembering", this.workflowId, runId())));
        // What the server says of a workflow has the memo, too. It leaves out what it
        // does not know of a payload, as
        // the size of what is stored, so that only the rest can be checked.
        assertThat(application.describe(this.workflowId).getWorkflowExecutionInfo().getMemo().getFieldsMap().values())
            .hasSize(2)
            .allMatch(StorageReference::isReference)
            .allMatch((payload) -> payload.getExternalPayloadsCount() == 0);
        WorkflowExecutionDescription description = application.getClient()
            .newUntypedWorkflowStub(this.workflowId)
            .describe();
        assertThat(description.getMemo("started", byte[].class)).isEqualTo(this.input);
        assertThat(description.getMemo("upserted", byte[].class)).isEqualTo(shift(this.input, 1));
        await().atMost(Duration.ofSeconds(20))
            .untilAsserted(
                    () -> assertThat(application.getClient().listExecutions("WorkflowId = '" + this.workflowId + "'"))
                        .singleElement()
                        .extracting((WorkflowExecutionMetadata metadata) -> metadata.getMemo("upserted", byte[].class))
                        .isEqualTo(shift(this.input, 1)));
    }

    @Test
    void storesFailureDetails() {
        Failing workflow = application.newWorkflow(Failing.class, this.workflowId);
        ApplicationFailure failure = (ApplicationFailure) catchThrowableOfType(WorkflowFailedException.class,
                () -> workflow.fail(this.input))
            .getCause();
        assertThat(failure.getOriginalMessage()).isEqualTo("as asked");
        assertThat(failure.getDetails().get(byte[].class)).isEqualTo(shift(this.input, 1));

        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Failing", this.workflowId, null)),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, workflow("Failing", this.workflowId, runId())));
    }

    @Test
    void retrievesFailureDetailsOfAChild() {
        assertThat(application.newWorkflow(FailingParent.class, this.workflowId).parent(this.input))
            .isEqualTo(shift(this.input, 2));
    }

    @Test
    void sendsNoDetailsOfACancellation() {
        WorkflowStub workflow = application.getClient()
            .newUntypedWorkflowStub("Waiting", application.options(this.workflowId).build());
        workflow.start();
        workflow.cancel("no longer needed");
        CanceledFailure failure = (CanceledFailure) catchThrowableOfType(WorkflowFailedException.class,
                () -> workflow.getResult(Void.class))
            .getCause();
        assertThat(failure.getDetails().getSize()).isZero();
        assertThat(application.references(this.workflowId)).isEmpty();
    }

    @Test
    void storesHeadersOfAContextPropagator() {
        Propagator.CURRENT.set(this.input);
        try {
            assertThat(application.newWorkflow(Reading.class, this.workflowId).read())
                .containsExactly(Payloads.sha256(this.input), Payloads.sha256(this.input));
        }
        finally {
            Propagator.CURRENT.remove();
        }
        String childId = this.workflowId + "-child";
        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Reading", this.workflowId, null)),
                    tuple(EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, workflow("Reading", this.workflowId, runId())),
                    tuple(EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED, workflow("Echo", childId, null)),
                    tuple(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED, workflow("Echo", childId, null)));
    }

    @Test
    void storesOnlyTheLargePayloadsOfATask() {
        int pairs = 20;
        // Twenty of half a megabyte are more than a request may have, too.
        assertThat(application.newWorkflow(Mixing.class, this.workflowId).mix(pairs))
            .containsExactlyElementsOf(Mixing.digests(pairs));

        assertThat(application.events(this.workflowId))
            .filteredOn((event) -> event.getEventType() == EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
            .hasSize(2 * pairs)
            .extracting((event) -> event.getActivityTaskScheduledEventAttributes().getWorkflowTaskCompletedEventId())
            .containsOnly(4L);
        List<Reference> references = application.references(this.workflowId);
        assertThat(references).extracting(Reference::event, Reference::target)
            .hasSize(pairs)
            .containsOnly(tuple(EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, workflow("Mixing", this.workflowId, runId())));
        assertThat(references).extracting(Reference::data)
            .containsExactlyElementsOf(IntStream.range(0, pairs).mapToObj(Mixing::large).toList());
    }

    @Test
    void storesRawValuesUnchanged() {
        Payload payload = Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("application/x-test"))
            .putMetadata("owner", ByteString.copyFromUtf8("application"))
            .setData(ByteString.copyFrom(this.input))
            .build();
        assertThat(application.newWorkflow(Raw.class, this.workflowId).raw(new RawValue(payload)).getPayload())
            .isEqualTo(payload);

        assertThat(application.references(this.workflowId)).extracting(Reference::target, Reference::stored)
            .containsExactly(tuple(workflow("Raw", this.workflowId, null), payload),
                    tuple(workflow("Raw", this.workflowId, runId()), payload));
    }

    private String runId() {
        return application.runId(this.workflowId);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Activities activities() {
            return new Activities() {

                @Override
                public String digest(byte[] bytes) {
                    return Payloads.sha256(bytes);
                }

                @Override
                public String read() {
                    return Payloads.sha256(Propagator.CURRENT.get());
                }

            };
        }

        @Bean
        TemporalOptionsCustomizer<WorkflowClientOptions.Builder> propagators() {
            return (options) -> options.setContextPropagators(List.of(new Propagator()));
        }

    }

    /** Propagates bytes, as an application propagates its user or tenant. */
    static class Propagator implements ContextPropagator {

        static final ThreadLocal<byte[]> CURRENT = new ThreadLocal<>();

        @Override
        public String getName() {
            return "test";
        }

        @Override
        public Map<String, Payload> serializeContext(Object context) {
            return Map.of("test", GlobalDataConverter.get().toPayload(context).orElseThrow());
        }

        @Override
        public Object deserializeContext(Map<String, Payload> header) {
            Payload payload = header.get("test");
            return (payload != null) ? GlobalDataConverter.get().fromPayload(payload, byte[].class, byte[].class)
                    : null;
        }

        @Override
        public Object getCurrentContext() {
            return CURRENT.get();
        }

        @Override
        public void setCurrentContext(Object context) {
            CURRENT.set((byte[]) context);
        }

    }

    @ActivityInterface
    public interface Activities {

        @ActivityMethod
        String digest(byte[] bytes);

        @ActivityMethod
        String read();

        static Activities stub() {
            return Workflow.newActivityStub(Activities.class,
                    ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofSeconds(30)).build());
        }

    }

    @WorkflowInterface
    public interface Echo {

        @WorkflowMethod
        byte[] echo(byte[] bytes);

        static Echo child() {
            return Workflow.newChildWorkflowStub(Echo.class,
                    ChildWorkflowOptions.newBuilder()
                        .setWorkflowId(Workflow.getInfo().getWorkflowId() + "-child")
                        .build());
        }

        class Implementation implements Echo {

            @Override
            public byte[] echo(byte[] bytes) {
                return shift(bytes, 1);
            }

        }

    }

    @WorkflowInterface
    public interface Parent {

        @WorkflowMethod
        byte[] parent(byte[] bytes);

        class Implementation implements Parent {

            @Override
            public byte[] parent(byte[] bytes) {
                return shift(Echo.child().echo(shift(bytes, 1)), 1);
            }

        }

    }

    @WorkflowInterface
    public interface Restarting {

        @WorkflowMethod
        byte[] restart(byte[] bytes, boolean again);

        class Implementation implements Restarting {

            @Override
            public byte[] restart(byte[] bytes, boolean again) {
                if (again) {
                    Workflow.continueAsNew(shift(bytes, 1), false);
                }
                return shift(bytes, 1);
            }

        }

    }

    @WorkflowInterface
    public interface Noting {

        @WorkflowMethod
        byte[] note();

        class Implementation implements Noting {

            @Override
            public byte[] note() {
                byte[] noted = Workflow.sideEffect(byte[].class, () -> Payloads.bytes(THREE_MEGABYTES, 2));
                Workflow.mutableSideEffect("id", byte[].class, (first, second) -> true,
                        () -> Payloads.bytes(THREE_MEGABYTES, 3));
                // Another task, so that the notes are in history.
                Workflow.sleep(Duration.ofMillis(1));
                return shift(noted, 1);
            }

        }

    }

    @WorkflowInterface
    public interface Remembering {

        @WorkflowMethod
        byte[] remember();

        class Implementation implements Remembering {

            @Override
            public byte[] remember() {
                Workflow
                    .upsertMemo(Map.of("upserted", shift(Workflow.getMemo("started", byte[].class, byte[].class), 1)));
                return shift(Workflow.getMemo("upserted", byte[].class, byte[].class), 1);
            }

        }

    }

    @WorkflowInterface
    public interface Failing {

        @WorkflowMethod
        void fail(byte[] bytes);

        class Implementation implements Failing {

            @Override
            public void fail(byte[] bytes) {
                throw ApplicationFailure.newNonRetryableFailure("as asked", "Test", shift(bytes, 1));
            }

        }

    }

    @WorkflowInterface
    public interface FailingParent {

        @WorkflowMethod
        byte[] parent(byte[] bytes);

        class Implementation implements FailingParent {

            @Override
            public byte[] parent(byte[] bytes) {
                try {
                    Workflow.newChildWorkflowStub(Failing.class).fail(bytes);
                    return null;
                }
                catch (ChildWorkflowFailure ex) {
                    return shift(((ApplicationFailure) ex.getCause()).getDetails().get(byte[].class), 1);
                }
            }

        }

    }

    @WorkflowInterface
    public interface Waiting {

        @WorkflowMethod
        void await();

        class Implementation implements Waiting {

            @Override
            public void await() {
                try {
                    Workflow.sleep(Duration.ofMinutes(1));
                }
                catch (CanceledFailure ex) {
                    throw new CanceledFailure("canceled", Payloads.bytes(THREE_MEGABYTES, 1));
                }
            }

        }

    }

    @WorkflowInterface
    public interface Reading {

        @WorkflowMethod
        List<String> read();

        class Implementation implements Reading {

            @Override
            public List<String> read() {
                String own = Payloads.sha256(Propagator.CURRENT.get());
                String activitys = Activities.stub().read();
                Echo.child().echo(new byte[1]);
                return List.of(own, activitys);
            }

        }

    }

    @WorkflowInterface
    public interface Mixing {

        @WorkflowMethod
        List<String> mix(int pairs);

        static byte[] large(int index) {
            return Payloads.bytes(512 * 1024, index);
        }

        static byte[] small(int index) {
            return Payloads.bytes(100, index);
        }

        static List<String> digests(int pairs) {
            List<String> digests = new ArrayList<>();
            for (int i = 0; i < pairs; i++) {
                digests.add(Payloads.sha256(small(i)));
                digests.add(Payloads.sha256(large(i)));
            }
            return digests;
        }

        class Implementation implements Mixing {

            private final Activities activities = Activities.stub();

            @Override
            public List<String> mix(int pairs) {
                List<Promise<String>> digests = new ArrayList<>();
                for (int i = 0; i < pairs; i++) {
                    digests.add(Async.function(this.activities::digest, small(i)));
                    digests.add(Async.function(this.activities::digest, large(i)));
                }
                return digests.stream().map(Promise::get).toList();
            }

        }

    }

    @WorkflowInterface
    public interface Raw {

        @WorkflowMethod
        RawValue raw(RawValue value);

        class Implementation implements Raw {

            @Override
            public RawValue raw(RawValue value) {
                return value;
            }

        }

    }

}
