package com.example.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.example.monitoring.Application.Answer;
import io.github.claimcheck.temporal.testing.RedisServer;
import io.github.claimcheck.temporal.testing.S3Proxy;
import io.github.claimcheck.temporal.testing.TemporalServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.context.annotation.Bean;

/** The Actuator endpoint over HTTP, on a real Temporal server and real stores. */
@NeedsPrograms({ Program.TEMPORAL, Program.REDIS })
class EndpointTests {

    private static final String ENDPOINT = "externalstorage";

    private static final String EXPOSED = "management.endpoints.web.exposure.include=externalstorage";

    private static final String SHOWN = "management.endpoint.externalstorage.show-values=always";

    private static Stores stores;

    private static Application application;

    private static Traffic workflows;

    @BeforeAll
    static void start() throws IOException {
        stores = new Stores();
        application = start(List.of(EXPOSED, SHOWN));
        workflows = new Traffic(application.getWorkflows());
    }

    @AfterAll
    static void stop() throws IOException {
        if (application != null) {
            workflows.close();
            application.close();
        }
        stores.close();
    }

    private static Application start(List<String> properties, Class<?>... beans) {
        List<String> all = new ArrayList<>(stores.properties());
        all.add("spring.temporal.connection.target=" + TemporalServer.shared().getTarget());
        all.addAll(properties);
        return Application.start(all, beans);
    }

    private static Answer answered(Answer answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).doesNotContain(S3Proxy.SECRET_ACCESS_KEY, RedisServer.PASSWORD, "\tat ");
        return answer;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    private static Map<String, Object> driver(Map<String, Object> description, String name) {
        return MonitoringFiles.maps(description.get("drivers"))
            .stream()
            .filter((driver) -> name.equals(driver.get("name")))
            .findFirst()
            .orElseThrow();
    }

    @Test
    void describesTheStorageOfTheApplication() {
        Map<String, Object> description = answered(application.get(ENDPOINT), 200).json();
        assertThat(description).containsEntry("threshold", 1000)
            .containsOnlyKeys("threshold", "drivers", "selector", "cache", "transfers", "namespaces");
        assertThat(MonitoringFiles.maps(description.get("drivers"))).extracting((driver) -> driver.get("name"))
            .containsExactlyInAnyOrder("s3", "durable", "first", "second", "pair", "redis", "copy");
        Map<String, Object> s3 = driver(description, "s3");
        assertThat(s3.get("type")).isEqualTo("aws.s3driver");
        assertThat(map(s3.get("limits")).get("maxPayloadSize")).isEqualTo(100 * 1024);
        assertThat(map(s3.get("place")).get("bucket")).isEqualTo("documents");
        assertThat(map(s3.get("health")).get("status")).isEqualTo("UP");
        assertThat(MonitoringFiles.maps(driver(description, "durable").get("delegates")))
            .extracting((delegate) -> delegate.get("name"), (delegate) -> delegate.get("passedOver"))
            .containsExactly(tuple("first", false), tuple("second", false));
        Map<String, Object> selector = map(description.get("selector"));
        assertThat(selector.get("defaultDriver")).isEqualTo("s3");
        assertThat(MonitoringFiles.maps(selector.get("routes"))).extracting((route) -> route.get("driver"))
            .containsExactly("durable", "pair");
        assertThat(map(description.get("transfers")).get("maxConcurrent")).isEqualTo(16);
        assertThat(map(description.get("cache")).get("maxBytes")).isEqualTo(0);
        Map<String, Object> namespace = map(map(description.get("namespaces")).get("default"));
        assertThat(namespace.get("stores")).isEqualTo(true);
        assertThat(String.valueOf(namespace.get("converter"))).endsWith("DefaultDataConverter");
    }

