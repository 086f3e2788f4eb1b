package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.selector.RoutingStorageDriverSelector;
import io.github.claimcheck.temporal.selector.RoutingStorageDriverSelector.Explanation;
import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.test.util.TestPropertyValues.Type;
import org.springframework.core.env.MapPropertySource;

@ExtendWith(OutputCaptureExtension.class)
class StorageRoutesTests {

    private static final String PREFIX = "temporal.external-storage.";

    private static final StorageDriverTargetInfo REPORT = new StorageDriverWorkflowInfo("prod-eu", "report-7", "run",
            "YearlyReport");

    private static final StorageDriverTargetInfo ACTIVITY = new StorageDriverActivityInfo("prod-eu", "a", "run",
            "Charge");

    @TempDir
    private Path directory;

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withPropertyValues(Stream.of("main", "archive", "old")
                .flatMap((id) -> Stream.of("drivers." + id + ".type=local-disk", "drivers." + id + ".name=" + id,
                        "drivers." + id + ".directory=" + this.directory.resolve(id)))
                .map(PREFIX::concat)
                .toArray(String[]::new))
            .withPropertyValues(PREFIX + "default-driver=main");
    }

    private void explain(StorageDriverTargetInfo target, int size, String reason, String... properties) {
        runner().withPropertyValues(Stream.of(properties).map(PREFIX::concat).toArray(String[]::new)).run((context) -> {
            assertThat(context).hasNotFailed();
            Explanation explanation = context.getBean(RoutingStorageDriverSelector.class)
                .explain(target, Payloads.ofSerializedSize(size));
            assertThat(explanation.reason()).isEqualTo(reason);
            StorageDriver selected = context.getBean(ExternalStorage.class)
                .getDriverSelector()
                .selectDriver(() -> target, Payloads.ofSerializedSize(size));
            assertThat((selected != null) ? selected.getName() : null)
                .isEqualTo((explanation.driver() != null) ? explanation.driver().getName() : null);
        });
    }

    @Test
    void selectsTheDefaultDriverWithoutRoutes() {
        explain(REPORT, 1000, "there are no routes, so it goes to 'main'");
    }

    @Test
    void selectsTheFirstMatchingRoute() {
        explain(REPORT, 1000,
                "temporal.external-storage.routes[0] does not take it, because its workflow type 'YearlyReport' does "
                        + "not match [Order*, Charge]; temporal.external-storage.routes[1] takes it, so it goes to 'archive'",
                "routes[0].workflow-types=Order*,Charge", "routes[0].inline=true", "routes[1].namespaces=prod-*",
                "routes[1].workflow-ids=report-?", "routes[1].driver=archive", "routes[2].driver=old");
    }

    @Test
    void selectsTheDefaultDriverIfNoRouteMatches() {
        explain(REPORT, 1000,
                "temporal.external-storage.routes[0] does not take it, because its activity type is unknown, but must "
                        + "match [Charge]; no route takes it, so it goes to 'main'",
                "routes[0].activity-types=Charge", "routes[0].driver=archive");
    }

    @Test
    void keepsPayloadsInline() {
        explain(ACTIVITY, 1000, "temporal.external-storage.routes[0] takes it, so it stays inline",
                "routes[0].activity-types=C*", "routes[0].inline=true");
    }

    @Test
    void doesNotMatchStandaloneActivitiesByWorkflowType() {
        explain(ACTIVITY, 1000,
                "temporal.external-storage.routes[0] does not take it, because its workflow type is unknown, but must "
                        + "match [*]; no route takes it, so it goes to 'main'",
                "routes[0].workflow-types=*", "routes[0].driver=archive");
    }

    @Test
    void doesNotMatchAnUnknownNamespace() {
        explain(null, 1000,
                "temporal.external-storage.routes[0] does not take it, because its namespace is unknown, but must "
                        + "match [*]; no route takes it, so it goes to 'main'",
                "routes[0].namespaces=*", "routes[0].driver=archive");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null",
            value = { "999, below min-size 1000", "1000, null", "2000, null", "2001, above max-size 2000" })
    void includesTheBoundsOfSizes(int size, String refusal) {
        explain(REPORT, size,
                (refusal == null) ? "temporal.external-storage.routes[0] takes it, so it goes to 'archive'"
                        : "temporal.external-storage.routes[0] does not take it, because its size of " + size
                                + " bytes is " + refusal + "; no route takes it, so it goes to 'main'",
                "threshold=0", "routes[0].min-size=1000B", "routes[0].max-size=2000B", "routes[0].driver=archive");
    }

    @ParameterizedTest
    @CsvSource({ "binary/*, archive", "binary/plain, archive", "Binary/plain, main", "json/*, main",
            "binary/plai?, archive", "binary.plain, main", "'', main" })
    void matchesEncodingsByPattern(String encoding, String driver) {
        String[] route = encoding.isEmpty() ? new String[0]
                : new String[] { PREFIX + "routes[0].encodings=" + encoding, PREFIX + "routes[0].driver=archive" };
        runner().withPropertyValues(route)
            .run((context) -> assertThat(context.getBean(RoutingStorageDriverSelector.class)
                .explain(REPORT, Payloads.of(new byte[1]))
                .driver()
                .getName()).isEqualTo(driver));
    }

    /** As a profile or the environment overrides application.yaml. */
    @ParameterizedTest
    @ValueSource(strings = { "routes[0].workflow-ids[0]=report-*,routes[0].driver=old",
            "routes[0].workflow-ids=report-*,routes[0].driver=old",
            "routes[0].workflow-types=*,routes[0].driver=old,routes[1].encodings[0]=x,routes[1].driver=archive" })
    void takesRoutesFromTheFirstSource(String routes) {
        withRoutesInLaterSource().withPropertyValues(prefixed(routes))
            .run((context) -> assertThat(context.getBean(RoutingStorageDriverSelector.class)
                .explain(REPORT, Payloads.of(new byte[1]))
                .reason()).isEqualTo("temporal.external-storage.routes[0] takes it, so it goes to 'old'"));
    }

    @Test
    void takesRoutesFromTheEnvironmentBeforeAFile() {
        withRoutesInLaterSource()
            .withInitializer((context) -> TestPropertyValues
                .of("TEMPORAL_EXTERNALSTORAGE_ROUTES_0_WORKFLOWIDS=report-*",
                        "TEMPORAL_EXTERNALSTORAGE_ROUTES_0_DRIVER=old")
                .applyTo(context.getEnvironment(), Type.SYSTEM_ENVIRONMENT))
            .run((context) -> assertThat(context.getBean(RoutingStorageDriverSelector.class)
                .explain(REPORT, Payloads.of(new byte[1]))
                .reason()).isEqualTo("temporal.external-storage.routes[0] takes it, so it goes to 'old'"));
    }

    @Test
    void disablesRoutesOfLaterSourcesWithAnEmptyList() {
        withRoutesInLaterSource().withPropertyValues(PREFIX + "routes=")
            .run((context) -> assertThat(context.getBean(RoutingStorageDriverSelector.class)
                .explain(REPORT, Payloads.of(new byte[1]))
                .reason()).isEqualTo("there are no routes, so it goes to 'main'"));
    }

    @Test
    void failsOnAnElementWithoutAPredecessor() {
        FailureAnalysis failure = FailureReport
            .of(withRoutesInLaterSource().withPropertyValues(PREFIX + "routes[1].driver=old"));
        assertThat(failure.getDescription()).contains(PREFIX + "routes[1].driver has no effect")
            .contains("because the element before it is missing");
        assertThat(failure.getAction()).contains("Spring Boot does not merge lists from several sources");
    }

    private ApplicationContextRunner withRoutesInLaterSource() {
        return runner().withInitializer((context) -> context.getEnvironment()
            .getPropertySources()
            .addLast(new MapPropertySource("application.yaml",
                    Map.of(PREFIX + "routes[0].namespaces[0]", "dev-*", PREFIX + "routes[0].inline", "true",
                            PREFIX + "routes[1].workflow-types[0]", "Year*", PREFIX + "routes[1].workflow-types[1]",
                            "Report", PREFIX + "routes[1].driver", "archive"))));
    }

    private static String[] prefixed(String properties) {
        return Stream.of(properties.split(",")).map(PREFIX::concat).toArray(String[]::new);
    }

    @Test
    void logsEachSelectionAtDebug(CapturedOutput output) {
        runner()
            .withInitializer((context) -> LoggingSystem.get(getClass().getClassLoader())
                .setLogLevel(RoutingStorageDriverSelector.class.getName(), LogLevel.DEBUG))
            .run((context) -> {
                context.getBean(ExternalStorage.class)
                    .getDriverSelector()
                    .selectDriver(() -> REPORT, Payloads.ofSerializedSize(1000));
                assertThat(output)
                    .contains("Payload of 1000 bytes for workflow report-7 of type YearlyReport in prod-eu: there "
                            + "are no routes, so it goes to 'main'");
            });
    }

    @Test
    void needsNoDefaultDriverIfARouteMatchesAll() {
        runner().withPropertyValues(PREFIX + "default-driver=", PREFIX + "routes[0].driver=archive")
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void warnsAboutRoutesWithASelectorBean(CapturedOutput output) {
        runner().withBean(StorageDriverSelector.class, () -> (context, payload) -> null)
            .withPropertyValues(PREFIX + "routes[0].driver=archive")
            .run((context) -> {
                assertThat(context).hasNotFailed();
                assertThat(output).contains("temporal.external-storage.routes has no effect");
            });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "routes[0].driver=tape | routes[0].driver names an unknown storage driver, tape | Set temporal.external-storage.routes[0].driver to one of: main, archive, old",
            "routes[0].namespaces=a | routes[0] has neither a driver nor inline | Set temporal.external-storage.routes[0].driver",
            "routes[0].inline=true,routes[0].driver=old | routes[0] has both a driver and inline | Set temporal.external-storage.routes[0].driver",
            "routes[0].min-size=3MB,routes[0].max-size=2MB,routes[0].driver=old | can never match a payload | Lower temporal.external-storage.routes[0].min-size",
            "routes[0].max-size=100KB,routes[0].driver=old | below the threshold of 262144B | Lower temporal.external-storage.threshold",
            "routes[0].activity-types=A,routes[0].workflow-ids=b,routes[0].driver=old | either to a workflow or to a standalone activity | Remove temporal.external-storage.routes[0].activity-types",
            "routes[0].driver=old,routes[1].namespaces=a,routes[1].driver=archive | routes[1] can never match a payload: temporal.external-storage.routes[0] comes first | Move temporal.external-storage.routes[1] before",
            "routes[0].namespaces=prod-*,routes[0].driver=old,routes[1].namespaces=prod-eu,routes[1].inline=true | routes[1] can never match | Move temporal.external-storage.routes[1] before",
            "routes[0].namespaces[0]=,routes[0].driver=old | routes[0].namespaces contains an empty pattern | Set temporal.external-storage.routes[0].namespaces",
            "routes[0].worklow-types=A,routes[0].driver=old | worklow-types is not a valid property | Valid properties of temporal.external-storage.routes[0] are: activity-types, driver, encodings",
            "routes[0].min-size=large,routes[0].driver=old | large | Set temporal.external-storage.routes[0].min-size to a size",
            "default-driver=,routes[0].namespaces=a,routes[0].driver=old | default-driver is not set | Set temporal.external-storage.default-driver" })
    void failsOnAnInvalidRoute(String properties, String description, String action) {
        FailureAnalysis failure = FailureReport.of(runner()
            .withPropertyValues(Stream.of(properties.split(",")).map(PREFIX::concat).toArray(String[]::new)));
        assertThat(failure.getDescription()).contains(description);
        assertThat(failure.getAction()).contains(action);
    }

    @Test
    void acceptsARouteThatAnEarlierOneDoesNotCover() {
        Map.of("prod-eu", "prod-*", "prod-?", "prod-*", "a?c", "a*c", "a,b", "b,c")
            .forEach((first, second) -> runner()
                .withPropertyValues(PREFIX + "routes[0].namespaces=" + first, PREFIX + "routes[0].driver=old",
                        PREFIX + "routes[1].namespaces=" + second, PREFIX + "routes[1].driver=archive")
                .run((context) -> assertThat(context).hasNotFailed()));
    }

}
