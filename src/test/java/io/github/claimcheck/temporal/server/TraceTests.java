package io.github.claimcheck.temporal.server;

import static io.github.claimcheck.temporal.server.ServerApplication.THREE_MEGABYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.github.claimcheck.temporal.testing.Traces;
import io.github.claimcheck.temporal.testing.TransferWorkflow;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.api.OpenTelemetry;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
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

    @Test
    void aWorkflow() throws Exception {
        TransferWorkflow workflow = application.newWorkflow(TransferWorkflow.class, this.workflowId);
        WorkflowStub stub = WorkflowStub.fromTyped(workflow);
        TRACES.within("caller", () -> {
            WorkflowClient.start(workflow::transfer, Payloads.bytes(THREE_MEGABYTES, 1));
            stub.signal("add", Payloads.bytes(THREE_MEGABYTES, 2));
            stub.getResult(byte[].class);
            stub.query("added", byte[].class);
            return null;
        });
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(TRACES.spans("caller")).isNotEmpty());
        System.out.println(String.join("\n", TRACES.tree()));
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
            return new TransferWorkflow.ActivityImplementation();
        }

    }

}