    @Test
    void describesTheCacheOnDisk(@TempDir Path directory) {
        try (Application cached = start(
                List.of(EXPOSED, SHOWN, "temporal.external-storage.cache.disk.directory=" + directory,
                        "temporal.external-storage.cache.disk.max-size=10MB"))) {
            Map<String, Object> cache = map(answered(cached.get(ENDPOINT), 200).json().get("cache"));
            assertThat(map(cache.get("disk"))).containsEntry("maxBytes", 10 * 1024 * 1024)
                .containsOnlyKeys("entries", "bytes", "maxBytes", "hits", "misses");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3-", "durable-", "pair-", "s3-a/b c+d&e=f?ü%2F-" })
    void auditsTheHistoryOfAWorkflow(String prefix) {
        String id = workflows.run(prefix);
        Map<String, Object> audit = answered(application.get(ENDPOINT, "workflowId=" + id), 200).json();
        assertThat(audit).containsEntry("workflowId", id).containsEntry("namespace", "default");
        List<Map<String, Object>> references = MonitoringFiles.maps(audit.get("references"));
        assertThat(references).extracting((found) -> found.get("eventType"))
            .containsExactly("WORKFLOW_EXECUTION_STARTED", "ACTIVITY_TASK_SCHEDULED", "ACTIVITY_TASK_COMPLETED",
                    "WORKFLOW_EXECUTION_COMPLETED");
        assertThat(references).extracting((found) -> found.get("state")).containsOnly("PRESENT");
        assertThat(references).extracting((found) -> found.get("driver"))
            .containsOnly(prefix.substring(0, prefix.indexOf('-')));
        assertThat(String.valueOf(audit.get("summary"))).startsWith("4 references, ").endsWith(": 4 present");
    }

    @Test
    void goesOnWhereItStopped() {
        String id = workflows.run("s3-");
        Map<String, Object> first = answered(application.get(ENDPOINT, "workflowId=" + id, "limit=3"), 200).json();
        assertThat(first).containsEntry("next", 3);
        Map<String, Object> rest = answered(application.get(ENDPOINT, "workflowId=" + id, "runId=" + first.get("runId"),
                "namespace=default", "from=3", "limit=3", "timeout=10s"), 200)
            .json();
        assertThat(MonitoringFiles.maps(rest.get("references"))).extracting((found) -> found.get("eventType"))
            .containsExactly("WORKFLOW_EXECUTION_COMPLETED");
    }

    @Test
    void tellsWhatIsGoneInOneHistoryAndInMany() throws IOException {
        String id = workflows.run("s3-");
        stores.deleteObjectsOf(id);
        Map<String, Object> audit = answered(application.get(ENDPOINT, "workflowId=" + id), 200).json();
        assertThat(MonitoringFiles.maps(audit.get("references"))).extracting((found) -> found.get("state"))
            .containsOnly("GONE");
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            Map<String, Object> audits = answered(
                    application.post(ENDPOINT + "/audit",
                            "{\"query\": \"WorkflowId = '" + id + "'\", \"maxWorkflows\": 5, \"timeout\": \"30s\"}"),
                    200)
                .json();
            assertThat(audits).containsEntry("workflows", 1);
            assertThat(MonitoringFiles.maps(audits.get("affected")))
                .extracting((affected) -> affected.get("workflowId"))
                .containsExactly(id);
        });
    }

    @Test
    void answersWhatItCannotDoWithAnError() {
        String unknown = UUID.randomUUID().toString();
        assertThat(error(application.get(ENDPOINT, "workflowId=" + unknown), 404)).contains("NOT_FOUND");
        assertThat(error(application.get(ENDPOINT, "workflowId=" + unknown, "namespace=elsewhere"), 404))
            .contains("elsewhere", "[default]");
        assertThat(error(application.post(ENDPOINT + "/repair", "{}"), 404)).contains("repair",
                "externalstorage/audit");
        assertThat(error(application.post(ENDPOINT + "/audit", "{\"query\": \"no query\"}"), 400))
            .contains("INVALID_ARGUMENT");
        assertThat(error(application.post(ENDPOINT + "/audit", "{\"next\": \"no token\"}"), 400)).contains("next");
        for (String wrong : List.of("limit=0", "limit=10001", "limit=x", "from=-1", "timeout=1d", "timeout=x")) {
            answered(application.get(ENDPOINT, "workflowId=" + unknown, wrong), 400);
        }
        answered(application.get(ENDPOINT, "from=1"), 400);
    }

    private static String error(Answer answer, int status) {
        return String.valueOf(answered(answer, status).json().get("error"));
    }

    @Test
    void isNotExposedByDefault() {
        try (Application other = start(List.of("management.endpoints.web.exposure.include=health"))) {
            answered(other.get(ENDPOINT), 404);
            answered(other.post(ENDPOINT + "/audit", "{}"), 404);
        }
    }

    @Test
    void hidesPlacesByDefault() {
        String id = workflows.run("s3-");
        try (Application other = start(List.of(EXPOSED))) {
            for (Answer answer : List.of(other.get(ENDPOINT), other.get(ENDPOINT, "workflowId=" + id))) {
                assertThat(answered(answer, 200).body()).contains("******")
                    .doesNotContain("documents", stores.s3().getEndpoint().toString(),
                            stores.gateway().getEndpoint().toString());
            }
        }
    }

    @Test
    void sanitizesAsTheApplicationSays() {
        try (Application other = start(List.of(EXPOSED, SHOWN), HiddenBuckets.class)) {
            Map<String, Object> description = answered(other.get(ENDPOINT), 200).json();
            assertThat(map(driver(description, "s3").get("place")).get("bucket")).isEqualTo("hidden");
            assertThat(map(driver(description, "s3").get("place")).get("endpoint"))
                .isEqualTo(stores.gateway().getEndpoint().toString());
        }
    }

    static class HiddenBuckets {

        @Bean
        SanitizingFunction hiddenBuckets() {
            return (data) -> data.getKey().endsWith("bucket") ? data.withValue("hidden") : data;
        }

    }

}
