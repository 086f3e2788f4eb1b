package io.github.claimcheck.temporal.testing;

import io.temporal.api.workflowservice.v1.RegisterNamespaceRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A real Temporal server: the one at {@code TEMPORAL_ADDRESS}, or else one that the
 * {@code temporal} executable on the path runs for as long as the test run, on free ports
 * and with data of its own.
 */
public final class TemporalServer {

    /** A namespace besides {@code default}. */
    public static final String SECOND_NAMESPACE = "second";

    private static TemporalServer shared;

    private final String target;

    private TemporalServer(String target) {
        this.target = target;
    }

    public static boolean isAvailable() {
        return address().isPresent() || executable().isPresent();
    }

    private static Optional<String> address() {
        return Optional.ofNullable(System.getenv("TEMPORAL_ADDRESS")).filter((address) -> !address.isBlank());
    }

    private static Optional<Path> executable() {
        return ServerProcess.onPath("temporal");
    }

    /** Returns the server, which is started for the first test that asks. */
    public static synchronized TemporalServer shared() {
        ServerProcess.requireTag("Temporal");
        if (shared == null) {
            shared = new TemporalServer(address().orElseGet(() -> new DevelopmentServer().getTarget()));
            shared.registerSecondNamespace();
        }
        return shared;
    }

    private void registerSecondNamespace() {
        WorkflowServiceStubs stubs = newStubs();
        try {
            stubs.blockingStub()
                .registerNamespace(RegisterNamespaceRequest.newBuilder()
                    .setNamespace(SECOND_NAMESPACE)
                    .setWorkflowExecutionRetentionPeriod(
                            com.google.protobuf.Duration.newBuilder().setSeconds(Duration.ofDays(1).toSeconds()))
                    .build());
        }
        catch (io.grpc.StatusRuntimeException ex) {
            if (ex.getStatus().getCode() != io.grpc.Status.Code.ALREADY_EXISTS) {
                throw ex;
            }
        }
        finally {
            stubs.shutdownNow();
        }
    }

    /**
     * Returns stubs without any plugin, to look at what the server has; to be shut down.
     */
    public WorkflowServiceStubs newStubs() {
        WorkflowServiceStubs stubs = WorkflowServiceStubs
            .newServiceStubs(WorkflowServiceStubsOptions.newBuilder().setTarget(this.target).build());
        stubs.connect(Duration.ofSeconds(60));
        return stubs;
    }

    /** Returns {@code host:port}. */
    public String getTarget() {
        return this.target;
    }

    /** A server that this test run starts. */
    private static final class DevelopmentServer extends ServerProcess {

        DevelopmentServer() {
            super("The Temporal server");
            resume();
        }

        @Override
        protected List<String> command() {
            return List.of(executable().orElseThrow().toString(), "server", "start-dev", "--headless", "--ip",
                    "127.0.0.1", "--port", String.valueOf(getPort()), "--db-filename",
                    getDirectory().resolve("data.db").toString(), "--log-level", "error");
        }

        String getTarget() {
            return "127.0.0.1:" + getPort();
        }

    }

}
