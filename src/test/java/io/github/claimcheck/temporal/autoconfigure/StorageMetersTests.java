package io.github.claimcheck.temporal.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** Tests the meters of applications, whose registries they share with others. */
@ExtendWith(OutputCaptureExtension.class)
class StorageMetersTests {

    private static final String PREFIX = "temporal.external.storage.";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(StarterAutoConfigurations.all())
        .withBean("down", StorageDriver.class, () -> {
            RecordingStorageDriver driver = new RecordingStorageDriver("down");
            driver.failWith(new IllegalStateException("down"));
            return driver;
        })
        .withBean("up", StorageDriver.class, () -> new RecordingStorageDriver("up"))
        .withPropertyValues("temporal.external-storage.default-driver=fallback",
                "temporal.external-storage.drivers.fallback.drivers=down,up",
                "temporal.external-storage.drivers.fallback.retry-after=0");

    @Test
    void aScrapeHasThoseOfACacheOnDisk(@TempDir Path directory) {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        this.runner.withBean(MeterRegistry.class, () -> prometheus)
            .withPropertyValues("temporal.external-storage.cache.disk.directory=" + directory,
                    "temporal.external-storage.cache.disk.max-size=1MB")
            .run((context) -> assertThat(prometheus.scrape())
                .contains("temporal_external_storage_cache_gets_total{cache=\"disk\",result=\"hit\"} 0.0")
                .contains("temporal_external_storage_cache_weight_bytes{cache=\"disk\"} 0.0"));
    }

