package io.github.claimcheck.temporal.testing;

import io.temporal.api.workflowservice.v1.RegisterNamespaceRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map((directory) -> Path.of(directory, "temporal"))
            .filter(Files::isExecutable)
            .findFirst();
    }

    /** Returns the server, which is started for the first test that asks. */
    public static synchronized TemporalServer shared() {
        if (shared == null) {
            shared = new TemporalServer(address().orElseGet(TemporalServer::start));
            shared.registerSecondNamespace();
        }
        return shared;
    }

    private static String start() {
        try {
            int port = freePort();
            Path directory = Files.createTempDirectory("temporal-server");
            Path log = directory.resolve("server.log");
            List<String> command = new ArrayList<>(List.of(executable().orElseThrow().toString(), "server", "start-dev",
                    "--headless", "--ip", "127.0.0.1", "--port", String.valueOf(port), "--db-filename",
                    directory.resolve("data.db").toString(), "--log-level", "error"));
            Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            for (int i = 0; i < 600; i++) {
                if (!process.isAlive()) {
                    throw new IllegalStateException("The Temporal server ended: " + Files.readString(log));
                }
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
                    return "127.0.0.1:" + port;
                }
                catch (IOException ex) {
                    Thread.sleep(100);
                }
            }
            throw new IllegalStateException("The Temporal server does not listen: " + Files.readString(log));
        }
        catch (IOException ex) {
            throw new IllegalStateException("The Temporal server cannot be started", ex);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
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

}
