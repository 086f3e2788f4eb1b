package io.github.claimcheck.temporal.store.composite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.claimcheck.temporal.driver.StorageAccessDeniedException;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Composite drivers as an application configures them, on an S3 server behind a network
 * that fails as told, and a local disk.
 */
@Tag("server")
class CompositeOnServersTests {

    private static final String DRIVERS = "temporal.external-storage.drivers.";

    private static final String S3 = "aws.s3driver";

    private static final Payload PAYLOAD = Payloads.of(Payloads.bytes(10_000, 1));

    private final S3Server server = S3Server.shared();

    private final String bucket = this.server.createBucket();

    private final S3Gateway gateway = S3Gateway.to(this.server);

    @TempDir
    private Path directory;

    @AfterEach
    void closeGateway() {
        this.gateway.close();
    }

    /** Returns an application with {@code composite}, whose delegates are both stores. */
    private ApplicationContextRunner composite(String type, String... properties) {
        return new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            // Each transfer is to reach the stores.
            .withPropertyValues("temporal.external-storage.cache.max-size=0",
                    "temporal.external-storage.assume-stored-for=0",
                    "temporal.external-storage.default-driver=composite")
            .withPropertyValues(this.gateway.properties(this.bucket))
            .withPropertyValues(DRIVERS + "archive.type=local-disk", DRIVERS + "archive.name=archive",
                    DRIVERS + "archive.directory=" + this.directory)
            .withPropertyValues(DRIVERS + "composite.type=" + type, DRIVERS + "composite.drivers=s3,archive",
                    DRIVERS + "composite.retry-after=0")
            .withPropertyValues(Stream.of(properties).map(DRIVERS::concat).toArray(String[]::new));
    }

    private static void run(ApplicationContextRunner runner, Action action) {
        runner.run((context) -> {
            assertThat(context).hasNotFailed();
            MeterRegistry meters = new SimpleMeterRegistry();
            context.getBean(CompositeStorageDriverMeterBinder.class).bindTo(meters);
            action.on(context.getBean("compositeStorageDriver", StorageDriver.class), meters);
        });
    }

    private static double count(MeterRegistry meters, String name) {
        return meters.get("temporal.external.storage." + name)
            .functionCounters()
            .stream()
            .mapToDouble(FunctionCounter::count)
            .sum();
    }

    private List<String> keys() {
        return this.server.keys(this.bucket);
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.walk(this.directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Nested
    class Fallback {

        @Test
        void storesInS3() {
            run(composite("fallback"), (driver, meters) -> {
                StorageDriverClaim claim = Calls.store(driver, PAYLOAD);

                assertThat(claim.getClaimData()).containsOnlyKeys(S3);
                assertThat(keys()).hasSize(1);
                assertThat(files()).isEmpty();
                assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);
                assertThat(count(meters, "fallbacks")).isZero();
            });
        }

        @ParameterizedTest
        @EnumSource
        void storesOnDiskWhenS3DoesNotTakeABatch(Trouble trouble) {
            S3Gateway gateway = CompositeOnServersTests.this.gateway;
            run(composite("fallback", "composite.timeout=" + trouble.timeout), (driver, meters) -> {
                gateway.on("PUT", trouble.behaviour);
                StorageDriverClaim claim = Calls.store(driver, PAYLOAD);

                assertThat(claim.getClaimData()).containsOnlyKeys("archive");
                assertThat(files()).hasSize(1);
                assertThat(keys()).isEmpty();
                assertThat(count(meters, "fallbacks")).isOne();

                gateway.on("PUT", S3Gateway.Exchange::forward);
                gateway.reset();
                assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);
                assertThat(gateway.requests()).isEmpty();
                assertThat(Calls.store(driver, PAYLOAD).getClaimData()).containsOnlyKeys(S3);
                assertThat(count(meters, "fallbacks")).isOne();
            });
        }

        @Test
        void cancellingHangsUpOnS3AndStoresNothingElsewhere() {
            S3Gateway gateway = CompositeOnServersTests.this.gateway;
            run(composite("fallback"), (driver, meters) -> {
                S3Gateway.Hold hold = new S3Gateway.Hold(1);
                gateway.on("PUT", hold);
                StorageContexts.Token token = new StorageContexts.Token();
                CompletableFuture<?> stored = driver.store(StorageContexts.store(null, token),
                        List.of(Payloads.of(Payloads.bytes(5_000_000, 3))));
                hold.awaitArrival();
                token.cancel();
                hold.release();

                assertThat(catchThrowable(() -> Calls.end(stored))).isInstanceOf(CancellationException.class);
                await().untilAsserted(() -> assertThat(gateway.brokenOff()).isOne());
                assertThat(files()).isEmpty();
                assertThat(count(meters, "fallbacks")).isZero();
            });
        }

    }

    @Nested
    class Mirror {

