package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static io.github.claimcheck.temporal.server.ServerApplication.workflow;
import static io.github.claimcheck.temporal.testing.TransferWorkflow.shift;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.server.ServerApplication.Reference;
import io.github.claimcheck.temporal.testing.GzipCodec;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.temporal.api.workflowservice.v1.DescribeScheduleRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleClient;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.client.schedules.ScheduleSpec;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tests two namespaces of a real Temporal server, each with its own converter. */
@TemporalServerTest
class NamespaceLaneTests {

    private static ServerApplication application;

    private static String taskQueue;

    private final String workflowId = UUID.randomUUID().toString();

    private final byte[] input = Payloads.bytes(THREE_MEGABYTES, 1);

    @BeforeAll
    static void start() {
        taskQueue = "second-" + UUID.randomUUID();
        String namespace = "spring.temporal.namespaces[0].";
        application = new ServerApplication(Application.class,
                ServerApplication.workflows(TransferWorkflow.Implementation.class),
                "worker.activity-beans[0]=transferActivity", namespace + "alias=other",
                namespace + "namespace=" + TemporalServer.SECOND_NAMESPACE,
                namespace + "workers[0].task-queue=" + taskQueue,
                namespace + "workers[0].workflow-classes[0]=" + TransferWorkflow.Implementation.class.getName(),
                namespace + "workers[0].activity-beans[0]=transferActivity");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void rootNamespaceStoresWithItsOwnConverter() {
        List<Reference> references = transfer(application.getClient(), application.getTaskQueue());
        assertStored(references, "default", "binary/plain");
    }

    @Test
    void secondNamespaceStoresWithItsOwnConverter() {
        List<Reference> references = transfer(client(), taskQueue);
        assertStored(references, TemporalServer.SECOND_NAMESPACE, GzipCodec.ENCODING);
    }

    @Test
    void schedulesOfTheSecondNamespaceStoreWithItsOwnConverter() {
        Schedule schedule = Schedule.newBuilder()
            .setAction(ScheduleActionStartWorkflow.newBuilder()
                .setWorkflowType(TransferWorkflow.class)
                .setOptions(WorkflowOptions.newBuilder().setWorkflowId(this.workflowId).setTaskQueue(taskQueue).build())
                .setArguments((Object) this.input)
                .build())
            .setSpec(ScheduleSpec.newBuilder().build())
            .build();
        ScheduleHandle handle = application.getContext()
            .getBean("otherScheduleClient", ScheduleClient.class)
            .createSchedule(this.workflowId, schedule, ScheduleOptions.newBuilder().build());
        try {
            assertThat(application.references(client().getWorkflowServiceStubs()
                .blockingStub()
                .describeSchedule(DescribeScheduleRequest.newBuilder()
                    .setNamespace(TemporalServer.SECOND_NAMESPACE)
                    .setScheduleId(this.workflowId)
                    .build())))
                .singleElement()
                .satisfies((reference) -> {
                    assertThat(reference.target())
                        .isEqualTo(workflow(TemporalServer.SECOND_NAMESPACE, null, this.workflowId, null));
                    assertThat(encoding(reference)).isEqualTo(GzipCodec.ENCODING);
                });
            assertThat(((ScheduleActionStartWorkflow) handle.describe().getSchedule().getAction()).getArguments()
                .get(0, byte[].class)).isEqualTo(this.input);
        }
        finally {
            handle.delete();
        }
    }

    @Test
    void secondNamespaceStoresWhatAddsUp() {
        Map<String, Object> memo = IntStream.range(0, 9)
            .boxed()
            .collect(Collectors.toMap((i) -> "key-" + i, (i) -> Payloads.bytes(250 * 1024, i)));
        WorkflowStub workflow = client().newUntypedWorkflowStub("TransferWorkflow",
                application.options(this.workflowId).setTaskQueue(taskQueue).setMemo(memo).build());
        workflow.start((Object) new byte[1]);
        workflow.getResult(byte[].class);
        assertThat(application.references(client(), this.workflowId, "")).hasSize(3).allSatisfy((reference) -> {
            assertThat(reference.target())
                .isEqualTo(workflow(TemporalServer.SECOND_NAMESPACE, "TransferWorkflow", this.workflowId, null));
            assertThat(encoding(reference)).isEqualTo(GzipCodec.ENCODING);
        });
    }

    private static WorkflowClient client() {
        return application.getContext().getBean("otherWorkflowClient", WorkflowClient.class);
    }

    private List<Reference> transfer(WorkflowClient client, String queue) {
        TransferWorkflow workflow = client.newWorkflowStub(TransferWorkflow.class,
                application.options(this.workflowId).setTaskQueue(queue).build());
        assertThat(workflow.transfer(this.input)).isEqualTo(shift(this.input, 2));
        return application.references(client, this.workflowId,
                WorkflowStub.fromTyped(workflow).getExecution().getRunId());
    }

    /**
     * Asserts the references of the input, the activity's input and result, and the
     * result.
     */
    private void assertStored(List<Reference> references, String namespace, String encoding) {
        assertThat(references).hasSize(4)
            .allMatch((reference) -> reference.target()
                .startsWith("v0/ns/" + namespace + "/wt/TransferWorkflow/wi/" + this.workflowId + "/ri/"))
            .extracting(NamespaceLaneTests::encoding)
            .containsOnly(encoding);
    }

    private static String encoding(Reference reference) {
        return reference.stored().getMetadataOrThrow("encoding").toStringUtf8();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        DataConverter mainDataConverter() {
            return DefaultDataConverter.newDefaultInstance();
        }

        @Bean
        DataConverter otherDataConverter() {
            return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(new GzipCodec()));
        }

        @Bean
        TransferWorkflow.TransferActivity transferActivity() {
            return new TransferWorkflow.ActivityImplementation();
        }

    }

}
