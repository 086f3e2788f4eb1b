package com.example.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.ServerProcess;
import io.github.claimcheck.temporal.testing.TemporalServer;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A real Prometheus scrapes an application with workers on a real Temporal server, while
 * its stores are stopped, slowed down and emptied.
 */
@NeedsPrograms({ Program.TEMPORAL, Program.REDIS, Program.PROMETHEUS })
@Tag("one-framework")
@TestMethodOrder(OrderAnnotation.class)
class MonitoringTests {

    private static final Pattern SERIES = Pattern.compile("temporal_external_storage_[a-z_]+(\\s*\\{[^}$]*})?");

    private static final Pattern LABELS = Pattern.compile("(?:by|on) \\(([\\w, ]+)\\)");

    private static final Pattern ALTERNATIVES = Pattern.compile("(\\w+)=~\"([^\"]+\\|[^\"]+)\"");

    private static final String[] ROUTES = { "s3-", "durable-", "pair-" };

    private static Stores stores;

    private static ConfigurableApplicationContext application;

    private static Prometheus prometheus;

    private static Traffic traffic;

    @BeforeAll
    static void start() throws IOException {
        int port = ServerProcess.freePort();
        stores = new Stores();
        List<String> arguments = new ArrayList<>(stores.properties());
        arguments.add("server.port=" + port);
        arguments.add("spring.temporal.connection.target=" + TemporalServer.shared().getTarget());
        application = new SpringApplicationBuilder(MonitoringApplication.class)
            .properties("logging.level.io.temporal=off")
            .run(arguments.stream().map((argument) -> "--" + argument).toArray(String[]::new));
        prometheus = new Prometheus(port);
        traffic = new Traffic(application.getBean(WorkflowClient.class), ROUTES);
    }

    @AfterAll
    static void stop() throws IOException {
        if (prometheus != null) {
            traffic.close();
            prometheus.close();
            application.close();
        }
        stores.close();
    }

    /** The time that the slowest alert takes, with clients that try again. */
    private static ConditionFactory await(String what) {
        return Awaitility.await(what)
            .atMost(Duration.ofMinutes(3))
            .pollInterval(Duration.ofMillis(500))
            .ignoreExceptions();
    }

    private static void awaitFiring(String... alerts) {
        await(String.join(" and ", alerts)).untilAsserted(() -> assertThat(prometheus.firing()).contains(alerts));
    }

    private static void awaitQuiet(String... alerts) {
        await("no " + String.join(", no ", alerts))
            .untilAsserted(() -> assertThat(prometheus.firing()).doesNotContain(alerts));
    }

    @AfterEach
    void mend() {
        Stream.of("GET", "PUT").forEach((method) -> stores.gateway().on(method, S3Gateway.Exchange::forward));
    }

    @Test
    @Order(1)
    void anApplicationThatWorksFiresNothing() {
        await("scrapes with traffic").until(
                () -> !prometheus
                    .query("count_over_time(up[1m]) > 25 and on (job) sum by (job) "
                            + "(temporal_external_storage_calls_total{error=\"none\"}) > 100")
                    .isEmpty());
        assertThat(prometheus.query("max_over_time(ALERTS{alertstate=\"firing\"}[1m])")).isEmpty();
    }

