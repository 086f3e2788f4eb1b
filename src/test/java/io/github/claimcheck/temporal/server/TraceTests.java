package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.Traces;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests which span is below which on a real Temporal server, with the spans that the
 * Temporal starter makes of an OpenTelemetry bean.
 */
@TemporalServerTest
class TraceTests {

    private static final byte[] FAILS = new byte[2];

    private static final Traces TRACES = new Traces();

    private static ServerApplication application;

    private final String workflowId = UUID.randomUUID().toString();

    @BeforeAll
    static void start() {
        application = new ServerApplication(Application.class,
                ServerApplication.workflows(TransferWorkflow.Implementation.class),
                "worker.activity-beans[0]=transferActivity");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @BeforeEach
    void clear() {
        TRACES.clear();
    }

    /** As the reference shows it. */
    @Test
    void aWorkflowWithAnActivity() {
        TransferWorkflow workflow = application.newWorkflow(TransferWorkflow.class, this.workflowId);
        TRACES.within("checkout", () -> {
            WorkflowClient.start(workflow::transfer, Payloads.bytes(THREE_MEGABYTES, 1));
            return WorkflowStub.fromTyped(workflow).getResult(byte[].class);
        });

        await().untilAsserted(() -> assertThat(TRACES.tree(traceId())).containsExactly(
        // @formatter:off
                "checkout",
                "  StartWorkflow:TransferWorkflow",
                "    RunWorkflow:TransferWorkflow",
                "      StartActivity:Handle",
                "        RunActivity:Handle",
                "          external storage store (aws.s3driver)",
                "  external storage store (aws.s3driver)",
                "  external storage retrieve (aws.s3driver)"
                // @formatter:on
        ));
        // The worker retrieves the workflow's input and the activity's, and stores the
        // activity's input and the workflow's result.
        assertThat(TRACES.tree()).filteredOn((line) -> !line.startsWith(" "))
            .containsOnly("checkout", "external storage retrieve (aws.s3driver)",
                    "external storage store (aws.s3driver)");
    }

    @Test
    void aSignalAndAQuery() {
        TransferWorkflow workflow = application.newWorkflow(TransferWorkflow.class, this.workflowId);
        TRACES.within("signal", () -> WorkflowStub.fromTyped(workflow)
            .signalWithStart("add", new Object[] { Payloads.bytes(THREE_MEGABYTES, 2) }, new Object[] { new byte[1] }));
        byte[] added = TRACES.within("query", workflow::added);

        assertThat(added).hasSize(THREE_MEGABYTES);
        assertThat(storageSpansBelow("signal")).containsExactly("external storage store");
        assertThat(storageSpansBelow("query")).containsExactly("external storage retrieve");
    }

    /** The SDK retrieves it on a thread of its own. */
    @Test
    void aResultThatNobodyWaitsFor() {
        application.newWorkflow(TransferWorkflow.class, this.workflowId).transfer(Payloads.bytes(THREE_MEGABYTES, 1));
        clear();
        WorkflowStub workflow = application.getClient().newUntypedWorkflowStub(this.workflowId);
        TRACES.within("asynchronous", () -> workflow.getResultAsync(byte[].class)).join();

        // Below the caller's span only if the server answers before the call returns.
        await().untilAsserted(() -> assertThat(TRACES.tree().stream().map(String::strip))
            .containsExactlyInAnyOrder("asynchronous", "external storage retrieve (aws.s3driver)"));
    }

    @Test
    void anActivityThatFails() {
        TransferWorkflow workflow = application.newWorkflow(TransferWorkflow.class, this.workflowId);
        assertThatThrownBy(() -> workflow.transfer(FAILS)).isInstanceOf(WorkflowFailedException.class);

        await().untilAsserted(() -> assertThat(storageSpansBelow("RunActivity:Handle"))
            .containsExactly("external storage store", "external storage store"));
    }

    private static String traceId() {
        return TRACES.spans("checkout").get(0).getTraceId();
    }

    private static List<String> storageSpansBelow(String name) {
        List<String> parents = TRACES.spans(name).stream().map(SpanData::getSpanId).toList();
        return Stream.of("external storage store", "external storage retrieve")
            .flatMap((storage) -> TRACES.spans(storage).stream())
            .filter((span) -> parents.contains(span.getParentSpanId()))
            .map(SpanData::getName)
            .toList();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        OpenTelemetry openTelemetry() {
            return TRACES.getOpenTelemetry();
        }

        @Bean
        Tracer tracer() {
            return TRACES.getTracer();
        }

        @Bean
        ObservationRegistry observationRegistry() {
            return TRACES.getObservations();
        }

        @Bean
        TransferWorkflow.TransferActivity transferActivity() {
            return (bytes) -> {
                if (bytes.length == FAILS.length) {
                    throw ApplicationFailure.newFailure("failed", "Test", Payloads.bytes(THREE_MEGABYTES, 3));
                }
                return TransferWorkflow.shift(bytes, 1);
            };
        }

    }

}