        @Test
        void storesInS3AndOnDisk() {
            run(composite("mirror"), (driver, meters) -> {
                StorageDriverClaim claim = Calls.store(driver, PAYLOAD);

                assertThat(claim.getClaimData()).containsOnlyKeys(S3, "archive");
                assertThat(keys()).hasSize(1);
                assertThat(files()).hasSize(1);
                assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);
                assertThat(count(meters, "repairs")).isZero();
            });
        }

        @Test
        void failsWhereS3Fails() {
            run(composite("mirror"), (driver, meters) -> {
                CompositeOnServersTests.this.gateway.on("PUT", S3Gateway.denied());

                assertThat(catchThrowable(() -> Calls.store(driver, PAYLOAD)))
                    .isInstanceOf(StorageAccessDeniedException.class)
                    .hasMessageContainingAll(S3, "s3:PutObject");
            });
        }

        @ParameterizedTest
        @ValueSource(booleans = { true, false })
        void putsBackAnObjectThatIsGoneOrAltered(boolean gone) {
            S3Gateway gateway = CompositeOnServersTests.this.gateway;
            run(composite("mirror"), (driver, meters) -> {
                StorageDriverClaim claim = Calls.store(driver, PAYLOAD);
                String bucket = CompositeOnServersTests.this.bucket;
                String key = keys().get(0);
                if (gone) {
                    CompositeOnServersTests.this.server.delete(bucket, key);
                }
                else {
                    CompositeOnServersTests.this.server.put(bucket, key, new byte[100]);
                }

                assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);

                await().untilAsserted(() -> assertThat(count(meters, "repairs")).isOne());
                assertThat(CompositeOnServersTests.this.server.content(bucket, key)).isEqualTo(PAYLOAD.toByteArray());
                gateway.reset();
                assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);
                assertThat(gateway.count()).containsOnlyKeys("GET");
            });
        }

        /** So S3 and Cloud Storage answer without the permission to list. */
        @Test
        void putsBackAnObjectWhoseAbsenceIsDenied() {
            S3Gateway gateway = CompositeOnServersTests.this.gateway;
            run(composite("mirror"), (driver, meters) -> {
                gateway.on("GET", S3Gateway.denyingMissingObjects());
                StorageDriverClaim claim = Calls.store(driver, PAYLOAD);
                String key = keys().get(0);
                for (int i = 1; i <= 2; i++) {
                    CompositeOnServersTests.this.server.delete(CompositeOnServersTests.this.bucket, key);

                    assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);

                    int repairs = i;
                    await().untilAsserted(() -> assertThat(count(meters, "repairs")).isEqualTo(repairs));
                    assertThat(keys()).containsExactly(key);
                }
            });
        }

        @Test
        void storesNoMoreThanOnceWhereReadingIsDenied() {
            S3Gateway gateway = CompositeOnServersTests.this.gateway;
            run(composite("mirror"), (driver, meters) -> {
                StorageDriverClaim claim = Calls.store(driver, PAYLOAD);
                gateway.on("GET", S3Gateway.denied());
                gateway.reset();
                Calls.retrieve(driver, claim);
                await().untilAsserted(() -> assertThat(gateway.count()).containsEntry("GET", 2L));

                await().untilAsserted(() -> {
                    gateway.reset();
                    assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);
                    assertThat(gateway.count()).containsOnlyKeys("GET");
                });
                assertThat(count(meters, "repairs")).isZero();

                gateway.on("GET", S3Gateway.Exchange::forward);
                assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);
                gateway.on("GET", S3Gateway.denyingMissingObjects());
                CompositeOnServersTests.this.server.delete(CompositeOnServersTests.this.bucket, keys().get(0));
                assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);
                await().untilAsserted(() -> assertThat(count(meters, "repairs")).isOne());
            });
        }

        /** Nobody knows what the store has. */
        @ParameterizedTest
        @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DENIED")
        void retrievesFromDiskWithoutARepairWhenS3DoesNotAnswer(Trouble trouble) {
            S3Gateway gateway = CompositeOnServersTests.this.gateway;
            run(composite("mirror", "composite.timeout=" + trouble.timeout), (driver, meters) -> {
                StorageDriverClaim claim = Calls.store(driver, PAYLOAD);
                gateway.on("GET", trouble.behaviour);
                gateway.reset();

                assertThat(Calls.retrieve(driver, claim)).isEqualTo(PAYLOAD);

                assertThat(gateway.count()).doesNotContainKey("PUT");
                assertThat(count(meters, "repairs")).isZero();
            });
        }

    }

    /** What is wrong with S3. */
    enum Trouble {

        DENIED("10s", S3Gateway.denied()), FAILING("10s", S3Gateway.failing(500, "InternalError")),
        CUT("10s", S3Gateway.cut()), SLOW("500ms", S3Gateway.delayed(Duration.ofSeconds(60)));

        private final String timeout;

        private final S3Gateway.Behaviour behaviour;

        Trouble(String timeout, S3Gateway.Behaviour behaviour) {
            this.timeout = timeout;
            this.behaviour = behaviour;
        }

    }

    @FunctionalInterface
    private interface Action {

        void on(StorageDriver driver, MeterRegistry meters) throws Exception;

    }

}
