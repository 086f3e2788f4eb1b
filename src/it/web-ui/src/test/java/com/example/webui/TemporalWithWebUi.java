package com.example.webui;

import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.testing.ServerProcess;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** Temporal's development server with its Web UI, which knows the codec server. */
class TemporalWithWebUi extends ServerProcess {

    /** A namespace that the application works in, besides {@code default}. */
    static final String PLAIN_NAMESPACE = "plain";

    /** A namespace that the application knows nothing of. */
    static final String OTHER_NAMESPACE = "elsewhere";

    private final int webUiPort = freePort();

    private final String codecEndpoint;

    TemporalWithWebUi(String codecEndpoint) {
        super("The Temporal server");
        this.codecEndpoint = codecEndpoint;
        resume();
        awaitNamespaces();
        await().ignoreExceptions().atMost(Duration.ofMinutes(1)).until(() -> {
            new Socket(InetAddress.getLoopbackAddress(), this.webUiPort).close();
            return true;
        });
    }

    private void awaitNamespaces() {
        WorkflowServiceStubs stubs = WorkflowServiceStubs
            .newServiceStubs(WorkflowServiceStubsOptions.newBuilder().setTarget(getTarget()).build());
        try {
            for (String namespace : List.of("default", PLAIN_NAMESPACE, OTHER_NAMESPACE)) {
                await().ignoreExceptions()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> stubs.blockingStub()
                        .describeNamespace(DescribeNamespaceRequest.newBuilder().setNamespace(namespace).build())
                        .hasNamespaceInfo());
            }
        }
        finally {
            stubs.shutdownNow();
        }
    }

    @Override
    protected List<String> command() {
        return List.of(Program.TEMPORAL.executable().toString(), "server", "start-dev", "--ip", "127.0.0.1", "--port",
                String.valueOf(getPort()), "--ui-port", String.valueOf(this.webUiPort), "--ui-codec-endpoint",
                this.codecEndpoint, "--ui-disable-news-fetch", "--namespace", PLAIN_NAMESPACE, "--namespace",
                OTHER_NAMESPACE, "--log-level", "error");
    }

    String getTarget() {
        return "127.0.0.1:" + getPort();
    }

    /** Returns the Web UI's origin, which the application allows. */
    String getWebUi() {
        return "http://localhost:" + this.webUiPort;
    }

    /** Returns another origin that leads to the same Web UI. */
    String getWebUiFromElsewhere() {
        return "http://127.0.0.1:" + this.webUiPort;
    }

}
