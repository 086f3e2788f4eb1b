package io.github.claimcheck.temporal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Duration;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.health.StorageHealth;
import io.github.claimcheck.temporal.testing.RawHttpServer;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.ServerProcess;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.github.claimcheck.temporal.testing.TemporalServerTest;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.temporal.api.workflowservice.v1.RegisterNamespaceRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests the check of expiries against the retention periods of a real Temporal server. S3
 * is a socket, with a bucket whose rule deletes after two days.
 */
@TemporalServerTest
@ExtendWith(OutputCaptureExtension.class)
class ExpiryTests {

    private static final String NAMESPACE = "retains-" + UUID.randomUUID();

    private static final String RULE = "<LifecycleConfiguration><Rule><ID>two days</ID><Status>Enabled</Status>"
            + "<Filter><Prefix>v0/</Prefix></Filter><Expiration><Days>2</Days></Expiration></Rule>"
            + "</LifecycleConfiguration>";

    private static final String DENIED = "<Error><Code>AccessDenied</Code><Message>No.</Message></Error>";

    /** Its own retention period is three days; that of the default namespace is one. */
    @BeforeAll
    static void register() {
        WorkflowServiceStubs stubs = TemporalServer.shared().newStubs();
        try {
            stubs.blockingStub()
                .registerNamespace(RegisterNamespaceRequest.newBuilder()
                    .setNamespace(NAMESPACE)
                    .setWorkflowExecutionRetentionPeriod(Duration.newBuilder().setSeconds(72 * 3600))
                    .build());
        }
        finally {
            stubs.shutdownNow();
        }
    }