    @Test
    @Order(2)
    void everySeriesThatIsNamedIsThere() {
        Set<String> names = MonitoringFiles.texts()
            .flatMap((text) -> SERIES.matcher(text).results())
            .map((series) -> series.group().replaceAll("(?s)\\s*\\{.*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
        assertThat(names).hasSizeGreaterThan(15)
            .allSatisfy((name) -> assertThat(prometheus.query(name)).as(name).isNotEmpty());
    }

    @Test
    @Order(2)
    void everySeriesOfTheAlertsIsThereBeforeTheyFire() {
        Set<String> known = prometheus.query("{__name__=~\"temporal_external_storage_.*\"}")
            .stream()
            .flatMap((series) -> ((Map<?, ?>) series.get("metric")).keySet().stream())
            .map(String::valueOf)
            .collect(Collectors.toSet());
        assertThat(known).contains("job", "instance", "driver");
        MonitoringFiles.alerts().forEach((alert, expression) -> {
            SERIES.matcher(expression)
                .results()
                .map(MatchResult::group)
                .flatMap(MonitoringTests::alternatives)
                .forEach((series) -> assertThat(prometheus.query(series)).as(alert + ": " + series).isNotEmpty());
            assertThat(LABELS.matcher(expression).results().flatMap((labels) -> Stream.of(labels.group(1).split(", "))))
                .as(alert)
                .isSubsetOf(known);
        });
    }

    /** Returns a selector for each of the values that it lists. */
    private static Stream<String> alternatives(String selector) {
        List<MatchResult> lists = ALTERNATIVES.matcher(selector).results().toList();
        if (lists.isEmpty()) {
            return Stream.of(selector);
        }
        MatchResult list = lists.get(0);
        return Stream.of(list.group(2).split("\\|"))
            .map((value) -> selector.replace(list.group(), list.group(1) + "=\"" + value + "\""));
    }

    @Test
    @Order(2)
    void everyExceptionHasAnAlert() {
        Set<String> errors = prometheus.query("group by (error) (temporal_external_storage_calls_total)")
            .stream()
            .map((series) -> String.valueOf(((Map<?, ?>) series.get("metric")).get("error")))
            .collect(Collectors.toSet());
        Set<String> alerted = MonitoringFiles.alerts()
            .values()
            .stream()
            .flatMap((expression) -> Pattern.compile("error=~?\"([^\"]+)\"").matcher(expression).results())
            .flatMap((selector) -> Stream.of(selector.group(1).split("\\|")))
            .collect(Collectors.toSet());
        errors.remove("none");
        assertThat(alerted).isEqualTo(errors);
    }

    @Test
    @Order(2)
    void everyQueryOfTheDashboardHasAnAnswer() {
        assertThat(MonitoringFiles.queries("10s")).hasSizeGreaterThan(15)
            .allSatisfy((panel, query) -> assertThat(prometheus.query(query)).as(panel + ": " + query).isNotEmpty());
    }

    @Test
    @Order(3)
    void aStoreThatIsSlowHoldsUpWorkflowTasks() {
        stores.gateway().on("GET", S3Gateway.delayed(Duration.ofSeconds(6)));
        awaitFiring("SlowWorkflowTasks");
    }

    @ParameterizedTest
    @CsvSource({ "PUT, 403, AccessDenied, Denied s3", "GET, 403, InvalidAccessKeyId, Denied s3",
            "PUT, 404, NoSuchBucket, BucketMissing s3", "GET, 404, NoSuchBucket, BucketMissing s3",
            "PUT, 503, SlowDown, Throttled s3" })
    @Order(4)
    void whatTheStoreAnswersIsToldByItsClass(String method, int status, String code, String alert) {
        awaitQuiet(alert);
        stores.gateway().on(method, S3Gateway.failing(status, code));
        awaitFiring(alert);
        mend();
        awaitQuiet(alert);
    }

    @Test
    @Order(5)
    void aStoreThatStopsFailsAndIsReplacedByItsFallback() throws IOException {
        await("a time without failures").until(
                () -> prometheus.query("sum(increase(temporal_external_storage_calls_total{error!=\"none\"}[25s])) > 0")
                    .isEmpty());
        Instant start = Instant.now();
        stores.s3().kill();
        awaitFiring("Failing s3", "NoSuccess s3", "FallbackInUse durable");
        assertThat(prometheus.firing()).doesNotContain("Failing first", "NoSuccess first", "Failing pair");
        stores.s3().resume();
        awaitQuiet("Failing s3", "NoSuccess s3", "Failing durable", "FallbackInUse durable");
        Instant end = Instant.now();
        await("the time after the outage").until(() -> Instant.now().isAfter(end.plusSeconds(10)));
        Outage.draw(prometheus, start.minusSeconds(15), Instant.now(), Path.of("target", "outage.svg"));
    }

    @Test
    @Order(6)
    void aPayloadThatIsTooLargeIsRefused() {
        await("Refused").untilAsserted(() -> {
            assertThatThrownBy(() -> traffic.start("s3-", 200_000)).hasStackTraceContaining("max-payload-size");
            assertThat(prometheus.firing()).contains("Refused s3");
        });
    }

    @Test
    @Order(7)
    void objectsThatAreGoneAreDamage() throws IOException {
        awaitQuiet("ObjectsDamaged s3");
        String id = traffic.run("s3-");
        stores.deleteObjectsOf(id);
        assertThatThrownBy(() -> traffic.result(id)).hasStackTraceContaining("ObjectNotFoundException");
        awaitFiring("ObjectsDamaged s3");
    }

    @Test
    @Order(8)
    void copiesThatAMirrorPutsBackAreNone() {
        String id = traffic.run("pair-");
        byte[] result = traffic.result(id);
        stores.redis().commands().flushall();
        assertThat(traffic.result(id)).isEqualTo(result);
        awaitFiring("MirrorRepairs pair");
        assertThat(prometheus.query("max_over_time(ALERTS{alertname=\"ExternalStorageObjectsDamaged\", "
                + "driver=~\"redis|pair\", alertstate=\"firing\"}[1m])"))
            .isEmpty();
    }

    @Test
    @Order(9)
    void aStoreThatDoesNotAnswerHangs() {
        S3Gateway.Hold hold = new S3Gateway.Hold(0);
        stores.gateway().on("PUT", hold);
        stores.gateway().on("GET", hold);
        String[] more = Collections.nCopies(10, "s3-").toArray(String[]::new);
        try (Traffic clients = new Traffic(application.getBean(WorkflowClient.class), more)) {
            awaitFiring("Hanging s3", "NoSuccess s3", "Saturated");
            hold.release();
        }
        mend();
        awaitQuiet("Hanging s3", "NoSuccess s3", "Saturated");
    }

}
