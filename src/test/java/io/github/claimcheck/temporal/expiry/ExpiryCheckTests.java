package io.github.claimcheck.temporal.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.store.composite.CompositeTestDrivers;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.grpc.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.payload.storage.StorageDriver;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ExpiryCheckTests {

    private static final Duration DAY = Duration.ofDays(1);

    private static final Logger logger = (Logger) LoggerFactory.getLogger(ExpiryCheck.class);

    private final TemporalAnswers temporal = new TemporalAnswers().retain("orders", Duration.ofDays(3))
        .retain("payments", Duration.ofDays(30));

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

    private final List<NamespaceStorage> storages = new ArrayList<>();

    private Predicate<StorageDriver> selectable = (driver) -> false;

    @BeforeEach
    void logAsApplicationsDo() {
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void close() {
        logger.setLevel(null);
        this.temporal.close();
    }

    private static Expiry days(int days) {
        return Expiry.after(Duration.ofDays(days), "Lifecycle rule 'old' deletes objects after " + days + " days");
    }

    private ExpiryCheck check(@Nullable Duration longestRun, StorageDriver... drivers) {
        this.storages.add(new NamespaceStorage("orders", List.of(drivers), this.temporal.getStubs()));
        Clock clock = new Clock() {

            @Override
            public Instant instant() {
                return ExpiryCheckTests.this.now.get();
            }

            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

        };
        return new ExpiryCheck(() -> this.storages, this.selectable, longestRun, DAY, clock);
    }

    /** Returns the lines of the check in the log. */
    private static List<String> lines(CapturedOutput output) {
        return output.getOut().lines().filter((line) -> line.contains("ExpiryCheck")).toList();
    }

    private static void assertOneLine(CapturedOutput output, String... texts) {
        assertThat(lines(output)).singleElement()
            .satisfies((line) -> assertThat(line).contains(texts).endsWith(".").doesNotContain(".."));
    }

    @Test
    void tooShortAWarningSaysWhatToSet(CapturedOutput output) throws Exception {
        ExpiryCheck check = check(Duration.ofDays(14), new ExpiringStore(days(7)).driver("s3"));
        assertThat(check.check()).isTrue();
        assertOneLine(output, "WARN", "'s3'", "namespace 'orders'", "Lifecycle rule 'old' deletes objects after 7 days",
                "17 days", "temporal.external-storage.expiry.longest-run (14 days)", "retention period (3 days)",
                "more than 17 days", "reset");
        assertThat(check.getDetails("s3").get("expiry").toString()).contains("orders=too short", "7 days", "17 days");
    }

    @Test
    void withoutALongestRunTheRetentionPeriodAloneIsTooLong(CapturedOutput output) throws Exception {
        check(null, new ExpiringStore(days(3)).driver("s3")).check();
        assertOneLine(output, "WARN", "'orders'", "after 3 days", "The retention period is 3 days",
                "set temporal.external-storage.expiry.longest-run");
    }

    @Test
    void withoutALongestRunItSaysWhatRemains(CapturedOutput output) throws Exception {
        check(null, new ExpiringStore(days(7)).driver("s3")).check();
        assertOneLine(output, "INFO", "That leaves 4 days for the longest chain of runs",
                "Set temporal.external-storage.expiry.longest-run");
    }

    @Test
    void enoughIsNoNews(CapturedOutput output) throws Exception {
        ExpiryCheck check = check(Duration.ofDays(14), new ExpiringStore(days(18)).driver("s3"));
        check.check();
        assertThat(lines(output)).isEmpty();
        assertThat(check.getDetails("s3").get("expiry").toString()).doesNotContain("too short").contains("18 days");
    }

    @ParameterizedTest
    @CsvSource({ "16, TOO_SHORT", "17, TOO_SHORT", "18, ENOUGH", "34, ENOUGH", "35, TOO_LONG" })
    void boundaries(int days, Verdict.Kind kind) {
        assertThat(new Verdict("s3", "orders", days(days), Duration.ofDays(3), Duration.ofDays(14)).kind())
            .isEqualTo(kind);
    }

    @Test
    void saysOnceWhatDoesNotChange(CapturedOutput output) throws Exception {
        ExpiringStore store = new ExpiringStore(days(1));
        ExpiryCheck check = check(DAY, store.driver("s3"));
        for (int day = 0; day < 3; day++) {
            check.check();
            this.now.updateAndGet((time) -> time.plus(DAY));
        }
        assertThat(lines(output)).hasSize(1);
        store.set(days(2));
        check.check();
        assertThat(lines(output)).hasSize(2).last().asString().contains("WARN", "after 2 days");
        store.set(days(5));
        check.check();
        assertThat(lines(output)).hasSize(3).last().asString().contains("INFO", "after 5 days");
        store.set(days(1));
        check.check();
        assertThat(lines(output)).hasSize(4).last().asString().contains("WARN", "after 1 days");
        this.temporal.retain("orders", Duration.ofDays(20));
        check.check();
        assertThat(lines(output)).hasSize(5).last().asString().contains("21 days");
    }

    @Test
    void saysWhatAccumulatesOnceADayHasShown(CapturedOutput output) throws Exception {
        StorageDriver driver = new ExpiringStore(Expiry.never("The bucket has no lifecycle rule")).driver("s3");
        this.storages.add(new NamespaceStorage("payments", List.of(driver), this.temporal.getStubs()));
        ExpiryCheck check = check(null, driver);
        check.check();
        assertOneLine(output, "INFO", "'s3' keeps payloads for good", "The bucket has no lifecycle rule");
        driver
            .store(StorageContexts.store(null),
                    List.of(Payloads.ofSerializedSize(1_000_000), Payloads.ofSerializedSize(500_000)))
            .join();
        this.now.updateAndGet((time) -> time.plus(Duration.ofMinutes(5)));
        check.check();
        assertThat(lines(output)).hasSize(1);
        this.now.updateAndGet((time) -> time.plus(DAY).minus(Duration.ofMinutes(5)));
        check.check();
        assertThat(lines(output)).hasSize(2)
            .last()
            .asString()
            .contains("This process stored 2 objects of 1.5 MB in 1 day.");
        this.now.updateAndGet((time) -> time.plus(DAY));
        driver.store(StorageContexts.store(null), List.of(Payloads.ofSerializedSize(2_000))).join();
        check.check();
        assertThat(lines(output)).hasSize(2);
    }

    @Test
    void tooLongAccumulatesToo(CapturedOutput output) throws Exception {
        check(DAY, new ExpiringStore(days(365)).driver("s3")).check();
        assertOneLine(output, "INFO", "'orders'", "accumulate", "after 365 days", "4 days");
    }

    @Test
    void aMissingPermissionIsOneLineForAllNamespaces(CapturedOutput output) throws Exception {
        StorageDriver driver = new ExpiringStore(Expiry.unknown("Grant s3:GetLifecycleConfiguration")).driver("s3");
        this.storages.add(new NamespaceStorage("payments", List.of(driver), this.temporal.getStubs()));
        ExpiryCheck check = check(null, driver);
        assertThat(check.check()).isTrue();
        assertThat(check.check()).isTrue();
        assertOneLine(output, "INFO", "'s3'", "Grant s3:GetLifecycleConfiguration");
    }

    @Test
    void namespacesHaveRulesOfTheirOwn(CapturedOutput output) throws Exception {
        ExpiringStore store = new ExpiringStore(days(60));
        store.set((namespace) -> CompletableFuture.completedFuture(days(namespace.equals("orders") ? 5 : 60)));
        StorageDriver driver = store.driver("s3");
        this.storages.add(new NamespaceStorage("payments", List.of(driver), this.temporal.getStubs()));
        check(DAY, driver).check();
        assertThat(lines(output).stream().filter((line) -> line.contains("WARN"))).isEmpty();
        store.set(days(5));
        check(DAY, driver).check();
        assertThat(lines(output).stream().filter((line) -> line.contains("WARN"))).singleElement()
            .asString()
            .contains("namespace 'payments'", "31 days");
    }

    @Test
    void aMirrorLosesAPayloadWithItsLastCopy(CapturedOutput output) throws Exception {
        StorageDriver mirror = CompositeTestDrivers.mirror(new ExpiringStore(days(1)).driver("near"),
                new ExpiringStore(days(5)).driver("far"));
        ExpiryCheck check = check(DAY, mirror, mirrored(mirror, 0), mirrored(mirror, 1));
        check.check();
        assertThat(lines(output).stream().filter((line) -> line.contains("WARN"))).isEmpty();
        assertThat(check.getVerdicts().getMargin("mirror", "orders")).isEqualTo(DAY.toSeconds());
        assertThat(check.getVerdicts().getMargin("near", "orders")).isNaN();

        StorageDriver lost = CompositeTestDrivers.mirror(new ExpiringStore(days(1)).driver("near"),
                new ExpiringStore(days(2)).driver("far"));
        this.storages.clear();
        check(DAY, lost).check();
        assertOneLine(output, "WARN", "'mirror'", "Of its delegate 'far'", "after 2 days");
    }

    @Test
    void aMirrorWithACopyForGoodLosesNothing() throws Exception {
        StorageDriver mirror = CompositeTestDrivers.mirror(new ExpiringStore(days(1)).driver("near"),
                new ExpiringStore(Expiry.unknown("no permission")).driver("other"),
                new ExpiringStore(Expiry.never("no rule")).driver("far"));
        ExpiryCheck check = check(DAY, mirror);
        check.check();
        assertThat(check.getVerdicts().getMargin("mirror", "orders")).isInfinite();
    }

    @Test
    void aMirrorsDelegateThatIsAlsoSelectedCounts(CapturedOutput output) throws Exception {
        StorageDriver near = new ExpiringStore(days(1)).driver("near");
        this.selectable = (driver) -> driver == near;
        StorageDriver mirror = CompositeTestDrivers.mirror(near, new ExpiringStore(days(5)).driver("far"));
        check(DAY, mirror, near).check();
        assertOneLine(output, "WARN", "'near'", "after 1 day");
    }

    private static StorageDriver mirrored(StorageDriver mirror, int index) {
        return ((io.github.claimcheck.temporal.driver.CompositeStorageDriver) mirror).getDelegates().get(index);
    }

    @Test
    void eachDelegateOfAFallbackCounts(CapturedOutput output) throws Exception {
        check(DAY, CompositeTestDrivers.fallback(new ExpiringStore(days(5)).driver("first"),
                new ExpiringStore(days(2)).driver("second")))
            .check();
        assertOneLine(output, "WARN", "'second'", "after 2 days");
    }

    @Test
    void compositesOfCompositesCount() throws Exception {
        StorageDriver near = new ExpiringStore(days(1)).driver("near");
        StorageDriver far = new ExpiringStore(days(9)).driver("far");
        StorageDriver either = CompositeTestDrivers.fallback(near, new ExpiringStore(days(7)).driver("second"));
        ExpiryCheck check = check(DAY, CompositeTestDrivers.mirror(either, far));
        check.check();
        assertThat(check.getVerdicts().getMargin("mirror", "orders")).isEqualTo(Duration.ofDays(5).toSeconds());
        assertThat(check.getVerdicts().getMargin("near", "orders")).isNaN();

        this.storages.clear();
        StorageDriver mirror = CompositeTestDrivers.mirror(near, far);
        ExpiryCheck other = check(DAY, mirror, near, far, CompositeTestDrivers.fallback(mirror, near));
        other.check();
        assertThat(other.getVerdicts().getMargin("mirror", "orders")).isEqualTo(Duration.ofDays(5).toSeconds());
        assertThat(other.getVerdicts().getMargin("near", "orders")).isEqualTo(Duration.ofDays(-3).toSeconds());
        assertThat(other.getVerdicts().getMargin("far", "orders")).isNaN();
    }

    @Test
    void driversThatDoNotSayAreUnknown(CapturedOutput output) throws Exception {
        check(null, new RecordingStorageDriver("own")).check();
        assertOneLine(output, "INFO", "'own'", "does not say when it deletes");
    }

    @Test
    void anUnreachableServerIsAskedAgain(CapturedOutput output) throws Exception {
        this.temporal.fail("orders", Status.UNAVAILABLE.withDescription("connection refused"));
        ExpiryCheck check = check(DAY, new ExpiringStore(days(1)).driver("s3"));
        assertThat(check.check()).isFalse();
        assertThat(check.check()).isFalse();
        assertOneLine(output, "INFO", "namespace 'orders'", "UNAVAILABLE", "connection refused");
        assertThat(check.getDetails("s3")).isEmpty();
        this.temporal.retain("orders", DAY);
        assertThat(check.check()).isTrue();
        assertThat(lines(output)).hasSize(2);
        this.temporal.fail("orders", Status.UNAVAILABLE);
        assertThat(check.check()).isFalse();
        assertThat(lines(output)).hasSize(3);
        assertThat(check.getDetails("s3")).isNotEmpty();
    }

    @Test
    void aDeniedNamespaceLeavesTheOthers(CapturedOutput output) throws Exception {
        this.temporal.fail("orders", Status.PERMISSION_DENIED);
        StorageDriver driver = new ExpiringStore(days(1)).driver("s3");
        ExpiryCheck check = check(DAY, driver);
        this.storages.add(new NamespaceStorage("payments", List.of(driver), this.temporal.getStubs()));
        assertThat(check.check()).isFalse();
        assertThat(lines(output)).hasSize(2)
            .anySatisfy((line) -> assertThat(line).contains("INFO", "'orders'", "Allow", "DescribeNamespace"))
            .anySatisfy((line) -> assertThat(line).contains("WARN", "'payments'"));
    }

    /** As the server for tests does. */
    @Test
    void aNamespaceWithoutARetentionPeriodNeedsNothing(CapturedOutput output) throws Exception {
        this.storages.add(new NamespaceStorage("test", List.of(new ExpiringStore(days(1)).driver("s3")),
                this.temporal.getStubs()));
        ExpiryCheck check = new ExpiryCheck(() -> this.storages, this.selectable, DAY, DAY);
        assertThat(check.check()).isTrue();
        assertThat(lines(output)).isEmpty();
    }

    @Test
    void aStoreThatFailsIsAskedAgainAndLeavesTheOthers(CapturedOutput output) throws Exception {
        ExpiringStore store = new ExpiringStore(days(1));
        store.set((namespace) -> CompletableFuture.failedFuture(new IllegalStateException("broken\nline")));
        ExpiryCheck check = check(DAY, store.driver("s3"), new ExpiringStore(days(1)).driver("gcs"));
        assertThat(check.check()).isFalse();
        assertThat(check.check()).isFalse();
        assertThat(lines(output)).hasSize(2)
            .anySatisfy((line) -> assertThat(line).contains("INFO", "'s3'", "broken\\u000aline"))
            .anySatisfy((line) -> assertThat(line).contains("WARN", "'gcs'"));
        store.set(days(1));
        assertThat(check.check()).isTrue();
        assertThat(lines(output)).hasSize(3);
    }

    @Test
    void aClientThatIsClosedLeavesTheOthers(CapturedOutput output) throws Exception {
        StorageDriver driver = new ExpiringStore(days(1)).driver("s3");
        TemporalAnswers closed = new TemporalAnswers();
        closed.close();
        this.storages.add(new NamespaceStorage("closed", List.of(driver), closed.getStubs()));
        ExpiryCheck check = check(DAY, driver);
        assertThat(check.check()).isFalse();
        assertThat(check.check()).isFalse();
        assertThat(lines(output)).hasSize(2)
            .anySatisfy((line) -> assertThat(line).contains("INFO", "'closed'", "tried again"))
            .anySatisfy((line) -> assertThat(line).contains("WARN", "'orders'"));
    }

    @Test
    void nobodyStores(CapturedOutput output) throws Exception {
        assertThat(new ExpiryCheck(List::of, this.selectable, DAY, DAY).check()).isFalse();
        assertThat(lines(output)).isEmpty();
    }

    @Test
    void stoppingEndsACheckThatWaits() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Thread> asking = new CompletableFuture<>();
        ExpiringStore store = new ExpiringStore(days(1));
        store.set((namespace) -> {
            asking.complete(Thread.currentThread());
            asked.countDown();
            return new CompletableFuture<>();
        });
        ExpiryCheck check = check(DAY, store.driver("s3"));
        check.start();
        check.start();
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        check.stop();
        Thread thread = asking.join();
        thread.join(30_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(thread.isDaemon()).isTrue();
        check.stop();
    }

    @Test
    void checksAgainAtTheInterval() throws Exception {
        CountDownLatch asked = new CountDownLatch(3);
        ExpiringStore store = new ExpiringStore(days(1));
        store.set((namespace) -> {
            asked.countDown();
            throw new IllegalStateException("broken");
        });
        this.storages.add(new NamespaceStorage("orders", List.of(store.driver("s3")), this.temporal.getStubs()));
        ExpiryCheck check = new ExpiryCheck(() -> this.storages, this.selectable, DAY, Duration.ofMillis(1));
        check.start();
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        check.stop();
    }

    @Test
    void thereIsAGaugeForWhatIsKnown() throws Exception {
        ExpiringStore store = new ExpiringStore(Expiry.unknown("no permission"));
        ExpiryCheck check = check(DAY, store.driver("s3"), new ExpiringStore(Expiry.never("no rule")).driver("disk"));
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (ExpiryMeters meters = new ExpiryMeters(check)) {
            meters.bindTo(registry);
            check.check();
            assertThat(gauges(registry)).singleElement().satisfies((gauge) -> {
                assertThat(gauge.getId().getTag("driver")).isEqualTo("disk");
                assertThat(gauge.getId().getTag("namespace")).isEqualTo("orders");
                assertThat(gauge.value()).isInfinite().isPositive();
            });
            store.set(days(1));
            check.check();
            Gauge margin = registry.get("temporal.external.storage.expiry.margin").tags("driver", "s3").gauge();
            assertThat(margin.value()).isEqualTo(Duration.ofDays(-3).toSeconds());
            assertThat(margin.getId().getBaseUnit()).isEqualTo("seconds");
            store.set(days(9));
            check.check();
            assertThat(margin.value()).isEqualTo(Duration.ofDays(5).toSeconds());
            store.set(Expiry.unknown("no permission"));
            check.check();
            assertThat(margin.value()).isNaN();
        }
        assertThat(gauges(registry)).isEmpty();
    }

    /** Contexts that share a registry and a store. */
    @Test
    void theLowestMarginOfSeveralContextsCounts() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        ExpiryCheck one = check(DAY, new ExpiringStore(days(9)).driver("s3"));
        ExpiryCheck two = new ExpiryCheck(() -> this.storages, this.selectable, Duration.ofDays(8), DAY);
        try (ExpiryMeters first = new ExpiryMeters(one); ExpiryMeters second = new ExpiryMeters(two)) {
            first.bindTo(registry);
            second.bindTo(registry);
            one.check();
            two.check();
            assertThat(gauges(registry)).singleElement()
                .satisfies((gauge) -> assertThat(gauge.value()).isEqualTo(Duration.ofDays(-2).toSeconds()));
            second.close();
            assertThat(gauges(registry)).singleElement()
                .satisfies((gauge) -> assertThat(gauge.value()).isEqualTo(Duration.ofDays(5).toSeconds()));
        }
    }

    private static List<Gauge> gauges(SimpleMeterRegistry registry) {
        return List.copyOf(registry.find("temporal.external.storage.expiry.margin").gauges());
    }

    @ParameterizedTest
    @CsvSource({ "P1D, 1 day", "P30D, 30 days", "PT24H, 1 day", "PT36H, 36 hours", "PT1H, 1 hour", "PT90S, 90 seconds",
            "PT0S, 0 days", "PT0.5S, 500 milliseconds", "PT-48H, -2 days" })
    void timesAreReadable(Duration duration, String text) {
        assertThat(Amounts.of(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({ "0, 0 bytes", "999, 999 bytes", "1500000, 1.5 MB", "3200000000, 3.2 GB" })
    void sizesAreReadable(long bytes, String text) {
        assertThat(Amounts.bytes(bytes)).isEqualTo(text);
    }

}