    private static ConfigurableApplicationContext start(RawHttpServer s3, String target, String... properties) {
        String[] arguments = Stream.of(Stream.of(S3Server.properties("payloads", s3.getEndpoint())),
                Stream.of("spring.temporal.connection.target=" + target, "spring.temporal.namespaces[0].alias=other",
                        "spring.temporal.namespaces[0].namespace=" + NAMESPACE,
                        "logging.level.io.github.claimcheck.temporal.expiry=info"),
                Stream.of(properties))
            .flatMap((each) -> each)
            .map((property) -> "--" + property)
            .toArray(String[]::new);
        return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE).run(arguments);
    }

    private static RawHttpServer s3(int status, String lifecycle) {
        return new RawHttpServer((request) -> request.respond(request.path().contains("lifecycle") ? status : 200,
                request.path().contains("lifecycle") ? lifecycle : "<VersioningConfiguration/>",
                "Content-Type: application/xml"));
    }

    private static List<String> lines(CapturedOutput output) {
        return output.getOut().lines().filter((line) -> line.contains("ExpiryCheck")).toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> expiry(ConfigurableApplicationContext context) {
        return (Map<String, String>) context.getBean(StorageHealth.class)
            .get("aws.s3driver")
            .details()
            .getOrDefault("expiry", Map.of());
    }

    private static double margin(ConfigurableApplicationContext context, String namespace) {
        Gauge gauge = context.getBean(MeterRegistry.class)
            .find("temporal.external.storage.expiry.margin")
            .tags("driver", "aws.s3driver", "namespace", namespace)
            .gauge();
        return (gauge != null) ? gauge.value() : Double.NaN;
    }

    @Test
    void holdsTheRuleAgainstTheRetentionPeriodOfEachNamespace(CapturedOutput output) throws IOException {
        try (RawHttpServer s3 = s3(200, RULE);
                ConfigurableApplicationContext context = start(s3, TemporalServer.shared().getTarget())) {
            await().untilAsserted(() -> assertThat(expiry(context)).containsOnlyKeys("default", NAMESPACE));
            assertThat(margin(context, "default")).isEqualTo(TimeUnit.DAYS.toSeconds(1));
            assertThat(margin(context, NAMESPACE)).isEqualTo(-TimeUnit.DAYS.toSeconds(1));
            assertThat(expiry(context).get("default")).doesNotContain("too short");
            assertThat(expiry(context).get(NAMESPACE)).contains("too short", "2 days", "3 days");
            assertThat(lines(output)).hasSize(2)
                .anySatisfy((line) -> assertThat(line).contains("WARN", NAMESPACE, "Lifecycle rule 'two days'",
                        "under 'v0/' after 2 days", "3 days", "temporal.external-storage.expiry.longest-run"))
                .anySatisfy((line) -> assertThat(line).contains("INFO", "'default'", "That leaves 1 day"));
            assertThat(context.getBean(StorageHealth.class).get("aws.s3driver").status()).isNotEqualTo(Status.UNKNOWN);
            assertThat(context.getBean(PrometheusMeterRegistry.class).scrape())
                .contains("temporal_external_storage_expiry_margin_seconds{driver=\"aws.s3driver\",namespace=\""
                        + NAMESPACE + "\"} -86400.0");
        }
    }

    @Test
    void theLongestRunCounts(CapturedOutput output) throws IOException {
        try (RawHttpServer s3 = s3(200, RULE);
                ConfigurableApplicationContext context = start(s3, TemporalServer.shared().getTarget(),
                        "temporal.external-storage.expiry.longest-run=36h")) {
            await().untilAsserted(() -> assertThat(expiry(context)).containsOnlyKeys("default", NAMESPACE));
            assertThat(lines(output)).hasSize(2)
                .allSatisfy((line) -> assertThat(line).contains("WARN", "longest-run (36 hours)"))
                .anySatisfy((line) -> assertThat(line).contains("'default'", "60 hours"));
        }
    }

    @Test
    void aMissingPermissionIsOneLine(CapturedOutput output) throws IOException {
        try (RawHttpServer s3 = s3(403, DENIED);
                ConfigurableApplicationContext context = start(s3, TemporalServer.shared().getTarget())) {
            await().untilAsserted(() -> assertThat(expiry(context)).containsOnlyKeys("default", NAMESPACE));
            assertThat(lines(output)).singleElement()
                .asString()
                .contains("INFO", "s3:GetLifecycleConfiguration", "s3:GetBucketVersioning", "arn:aws:s3:::payloads");
            assertThat(margin(context, "default")).isNaN();
        }
    }

    @Test
    void doesNotCheckIfItIsOff(CapturedOutput output) throws IOException {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (RawHttpServer s3 = s3(200, RULE);
                ConfigurableApplicationContext context = start(s3, TemporalServer.shared().getTarget(),
                        "temporal.external-storage.expiry.check=false")) {
            assertThat(Thread.getAllStackTraces().keySet()).filteredOn((thread) -> !before.contains(thread))
                .extracting(Thread::getName)
                .doesNotContain("external-storage-expiry");
            assertThat(expiry(context)).isEmpty();
        }
        assertThat(lines(output)).isEmpty();
    }

    /** Nobody listens on the port. */
    @Test
    void aServerThatIsAwayDelaysNeitherTheStartNorTheEnd(CapturedOutput output) throws Exception {
        int port = ServerProcess.freePort();
        Thread checking;
        try (RawHttpServer s3 = s3(200, RULE);
                ConfigurableApplicationContext context = start(s3, "127.0.0.1:" + port,
                        "spring.temporal.start-workers=false")) {
            checking = Thread.getAllStackTraces()
                .keySet()
                .stream()
                .filter((thread) -> thread.getName().equals("external-storage-expiry"))
                .findFirst()
                .orElseThrow();
            assertThat(context.isActive()).isTrue();
            await().atMost(java.time.Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(lines(output)).isNotEmpty());
            assertThat(lines(output)).allSatisfy((line) -> assertThat(line).contains("INFO", "UNAVAILABLE"));
        }
        checking.join(10_000);
        assertThat(checking.isAlive()).isFalse();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        PrometheusMeterRegistry registry() {
            return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        }

    }

}
