package io.github.claimcheck.temporal.store.composite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.driver.StorageAccessDeniedException;
import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class CompositeStorageDriverAutoConfigurationTests {

    private static final String PREFIX = "temporal.external-storage.";

    private static final String COMPOSITE = PREFIX + "drivers.composite.";

    private static final Payload PAYLOAD = Payloads.of(Payloads.bytes(10_000, 1));

    private final RecordingStorageDriver one = new RecordingStorageDriver("one");

    private final RecordingStorageDriver two = new RecordingStorageDriver("two");

    @TempDir
    private Path directory;

    /** Returns an application with drivers of its own and a composite one. */
    private ApplicationContextRunner composite(String type, String... properties) {
        return new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            .withBean("oneStorageDriver", StorageDriver.class, () -> this.one)
            .withBean("twoStorageDriver", StorageDriver.class, () -> this.two)
            .withPropertyValues(PREFIX + "default-driver=composite", COMPOSITE + "type=" + type,
                    COMPOSITE + "drivers=one,two")
            .withPropertyValues(Stream.of(properties).map((PREFIX + "drivers.")::concat).toArray(String[]::new));
    }

    private static StorageDriver driver(ApplicationContext context) {
        return context.getBean("compositeStorageDriver", StorageDriver.class);
    }

    @Test
    void makesAFallback() {
        composite("fallback").run((context) -> {
            StorageDriver driver = driver(context);
            this.one.failWith(new IllegalStateException("down"));

            assertThat(driver.getName()).isEqualTo("fallback");
            assertThat(Calls.store(driver, PAYLOAD).getClaimData()).containsOnlyKeys("two");
            assertThat(this.one.batches()).hasSize(1);
        });
    }

    @Test
    void makesAMirror() {
        composite("mirror").run((context) -> {
            StorageDriver driver = driver(context);

            assertThat(driver.getName()).isEqualTo("mirror");
            assertThat(Calls.store(driver, PAYLOAD).getClaimData()).containsOnlyKeys("one", "two");
        });
    }

    @Test
    void theIdCanBeTheType() {
        composite("mirror", "fallback.drivers=two,one").run((context) -> {
            StorageDriver driver = context.getBean("fallbackStorageDriver", StorageDriver.class);

            assertThat(Calls.store(driver, PAYLOAD).getClaimData()).containsOnlyKeys("two");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "fallback", "mirror" })
    void theNameIsConfigurable(String type) {
        composite(type, "composite.name=held").run((context) -> {
            assertThat(driver(context).getName()).isEqualTo("held");
            assertThat(driver(context).getType()).isEqualTo(type);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "fallback", "mirror" })
    void theTimeoutIsConfigurable(String type) {
        composite(type, "composite.timeout=50ms").run((context) -> {
            StorageDriver driver = driver(context);
            StorageDriverClaim claim = type.equals("mirror") ? Calls.store(driver, PAYLOAD) : null;
            this.one.hang();

            if (claim != null) {
                assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);
            }
            else {
                assertThat(Calls.store(driver, PAYLOAD).getClaimData()).containsOnlyKeys("two");
            }
        });
    }

    @ParameterizedTest
    @CsvSource({ "1h, 1", "0, 2" })
    void retryAfterIsConfigurable(String retryAfter, int attempts) {
        composite("fallback", "composite.retry-after=" + retryAfter).run((context) -> {
            this.one.failWith(new IllegalStateException("down"));
            Calls.store(driver(context), PAYLOAD);
            Calls.store(driver(context), PAYLOAD);

            assertThat(this.one.batches()).hasSize(attempts);
        });
    }

    @Test
    void delegatesCanBeConfiguredDrivers() {
        composite("mirror", "composite.drivers=disk,two", "disk.type=local-disk", "disk.directory=" + this.directory)
            .run((context) -> {
                StorageDriverClaim claim = Calls.store(driver(context), PAYLOAD);
                this.two.failWith(new IllegalStateException("down"));

                assertThat(claim.getClaimData()).containsOnlyKeys("local-disk", "two");
                assertThat(Calls.retrieve(driver(context), claim)).isEqualTo(PAYLOAD);
            });
    }

    @Test
    void aDelegateCanBeAComposite() {
        composite("fallback", "composite.drivers=both,three", "both.type=mirror", "both.drivers=one,two")
            .withBean("threeStorageDriver", StorageDriver.class, () -> new RecordingStorageDriver("three"))
            .run((context) -> {
                StorageDriverClaim claim = Calls.store(driver(context), PAYLOAD);

                assertThat(claim.getClaimData()).containsOnlyKeys("mirror");
                assertThat(this.one.stored()).hasSize(1);
                assertThat(this.two.stored()).hasSize(1);
                assertThat(Calls.retrieve(driver(context), claim)).isEqualTo(PAYLOAD);
            });
    }

    /** One rule for all properties that name a driver. */
    @ParameterizedTest
    @CsvSource({ "my-store, true", "my-store, false", "my_store, true", "MY_STORE, false", "myStore, true",
            "mystore, true", "MYSTORE, false" })
    void anIdMeansTheSameBeanEverywhere(String id, boolean withAnotherBeanOfThatName) {
        RecordingStorageDriver suffixed = new RecordingStorageDriver("suffixed");
        RecordingStorageDriver named = new RecordingStorageDriver("named");
        ApplicationContextRunner runner = composite("fallback", "composite.drivers=" + id + ",two")
            .withPropertyValues(PREFIX + "default-driver=" + id, PREFIX + "routes[0].driver=" + id,
                    PREFIX + "routes[0].workflow-types=Charge*")
            // The order in which beans are declared makes no difference.
            .withBean("myStore", StorageDriver.class, () -> named);
        RecordingStorageDriver expected = withAnotherBeanOfThatName ? suffixed : named;
        if (withAnotherBeanOfThatName) {
            runner = runner.withBean("myStoreStorageDriver", StorageDriver.class, () -> suffixed);
        }
        runner.run((context) -> {
            assertThat(context).hasNotFailed();
            assertThat(Calls.store(driver(context), PAYLOAD).getClaimData()).containsOnlyKeys(expected.getName());
            ExternalStorage storage = context.getBean(ExternalStorage.class);
            assertThat(storage.getDriverSelector().selectDriver(Calls.CONTEXT::getTarget, PAYLOAD).getName())
                .as("routes[0].driver")
                .isEqualTo(expected.getName());
            assertThat(storage.getDriverSelector().selectDriver(() -> null, PAYLOAD).getName()).as("default-driver")
                .isEqualTo(expected.getName());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "my-store", "MYSTORE", "mystore", "my_store" })
    void aBeanReplacesTheDriverWhateverTheSpellingOfItsId(String id) {
        RecordingStorageDriver mine = new RecordingStorageDriver("mine");
        composite("fallback", "composite.drivers=my-store,two", id + ".type=local-disk",
                id + ".directory=" + this.directory)
            .withBean("myStoreStorageDriver", StorageDriver.class, () -> mine)
            .run((context) -> {
                assertThat(context.getBeansOfType(StorageDriver.class)).containsOnlyKeys("oneStorageDriver",
                        "twoStorageDriver", "myStoreStorageDriver", "compositeStorageDriver");
                assertThat(Calls.store(driver(context), PAYLOAD).getClaimData()).containsOnlyKeys("mine");
            });
    }

    @Test
    void delegatesAreObserved() {
        MeterRegistry meters = new SimpleMeterRegistry();
        composite("fallback").withBean(MeterRegistry.class, () -> meters).run((context) -> {
            this.one.failWith(new StorageAccessDeniedException("denied", null));
            Calls.store(driver(context), PAYLOAD);

            assertThat(meters.get("temporal.external.storage.store")
                .tags("driver", "one", "type", "recording", "error", "StorageAccessDeniedException")
                .timer()
                .count()).isOne();
            assertThat(meters.get("temporal.external.storage.store")
                .tags("driver", "two", "type", "recording", "error", "none")
                .timer()
                .count()).isOne();
            assertThat(meters.get("temporal.external.storage.payload.size")
                .tags("driver", "two", "operation", "store")
                .summary()
                .totalAmount()).isEqualTo(PAYLOAD.getSerializedSize());
        });
    }

    @Test
    void theTimerOfADelegateThatTookTooLongSaysSo() {
        MeterRegistry meters = new SimpleMeterRegistry();
        composite("fallback", "composite.timeout=50ms").withBean(MeterRegistry.class, () -> meters).run((context) -> {
            this.one.hang();
            Calls.store(driver(context), PAYLOAD);

            // The next delegate need not wait for what observes this one.
            await().untilAsserted(() -> assertThat(meters.get("temporal.external.storage.store")
                .tags("driver", "one", "error", "StorageTimeoutException")
                .timer()
                .count()).isOne());
        });
    }

    @Test
    void fallbacksAreCountedByDelegate() {
        MeterRegistry meters = new SimpleMeterRegistry();
        composite("fallback", "composite.name=main").run((context) -> {
            context.getBean(CompositeStorageDriverMeterBinder.class).bindTo(meters);
            this.one.failWith(new IllegalStateException("down"));
            Calls.store(driver(context), PAYLOAD);

            assertThat(fallbacks(meters, "one")).isOne();
            assertThat(fallbacks(meters, "two")).isZero();
            assertThat(meters.find("temporal.external.storage.repairs").meter()).isNull();
        });
    }

    private static double fallbacks(MeterRegistry meters, String delegate) {
        return meters.get("temporal.external.storage.fallbacks")
            .tags("driver", "main", "delegate", delegate)
            .functionCounter()
            .count();
    }

    @Test
    void repairsAreCountedByDelegate() {
        MeterRegistry meters = new SimpleMeterRegistry();
        composite("mirror").run((context) -> {
            context.getBean(CompositeStorageDriverMeterBinder.class).bindTo(meters);

            assertThat(meters.get("temporal.external.storage.repairs")
                .tags("driver", "mirror", "delegate", "one")
                .functionCounter()
                .count()).isZero();
        });
    }

    @Test
    void worksWithoutMicrometer() {
        composite("mirror").withClassLoader(new FilteredClassLoader(MeterRegistry.class, ObservationRegistry.class))
            .run((context) -> assertThat(Calls.store(driver(context), PAYLOAD).getClaimData()).containsOnlyKeys("one",
                    "two"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "composite.drivers=one,tape | composite.drivers is tape, which is not the id of a storage driver | Configure temporal.external-storage.drivers.tape, or remove tape",
            "composite.drivers=one | composite.drivers is [one], which does not name several drivers | ids of two or more drivers",
            "composite.drivers= | composite.drivers is [], which does not name several drivers | ids of two or more drivers",
            "composite.drivers=one,one | composite.drivers is [one, one], which does not name several drivers | each once",
            "composite.drivers=one,ONE | composite.drivers is [one, ONE], which does not name several drivers | each once",
            "composite.drivers=one,oneStorageDriver | composite.drivers is [one, oneStorageDriver], which does not | each once",
            "composite.drivers=one,composite | composite.drivers is composite, which leads back to the driver itself | Remove composite from temporal.external-storage.drivers.composite.drivers",
            "composite.drivers=one,Composite | composite.drivers is Composite, which leads back to the driver itself | Remove Composite from temporal.external-storage.drivers.composite.drivers",
            "composite.drivers=one,other&other.type=mirror&other.drivers=two,composite | other.drivers is composite, which leads back | Remove composite from temporal.external-storage.drivers.other.drivers",
            "composite.timeout=0 | composite.timeout is 0ms, which leaves no time for anything to succeed | Set temporal.external-storage.drivers.composite.timeout to a duration such as 3s",
            "composite.timeout=-1s | composite.timeout is -1000ms | Set temporal.external-storage.drivers.composite.timeout",
            "composite.retry-after=-1s | composite.retry-after is -1000ms, which is negative | Set temporal.external-storage.drivers.composite.retry-after",
            "composite.timout=1s | composite.timout | timeout",
            "composite.name=one | both named 'one' | to a name that no other driver has" })
    void wrongConfigurationStopsTheStart(String properties, String description, String action) {
        Stream.of("fallback", "mirror").forEach((type) -> {
            FailureAnalysis failure = FailureReport.of(composite(type, properties.split("&")));
            assertThat(failure.getDescription()).contains(description);
            assertThat(failure.getAction()).contains(action);
        });
    }

}
