package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static io.github.claimcheck.temporal.server.ServerApplication.workflow;
import static io.github.claimcheck.temporal.testing.TransferWorkflow.shift;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_NEXUS_OPERATION_COMPLETED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED;
import static io.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.claimcheck.temporal.server.ServerApplication.Reference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.nexusrpc.Operation;
import io.nexusrpc.Service;
import io.nexusrpc.handler.OperationHandler;
import io.nexusrpc.handler.OperationImpl;
import io.nexusrpc.handler.ServiceImpl;
import io.temporal.api.nexus.v1.Endpoint;
import io.temporal.api.nexus.v1.EndpointSpec;
import io.temporal.api.nexus.v1.EndpointTarget;
import io.temporal.api.operatorservice.v1.CreateNexusEndpointRequest;
import io.temporal.api.operatorservice.v1.DeleteNexusEndpointRequest;
import io.temporal.client.WorkflowOptions;
import io.temporal.nexus.Nexus;
import io.temporal.nexus.WorkflowRunOperation;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.workflow.NexusOperationOptions;
import io.temporal.workflow.NexusServiceOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tests Nexus operations on a real Temporal server. */
@TemporalServerTest
class NexusLaneTests {

    private static ServerApplication application;

    private static OperatorServiceStubs operator;

    private static Endpoint endpoint;

    private final String workflowId = UUID.randomUUID().toString();

    private final byte[] input = Payloads.bytes(THREE_MEGABYTES, 1);

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class,
                ServerApplication.workflows(Caller.Implementation.class, Handler.Implementation.class),
                "worker.nexus-service-beans[0]=service");
        operator = OperatorServiceStubs.newServiceStubs(OperatorServiceStubsOptions.newBuilder()
            .setTarget(TemporalServer.shared().getTarget())
            .validateAndBuildWithDefaults());
        endpoint = operator.blockingStub()
            .createNexusEndpoint(CreateNexusEndpointRequest.newBuilder()
                .setSpec(EndpointSpec.newBuilder()
                    .setName("endpoint-" + UUID.randomUUID())
                    .setTarget(EndpointTarget.newBuilder()
                        .setWorker(EndpointTarget.Worker.newBuilder()
                            .setNamespace("default")
                            .setTaskQueue(application.getTaskQueue()))))
                .build())
            .getEndpoint();
    }

    @AfterAll
    static void stop() {
        operator.blockingStub()
            .deleteNexusEndpoint(DeleteNexusEndpointRequest.newBuilder()
                .setId(endpoint.getId())
                .setVersion(endpoint.getVersion())
                .build());
        operator.shutdownNow();
        application.close();
    }

    @Test
    void storesInputAndResultOfAnOperation() {
        assertThat(call("sync")).isEqualTo(shift(this.input, 2));

        String caller = workflow("Caller", this.workflowId, runId());
        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Caller", this.workflowId, null)),
                    tuple(EVENT_TYPE_NEXUS_OPERATION_SCHEDULED, caller),
                    // Who handles an operation does not know who calls it.
                    tuple(EVENT_TYPE_NEXUS_OPERATION_COMPLETED, "v0"),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, caller));
    }

    @Test
    void storesInputAndResultOfAWorkflowOperation() {
        assertThat(call("async")).isEqualTo(shift(this.input, 2));

        String handlerId = handlerId(this.input);
        assertThat(application.references(handlerId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Handler", handlerId, null)),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
                            workflow("Handler", handlerId, application.runId(handlerId))));
        String caller = workflow("Caller", this.workflowId, runId());
        assertThat(application.references(this.workflowId)).extracting(Reference::event, Reference::target)
            .containsExactly(tuple(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, workflow("Caller", this.workflowId, null)),
                    tuple(EVENT_TYPE_NEXUS_OPERATION_SCHEDULED, caller),
                    tuple(EVENT_TYPE_NEXUS_OPERATION_COMPLETED,
                            workflow("Handler", handlerId, application.runId(handlerId))),
                    tuple(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, caller));
    }

    private static String handlerId(byte[] bytes) {
        return "handler-" + Payloads.sha256(bytes);
    }

    private byte[] call(String operation) {
        return application.newWorkflow(Caller.class, this.workflowId)
            .call(endpoint.getSpec().getName(), operation, this.input);
    }

    private String runId() {
        return application.runId(this.workflowId);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        ShiftingServiceImplementation service() {
            return new ShiftingServiceImplementation();
        }

    }

    @Service(name = "Shifting")
    public interface ShiftingService {

        @Operation
        byte[] sync(byte[] bytes);

        @Operation
        byte[] async(byte[] bytes);

    }

    @ServiceImpl(service = ShiftingService.class)
    public static class ShiftingServiceImplementation {

        @OperationImpl
        public OperationHandler<byte[], byte[]> sync() {
            return OperationHandler.sync((context, details, bytes) -> shift(bytes, 1));
        }

        @OperationImpl
        public OperationHandler<byte[], byte[]> async() {
            return WorkflowRunOperation.fromWorkflowMethod((context, details,
                    bytes) -> Nexus.getOperationContext()
                        .getWorkflowClient()
                        .newWorkflowStub(Handler.class,
                                WorkflowOptions.newBuilder().setWorkflowId(handlerId(bytes)).build())::handle);
        }

    }

    @WorkflowInterface
    public interface Handler {

        @WorkflowMethod
        byte[] handle(byte[] bytes);

        class Implementation implements Handler {

            @Override
            public byte[] handle(byte[] bytes) {
                return shift(bytes, 1);
            }

        }

    }

    @WorkflowInterface
    public interface Caller {

        @WorkflowMethod
        byte[] call(String endpointName, String operation, byte[] bytes);

        class Implementation implements Caller {

            @Override
            public byte[] call(String endpointName, String operation, byte[] bytes) {
                ShiftingService service = Workflow.newNexusServiceStub(ShiftingService.class,
                        NexusServiceOptions.newBuilder()
                            .setEndpoint(endpointName)
                            .setOperationOptions(NexusOperationOptions.newBuilder()
                                .setScheduleToCloseTimeout(Duration.ofSeconds(40))
                                .build())
                            .build());
                return shift(operation.equals("sync") ? service.sync(bytes) : service.async(bytes), 1);
            }

        }

    }

}