    @Test
    void aScrapeHasThemBesideTheApplicationsCaches() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        this.runner.withBean(MeterRegistry.class, () -> prometheus).run((context) -> {
            new CaffeineCacheMetrics<>(Caffeine.newBuilder().recordStats().build(), "books",
                    Tags.of("cache.manager", "cacheManager", "name", "books"))
                .bindTo(prometheus);
            store(context);

            String scrape = prometheus.scrape();
            assertThat(scrape).contains("cache_gets_total{cache=\"books\",cache_manager=\"cacheManager\"")
                .contains("temporal_external_storage_cache_gets_total{cache=\"payloads\",result=\"hit\"} 0.0")
                .contains("temporal_external_storage_cache_gets_total{cache=\"stored\",result=\"miss\"} 0.0")
                .contains("temporal_external_storage_cache_evictions_total{cache=\"payloads\"} 0.0")
                .contains("temporal_external_storage_cache_size{cache=\"stored\"} 0.0")
                .contains("temporal_external_storage_cache_weight_bytes{cache=\"payloads\"} 0.0")
                .contains("temporal_external_storage_transfers_size_bytes 0.0")
                .contains("temporal_external_storage_transfers_waiting 0.0")
                .contains("temporal_external_storage_transfers_oldest_seconds 0.0")
                .contains("temporal_external_storage_fallbacks_total{delegate=\"down\",driver=\"fallback\"} 1.0")
                .contains("temporal_external_storage_payload_size_bytes_count{driver=\"up\",operation=\"store\"} 1")
                .contains("temporal_external_storage_store_seconds_count{driver=\"fallback\",error=\"none\","
                        + "type=\"fallback\"} 1");
            assertThat(Pattern.compile("(?m)^# TYPE temporal_external_storage").matcher(scrape).results().count())
                .isEqualTo(prometheus.getMeters()
                    .stream()
                    .map((meter) -> meter.getId().getName())
                    .filter((name) -> name.startsWith(PREFIX))
                    .distinct()
                    .count() + maxima(prometheus));
        });
    }

    /** Timers and summaries have a second name each, for their maximum. */
    private static long maxima(MeterRegistry registry) {
        return registry.getMeters()
            .stream()
            .filter((meter) -> meter.getId().getName().startsWith(PREFIX))
            .filter((meter) -> meter.getId().getType() == Meter.Type.TIMER
                    || meter.getId().getType() == Meter.Type.DISTRIBUTION_SUMMARY
                    || meter.getId().getType() == Meter.Type.LONG_TASK_TIMER)
            .map((meter) -> meter.getId().getName())
            .distinct()
            .count();
    }

    @Test
    void everyNameHasOneSetOfTags() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        prometheus.throwExceptionOnRegistrationFailure();
        this.runner.withBean(MeterRegistry.class, () -> prometheus)
            .withPropertyValues("temporal.external-storage.drivers.mirror.drivers=up,other")
            .withBean("other", StorageDriver.class, () -> new RecordingStorageDriver("other"))
            .run((context) -> {
                store(context);
                failToRetrieve(context);
                assertThat(prometheus.scrape()).contains("temporal_external_storage_repairs_total")
                    .contains("temporal_external_storage_retrieve_seconds");
            });
    }

    /** Prometheus sees no increase in a counter that begins at one. */
    @Test
    void callsOfEveryDriverAndOutcomeAreCountedFromZero() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        this.runner.withBean(MeterRegistry.class, () -> prometheus).run((context) -> {
            assertThat(calls(prometheus, "up")).hasSize(14)
                .containsEntry("ObjectNotFoundException", 0d)
                .containsEntry("PayloadIntegrityException", 0d)
                .containsEntry("StorageAccessDeniedException", 0d)
                .containsEntry("other", 0d)
                .doesNotContainKey("CancellationException");
            store(context);
            failToRetrieve(context);
            assertThat(calls(prometheus, "down")).containsEntry("other", 1d).containsEntry("none", 0d);
            for (String driver : List.of("up", "fallback")) {
                assertThat(calls(prometheus, driver)).containsEntry("none", 1d).containsEntry("other", 1d);
            }
        });
    }

    private static Map<String, Double> calls(MeterRegistry registry, String driver) {
        return registry.get(PREFIX + "calls")
            .tags("driver", driver)
            .counters()
            .stream()
            .collect(Collectors.toMap((counter) -> counter.getId().getTag("error"), Counter::count));
    }

    @Test
    void severalRegistriesWithoutAPrimaryAllGetThem() {
        SimpleMeterRegistry one = new SimpleMeterRegistry();
        SimpleMeterRegistry two = new SimpleMeterRegistry();
        this.runner.withBean("one", SimpleMeterRegistry.class, () -> one)
            .withBean("two", SimpleMeterRegistry.class, () -> two)
            .run((context) -> {
                assertThat(context).hasNotFailed();
                store(context);
                for (MeterRegistry registry : List.of(one, two)) {
                    assertThat(registry.get(PREFIX + "store").tags("driver", "up").timer().count()).isOne();
                    assertThat(registry.get(PREFIX + "payload.size").tags("driver", "up").summaries()).hasSize(2);
                    assertThat(fallbacks(registry)).isOne();
                }
            });
    }

    @Test
    void severalObservationRegistriesWithoutAPrimaryLeaveTimers(CapturedOutput output) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        this.runner.withBean(MeterRegistry.class, () -> meters)
            .withBean("one", ObservationRegistry.class, ObservationRegistry::create)
            .withBean("two", ObservationRegistry.class, ObservationRegistry::create)
            .run((context) -> {
                assertThat(context).hasNotFailed();
                store(context);
                assertThat(meters.get(PREFIX + "store").tags("driver", "up").timer().count()).isOne();
                assertThat(output.getOut()).containsOnlyOnce("several ObservationRegistry beans: [one, two]");
            });
    }

    @Test
    void contextsThatShareARegistryAddUp() {
        SimpleMeterRegistry shared = new SimpleMeterRegistry();
        ApplicationContextRunner sharing = this.runner.withBean(MeterRegistry.class, () -> shared,
                (definition) -> definition.setDestroyMethodName(""));
        sharing.run((second) -> {
            sharing.run((first) -> {
                store(first);
                store(second);
                assertThat(fallbacks(shared)).isEqualTo(2);
            });
            store(second);
            System.gc();
            assertThat(fallbacks(shared)).isEqualTo(3);
            assertThat(shared.get(PREFIX + "transfers.size").gauge().value()).isZero();
            assertThat(shared.get(PREFIX + "transfers.oldest").gauge().value()).isZero();
            assertThat(shared.get(PREFIX + "cache.size").tags("cache", "payloads").gauge().value()).isZero();
        });
        // What is recorded remains: it belongs to the process, not to a context.
        assertThat(shared.getMeters()).extracting((meter) -> meter.getId().getName())
            .containsOnly(PREFIX + "store", PREFIX + "store.active", PREFIX + "payload.size", PREFIX + "calls");
    }

    @Test
    void aChildContextAddsThemToItsParentsRegistry() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext()) {
            parent.registerBean(MeterRegistry.class, () -> meters);
            parent.refresh();
            this.runner.withParent(parent).run((context) -> {
                store(context);
                assertThat(fallbacks(meters)).isOne();
            });
        }
    }

    @Test
    void springBootDoesNotCountThemTwice() {
        this.runner
            .withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withBean("one", SimpleMeterRegistry.class, SimpleMeterRegistry::new)
            .withBean("two", SimpleMeterRegistry.class, SimpleMeterRegistry::new)
            .run((context) -> {
                store(context);
                assertThat(fallbacks(context.getBean("one", MeterRegistry.class))).isOne();
                assertThat(fallbacks(context.getBean("two", MeterRegistry.class))).isOne();
            });
    }

    private static void store(ApplicationContext context) {
        storage(context).store(StorageContexts.store(null), List.of(Payloads.of(new byte[10]))).join();
    }

    private static void failToRetrieve(ApplicationContext context) {
        storage(context).retrieve(StorageContexts.retrieve(), List.of(new StorageDriverClaim(Map.of("up", "{}"))))
            .exceptionally((failure) -> List.of())
            .join();
    }

    private static StorageDriver storage(ApplicationContext context) {
        return context.getBean(ExternalStorage.class)
            .getDrivers()
            .stream()
            .filter((driver) -> driver.getName().equals("fallback"))
            .findFirst()
            .orElseThrow();
    }

    private static double fallbacks(MeterRegistry registry) {
        return registry.get(PREFIX + "fallbacks")
            .tags("driver", "fallback", "delegate", "down")
            .functionCounter()
            .count();
    }

}
