package io.github.claimcheck.temporal.store.composite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.github.claimcheck.temporal.store.s3.S3BucketResolver;
import io.github.claimcheck.temporal.testing.FailureReport;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.github.claimcheck.temporal.testing.S3Gateway;
import io.github.claimcheck.temporal.testing.S3Server;
import io.github.claimcheck.temporal.testing.S3ServerTest;
import io.github.claimcheck.temporal.testing.StarterAutoConfigurations;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Drivers of the types {@code fallback} and {@code mirror}, on an S3 server that fails as
 * told and a local disk.
 */
@ExtendWith(OutputCaptureExtension.class)
@S3ServerTest
class CompositeStorageDriverTests {

    private static final String DRIVERS = "temporal.external-storage.drivers.";

    private static final String S3 = "aws.s3driver";

    private static final StorageDriverStoreContext CONTEXT = StorageContexts.store(StorageContexts.workflow("order-1"));

    private final S3Server server = S3Server.shared();

    private final String bucket = this.server.createBucket();

    private final S3Gateway gateway = S3Gateway.to(this.server);

    private final Payload payload = Payloads.of(Payloads.bytes(10_000, 1));

    @TempDir
    private Path directory;

    @AfterEach
    void closeGateway() {
        this.gateway.close();
    }

    /**
     * Returns an application with two drivers, {@code s3} and {@code archive}, and
     * {@code held}, which holds them.
     */
    private ApplicationContextRunner holding(String type, String... properties) {
        return runner().withPropertyValues(this.gateway.properties(this.bucket))
            .withPropertyValues(localDisk("archive"))
            .withPropertyValues(DRIVERS + "held.type=" + type, DRIVERS + "held.drivers=s3,archive",
                    DRIVERS + "held.name=held", DRIVERS + "held.retry-after=0")
            .withPropertyValues(Stream.of(properties).map(DRIVERS::concat).toArray(String[]::new));
    }

    private static ApplicationContextRunner runner() {
        return new ApplicationContextRunner().withConfiguration(StarterAutoConfigurations.all())
            // Each transfer is to reach the stores.
            .withPropertyValues("temporal.external-storage.cache.max-size=0",
                    "temporal.external-storage.assume-stored-for=0", "temporal.external-storage.default-driver=held");
    }

    private String[] localDisk(String id) {
        return new String[] { DRIVERS + id + ".type=local-disk", DRIVERS + id + ".name=" + id,
                DRIVERS + id + ".directory=" + this.directory.resolve(id) };
    }

    private static void run(ApplicationContextRunner runner, Consumer<StorageDriver> test) {
        run(runner, (driver, meters) -> test.accept(driver));
    }

    private static void run(ApplicationContextRunner runner, BiConsumer<StorageDriver, MeterRegistry> test) {
        runner.run((context) -> {
            assertThat(context).hasNotFailed();
            MeterRegistry meters = new SimpleMeterRegistry();
            context.getBean(CompositeStorageDriverMeterBinder.class).bindTo(meters);
            test.accept(context.getBean("heldStorageDriver", StorageDriver.class), meters);
        });
    }

    private static StorageDriverClaim store(StorageDriver driver, Payload payload) {
        return end(driver.store(CONTEXT, List.of(payload))).get(0);
    }

    private static Payload retrieve(StorageDriver driver, StorageDriverClaim claim) {
        return end(driver.retrieve(StorageContexts.retrieve(), List.of(claim))).get(0);
    }

    private static <T> T end(CompletableFuture<T> transfer) {
        try {
            return transfer.get(60, TimeUnit.SECONDS);
        }
        catch (ExecutionException ex) {
            throw (ex.getCause() instanceof RuntimeException cause) ? cause : new CompletionException(ex.getCause());
        }
        catch (InterruptedException | TimeoutException ex) {
            throw new AssertionError("A transfer should have ended", ex);
        }
    }

    private static double count(MeterRegistry meters, String name) {
        return meters.get("temporal.external.storage." + name)
            .tag("driver", "held")
            .functionCounters()
            .stream()
            .mapToDouble(FunctionCounter::count)
            .sum();
    }

    private List<Path> files(String id) {
        try (Stream<Path> files = Files.walk(this.directory.resolve(id))) {
            return files.filter(Files::isRegularFile).toList();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Nested
    class Fallback {

        @Test
        void storesWithTheFirstDriverAndNamesItInTheClaim() {
            run(holding("fallback"), (driver, meters) -> {
                StorageDriverClaim claim = store(driver, payload());

                assertThat(claim.getClaimData()).containsOnlyKeys(S3);
                assertThat(keys()).hasSize(1);
                assertThat(files("archive")).isEmpty();
                assertThat(retrieve(driver, claim)).isEqualTo(payload());
                assertThat(count(meters, "fallbacks")).isZero();
            });
        }

        @ParameterizedTest
        @EnumSource
        void storesWithTheSecondDriverWhenTheFirstDoesNotTakeABatch(Trouble trouble) {
            run(holding("fallback", "held.timeout=" + trouble.timeout), (driver, meters) -> {
                gateway().on("PUT", trouble.behaviour);
                StorageDriverClaim claim = store(driver, payload());

                assertThat(claim.getClaimData()).containsOnlyKeys("archive");
                assertThat(files("archive")).hasSize(1);
                assertThat(keys()).isEmpty();
                assertThat(count(meters, "fallbacks")).isOne();

                gateway().on("PUT", S3Gateway.Exchange::forward);
                gateway().reset();
                assertThat(retrieve(driver, claim)).isEqualTo(payload());
                assertThat(gateway().requests()).isEmpty();
                assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys(S3);
                assertThat(count(meters, "fallbacks")).isOne();
            });
        }

        @Test
        void aDriverThatFailedIsAskedLastForAWhileAndThenByOneAtATime(CapturedOutput output) {
            recording("500ms", (one, two, driver) -> {
                one.failWith(new IllegalStateException("the first is down"));
                store(driver, payload());
                assertThat(one.batches()).hasSize(1);

                for (int i = 0; i < 5; i++) {
                    assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys("two");
                }
                assertThat(one.batches()).hasSize(1);
                assertThat(output.getOut().split("the first is down", -1)).hasSize(2);

                CompletableFuture<Void> inFlight = one.hang();
                sleep(600);
                CompletableFuture<List<StorageDriverClaim>> probe = driver.store(CONTEXT, List.of(payload()));
                assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys("two");
                assertThat(probe).isNotDone();

                inFlight.complete(null);
                assertThat(end(probe).get(0).getClaimData()).containsOnlyKeys("one");
                assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys("one");
            });
        }

        /**
         * While a driver is tried again, which may take as long as the timeout, nobody
         * else tries it.
         */
        @Test
        void oneBatchAtATimeTriesADriverThatHangs() {
            recording("50ms", (one, two, driver) -> {
                one.failWith(new IllegalStateException("the first is down"));
                store(driver, payload());
                one.hang();
                sleep(100);
                CompletableFuture<?> trial = driver.store(CONTEXT, List.of(payload()));
                sleep(100);

                assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys("two");
                assertThat(one.batches()).hasSize(2);
                assertThat(trial).isNotDone();
                trial.cancel(true);
            });
        }

        @Test
        void aPauseEndsForADriverThatNobodyCameTo() {
            RecordingStorageDriver one = new RecordingStorageDriver("one");
            RecordingStorageDriver two = new RecordingStorageDriver("two");
            RecordingStorageDriver three = new RecordingStorageDriver("three");
            FallbackStorageDriver driver = new FallbackStorageDriver("held", List.of(one, two, three),
                    Duration.ofSeconds(3), Duration.ofMillis(50), Ticker.systemTicker());
            one.failWith(new IllegalStateException("the first is down"));
            two.failWith(new IllegalStateException("the second is down"));
            store(driver, payload());
            one.recover();
            two.recover();
            sleep(100);
            store(driver, payload());
            one.failWith(new IllegalStateException("the first is down"));

            assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys("two");
        }

        @Test
        void aDriverThatReturnsNoFutureIsPassedOver() {
            RecordingStorageDriver first = new RecordingStorageDriver("first");
            StorageDriver none = mock(StorageDriver.class);
            when(none.getName()).thenReturn("none");
            when(none.store(any(), any())).thenReturn(null);
            FallbackStorageDriver driver = new FallbackStorageDriver("held",
                    List.of(first, none, new RecordingStorageDriver("last")), Duration.ofSeconds(3), Duration.ZERO,
                    Ticker.systemTicker());
            CompletableFuture<Void> inFlight = first.hang();
            CompletableFuture<List<StorageDriverClaim>> stored = driver.store(CONTEXT, List.of(payload()));
            inFlight.completeExceptionally(new IllegalStateException("the first is down"));

            assertThat(end(stored).get(0).getClaimData()).containsOnlyKeys("last");
        }

        @Test
        void aDriverThatRefusesAPayloadIsAskedFirstForTheNextOne() {
            ApplicationContextRunner runner = holding("fallback", "held.retry-after=1h")
                .withBean(S3BucketResolver.class, () -> (context, payload) -> {
                    if (payload.getSerializedSize() < 1_000) {
                        throw new IllegalStateException("no bucket for this tenant");
                    }
                    return bucket();
                });
            run(runner, (driver) -> {
                assertThat(store(driver, Payloads.of(new byte[1])).getClaimData()).containsOnlyKeys("archive");

                assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys(S3);
            });
        }

        @Test
        void aDriverThatFailedIsAskedWhereTheOthersFailToo() {
            recording("1h", (one, two, driver) -> {
                one.failWith(new IllegalStateException("the first is down"));
                store(driver, payload());
                one.recover();
                two.failWith(new IllegalStateException("the second is down"));

                assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys("one");
            });
        }

        @Test
        void aDriverThatCancelsByItselfIsPassedOver() {
            recording((one, two, driver) -> {
                one.failWith(new CancellationException("the pool is closed"));

                assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys("two");
            });
        }

        @Test
        void aPayloadThatIsTooLargeForTheFirstDriverTakesItsBatchToTheSecond() {
            run(holding("fallback", "s3.max-payload-size=1KB", "held.retry-after=1h"), (driver) -> {
                assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys("archive");
                assertThat(store(driver, Payloads.of(new byte[1])).getClaimData()).containsOnlyKeys(S3);
                List<Payload> batch = List.of(Payloads.of(new byte[1]), payload());
                List<StorageDriverClaim> claims = end(driver.store(CONTEXT, batch));

                assertThat(claims).hasSize(2)
                    .allSatisfy((claim) -> assertThat(claim.getClaimData()).containsOnlyKeys("archive"));
                assertThat(end(driver.retrieve(StorageContexts.retrieve(), claims))).isEqualTo(batch);
            });
        }

        @Test
        void retrievesABatchFromAllDriversThatHaveAPartOfIt() {
            run(holding("fallback"), (driver) -> {
                Payload other = Payloads.of(Payloads.bytes(10_000, 2));
                StorageDriverClaim first = store(driver, payload());
                gateway().on("PUT", S3Gateway.denied());
                StorageDriverClaim second = store(driver, other);

                assertThat(end(driver.retrieve(StorageContexts.retrieve(), List.of(second, first))))
                    .containsExactly(other, payload());
            });
        }

        @Test
        void failsWithWhatTheLastDriverFailedWith() {
            RuntimeException first = new IllegalStateException("the first is full");
            RuntimeException last = new IllegalStateException("the last is full");
            recording((one, two, driver) -> {
                one.failWith(first);
                two.failWith(last);

                assertThat(catchThrowable(() -> store(driver, payload()))).isSameAs(last).hasSuppressedException(first);
            });
        }

        @Test
        void failsWhereAllDriversFailWithTheSameException() {
            RuntimeException shared = new IllegalStateException("the circuit is open");
            recording((one, two, driver) -> {
                one.failWith(shared);
                two.failWith(shared);

                assertThat(catchThrowable(() -> store(driver, payload()))).isSameAs(shared).hasNoSuppressedExceptions();
            });
        }

        /** The drivers know nothing of tokens. */
        @ParameterizedTest
        @ValueSource(booleans = { true, false })
        void cancellingEndsWhatIsInFlightAndAsksNobodyElse(boolean byToken) {
            recording((one, two, driver) -> {
                CompletableFuture<Void> inFlight = one.hang();
                StorageContexts.Token token = new StorageContexts.Token();
                CompletableFuture<?> stored = driver.store(StorageContexts.store(null, token), List.of(payload()));
                assertThat(stored).isNotDone();

                if (byToken) {
                    token.cancel();
                }
                else {
                    stored.cancel(true);
                }

                assertThat(catchThrowable(() -> end(stored))).isInstanceOf(CancellationException.class);
                assertThat(inFlight).isCancelled();
                assertThat(two.batches()).isEmpty();
                assertThat(token.registrations()).isZero();
            });
        }

        @Test
        void cancellingHangsUpOnTheStoreAndStoresNothingElsewhere() {
            run(holding("fallback"), (driver, meters) -> {
                S3Gateway.Hold hold = new S3Gateway.Hold(1);
                gateway().on("PUT", hold);
                StorageContexts.Token token = new StorageContexts.Token();
                CompletableFuture<?> stored = driver.store(StorageContexts.store(null, token),
                        List.of(Payloads.of(Payloads.bytes(5_000_000, 3))));
                awaitArrival(hold);
                token.cancel();
                hold.release();

                assertThat(catchThrowable(() -> end(stored))).isInstanceOf(CancellationException.class);
                await().untilAsserted(() -> assertThat(gateway().brokenOff()).isOne());
                assertThat(files("archive")).isEmpty();
                assertThat(count(meters, "fallbacks")).isZero();
            });
        }

        private void awaitArrival(S3Gateway.Hold hold) {
            try {
                hold.awaitArrival();
            }
            catch (InterruptedException ex) {
                throw new AssertionError(ex);
            }
        }

        @Test
        void aDriverThatWasTakenOutIsNamed() {
            StorageDriverClaim[] claim = new StorageDriverClaim[1];
            run(holding("fallback"), (driver) -> claim[0] = store(driver, payload()));

            run(holding("fallback", "held.drivers=archive,tape").withPropertyValues(localDisk("tape")),
                    (driver) -> assertThat(catchThrowable(() -> retrieve(driver, claim[0])))
                        .isInstanceOf(StorageDriverException.class)
                        .hasMessageContaining("Storage driver 'held' could not retrieve a payload that [" + S3
                                + "] has, since it holds [archive, tape]")
                        .hasMessageContaining("Add it again"));
            run(holding("fallback", "held.drivers=archive,s3"),
                    (driver) -> assertThat(retrieve(driver, claim[0])).isEqualTo(payload()));
        }

        @Test
        void aFallbackOfAMirrorRetrievesFromWhateverHasThePayload() {
            ApplicationContextRunner nested = holding("fallback", "held.drivers=both,tape", "both.type=mirror",
                    "both.name=both", "both.drivers=s3,archive")
                .withPropertyValues(localDisk("tape"));
            run(nested, (driver) -> {
                StorageDriverClaim mirrored = store(driver, payload());
                assertThat(mirrored.getClaimData()).containsOnlyKeys("both");
                assertThat(keys()).hasSize(1);
                assertThat(files("archive")).hasSize(1);
                gateway().on("PUT", S3Gateway.denied());
                StorageDriverClaim onTape = store(driver, payload());
                assertThat(onTape.getClaimData()).containsOnlyKeys("tape");
                gateway().on("GET", S3Gateway.denied());

                assertThat(retrieve(driver, mirrored)).isEqualTo(payload());
                assertThat(retrieve(driver, onTape)).isEqualTo(payload());
            });
        }

    }

    /** Why the first driver does not take a batch. */
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

    @Nested
    class Mirror {

        @Test
        void storesWithAllDriversAndNamesThemInTheClaim() {
            run(holding("mirror"), (driver, meters) -> {
                StorageDriverClaim claim = store(driver, payload());

                assertThat(claim.getClaimData()).containsOnlyKeys(S3, "archive");
                assertThat(keys()).hasSize(1);
                assertThat(files("archive")).hasSize(1);
                assertThat(retrieve(driver, claim)).isEqualTo(payload());
                assertThat(count(meters, "repairs")).isZero();
            });
        }

        @Test
        void failsWhereOneDriverFails() {
            run(holding("mirror"), (driver) -> {
                gateway().on("PUT", S3Gateway.denied());

                assertThat(catchThrowable(() -> store(driver, payload()))).isInstanceOf(StorageDriverException.class)
                    .hasMessageContaining(S3)
                    .hasMessageContaining("s3:PutObject");
            });
        }

        @ParameterizedTest
        @ValueSource(booleans = { true, false })
        void aCopyThatIsGoneOrAlteredIsPutBack(boolean gone) {
            run(holding("mirror"), (driver, meters) -> {
                StorageDriverClaim claim = store(driver, payload());
                String key = keys().get(0);
                if (gone) {
                    server().delete(bucket(), key);
                }
                else {
                    server().put(bucket(), key, new byte[100]);
                }

                assertThat(retrieve(driver, claim)).isEqualTo(payload());

                await().untilAsserted(() -> assertThat(count(meters, "repairs")).isOne());
                assertThat(server().content(bucket(), key)).isEqualTo(payload().toByteArray());
                gateway().reset();
                assertThat(retrieve(driver, claim)).isEqualTo(payload());
                assertThat(gateway().count()).containsOnlyKeys("GET");
            });
        }

        @Test
        void readersOfADamagedCopyAtTheSameTimeRepairItOnce() {
            run(holding("mirror"), (driver, meters) -> {
                StorageDriverClaim claim = store(driver, payload());
                server().delete(bucket(), keys().get(0));
                S3Gateway.Hold repair = new S3Gateway.Hold(1);
                gateway().on("PUT", repair);

                for (int i = 0; i < 3; i++) {
                    assertThat(retrieve(driver, claim)).isEqualTo(payload());
                }
                repair.release();

                await().untilAsserted(() -> assertThat(count(meters, "repairs")).isOne());
                assertThat(retrieve(driver, claim)).isEqualTo(payload());
                assertThat(count(meters, "repairs")).isOne();
            });
        }

        @Test
        void aCopyThatTheStoreOnlySaysItTookCountsAsDamaged(CapturedOutput output) {
            run(holding("mirror"), (driver, meters) -> {
                StorageDriverClaim claim = store(driver, payload());
                server().put(bucket(), keys().get(0), new byte[100]);
                gateway().on("PUT", S3Gateway.accepting());

                assertThat(retrieve(driver, claim)).isEqualTo(payload());

                await().untilAsserted(() -> assertThat(output)
                    .contains("could not put a payload back into '" + S3 + "'", "is not the one that was stored"));
                assertThat(count(meters, "repairs")).isZero();
            });
        }

        @ParameterizedTest
        @EnumSource
        void whatTheFirstDriverDoesNotGiveComesFromTheSecond(Trouble trouble) {
            run(holding("mirror", "held.timeout=" + trouble.timeout), (driver, meters) -> {
                StorageDriverClaim claim = store(driver, payload());
                gateway().on("GET", trouble.behaviour);
                gateway().reset();

                assertThat(retrieve(driver, claim)).isEqualTo(payload());

                // Nobody knows what the store has.
                assertThat(gateway().count()).doesNotContainKey("PUT");
                assertThat(count(meters, "repairs")).isZero();
            });
        }

        @Test
        void aDriverThatFailsToRetrieveIsAskedLastForAWhile() {
            run(holding("mirror", "held.retry-after=1h"), (driver) -> {
                StorageDriverClaim claim = store(driver, payload());
                gateway().on("GET", S3Gateway.denied());
                assertThat(retrieve(driver, claim)).isEqualTo(payload());
                gateway().reset();

                assertThat(retrieve(driver, claim)).isEqualTo(payload());
                assertThat(gateway().requests()).isEmpty();

                gateway().on("GET", S3Gateway.Exchange::forward);
                write(files("archive").get(0), new byte[100]);
                assertThat(retrieve(driver, claim)).isEqualTo(payload());
                assertThat(gateway().count()).containsOnlyKeys("GET");
            });
        }

        /** What is gone or altered says nothing about the rest. */
        @Test
        void aDriverWithADamagedCopyIsAskedFirstAgain() {
            run(holding("mirror", "held.retry-after=1h"), (driver) -> {
                StorageDriverClaim damaged = store(driver, payload());
                server().delete(bucket(), keys().get(0));
                Payload sound = Payloads.of(Payloads.bytes(10_000, 2));
                StorageDriverClaim claim = store(driver, sound);
                assertThat(retrieve(driver, damaged)).isEqualTo(payload());

                assertThat(retrieve(driver, claim)).isEqualTo(sound);

                assertThat(gateway().requests()).anyMatch((request) -> request.method().equals("GET")
                        && request.path().endsWith(Payloads.sha256(sound.toByteArray())));
            });
        }

        @Test
        void failsWhereNoDriverHasAnUnharmedCopy() {
            run(holding("mirror"), (driver, meters) -> {
                StorageDriverClaim claim = store(driver, payload());
                server().delete(bucket(), keys().get(0));
                write(files("archive").get(0), new byte[100]);

                Throwable failure = catchThrowable(() -> retrieve(driver, claim));

                assertThat(failure).isInstanceOf(StorageDriverException.class).hasMessageContaining("'archive'");
                assertThat(failure.getSuppressed()).singleElement()
                    .satisfies((suppressed) -> assertThat(suppressed).hasMessageContaining(S3));
                assertThat(count(meters, "repairs")).isZero();
            });
        }

        /** Claims come out of event history, which others may write to. */
        @ParameterizedTest
        @CsvSource({ "sha256/DIGEST, sha256/DIGEST.sh", "d/sha256/DIGEST, config", "DIGEST, ZEROS", "/DIGEST, /ZEROS" })
        void nothingIsPutWhereAForgedClaimSays(String from, String to, CapturedOutput output) {
            run(holding("mirror"), (driver, meters) -> {
                StorageDriverClaim claim = store(driver, payload());
                List<String> keys = keys();
                String digest = Payloads.sha256(payload().toByteArray());
                Map<String, String> forged = new HashMap<>(claim.getClaimData());
                forged.computeIfPresent(S3, (name, data) -> data.replace(from.replace("DIGEST", digest),
                        to.replace("DIGEST", digest).replace("ZEROS", "0".repeat(64))));
                assertThat(forged).isNotEqualTo(claim.getClaimData());
                gateway().reset();

                assertThat(retrieve(driver, new StorageDriverClaim(forged))).isEqualTo(payload());

                await().untilAsserted(() -> assertThat(output).contains("could not put a payload back into '" + S3));
                assertThat(gateway().count()).doesNotContainKey("PUT");
                assertThat(keys()).isEqualTo(keys);
                assertThat(count(meters, "repairs")).isZero();
            });
        }

        @Test
        void aMirrorOfAFallbackRetrievesFromWhateverHasThePayload() {
            ApplicationContextRunner nested = holding("mirror", "held.drivers=either,tape", "either.type=fallback",
                    "either.name=either", "either.drivers=s3,archive")
                .withPropertyValues(localDisk("tape"));
            run(nested, (driver) -> {
                StorageDriverClaim claim = store(driver, payload());
                assertThat(claim.getClaimData()).containsOnlyKeys("either", "tape");
                assertThat(retrieve(driver, claim)).isEqualTo(payload());
                server().delete(bucket(), keys().get(0));
                assertThat(retrieve(driver, claim)).isEqualTo(payload());
            });
        }

        @Test
        void aClaimFromElsewhereIsRefused() {
            run(holding("mirror"), (driver) -> Stream
                .of(Map.<String, String>of(), Map.of("tape", "{}"), Map.of(S3, "no JSON"), Map.of(S3, "{}"),
                        Map.of(S3, "[]"), Map.of(S3, "null"), Map.of(S3, "{\"key\":".repeat(10_000)))
                .forEach((data) -> assertThat(catchThrowable(() -> retrieve(driver, new StorageDriverClaim(data))))
                    .as("%.50s", data)
                    .isInstanceOf(StorageDriverException.class)));
        }

    }

    @Test
    void theTimerOfADriverThatTookTooLongSaysSo() {
        MeterRegistry meters = new SimpleMeterRegistry();
        run(holding("fallback", "held.timeout=500ms").withBean(MeterRegistry.class, () -> meters), (driver) -> {
            gateway().on("PUT", S3Gateway.delayed(Duration.ofSeconds(60)));
            assertThat(store(driver, payload()).getClaimData()).containsOnlyKeys("archive");

            assertThat(meters.get("temporal.external.storage.store")
                .tags("driver", S3, "error", "TimeoutException")
                .timer()
                .count()).isOne();
        });
    }

    @Test
    void theTimeoutIncludesTheWaitForATurn() {
        ApplicationContextRunner runner = holding("fallback", "held.timeout=1s")
            .withPropertyValues("temporal.external-storage.max-concurrent-transfers=1");
        runner.run((context) -> {
            S3Gateway.Hold hold = new S3Gateway.Hold(1);
            gateway().on("PUT", hold);
            CompletableFuture<?> busy = context.getBean("s3StorageDriver", StorageDriver.class)
                .store(CONTEXT, List.of(Payloads.of(Payloads.bytes(10_000, 2))));
            hold.awaitArrival();
            CompletableFuture<List<StorageDriverClaim>> stored = context
                .getBean("heldStorageDriver", StorageDriver.class)
                .store(CONTEXT, List.of(payload()));
            sleep(1_500);
            hold.release();
            end(busy);

            assertThat(end(stored).get(0).getClaimData()).containsOnlyKeys("archive");
        });
    }

    @Test
    void theDriversThatAreHeldAreObservedToo() {
        MeterRegistry meters = new SimpleMeterRegistry();
        run(holding("fallback").withBean(MeterRegistry.class, () -> meters), (driver, bound) -> {
            gateway().on("PUT", S3Gateway.denied());
            store(driver, payload());

            assertThat(meters.get("temporal.external.storage.store")
                .tags("driver", S3, "type", S3, "error", "StorageDriverException")
                .timer()
                .count()).isOne();
            assertThat(meters.get("temporal.external.storage.store")
                .tags("driver", "archive", "type", "local-disk", "error", "none")
                .timer()
                .count()).isOne();
            assertThat(bound.get("temporal.external.storage.fallbacks")
                .tags("driver", "held", "held", S3)
                .functionCounter()
                .count()).isOne();
            assertThat(meters.get("temporal.external.storage.payload.size")
                .tags("driver", "archive", "operation", "store")
                .summary()
                .totalAmount()).isEqualTo(payload().getSerializedSize());
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "held.drivers=s3,tape | held.drivers names tape, and there is no such storage driver | Configure temporal.external-storage.drivers.tape",
            "held.drivers=s3 | held.drivers is [s3], which are not several drivers | ids of two or more drivers",
            "held.drivers= | held.drivers is [], which are not several drivers | ids of two or more drivers",
            "held.drivers=s3;s3 | held.drivers is [s3, s3], which are not several drivers | each once",
            "held.drivers=s3;S3 | held.drivers is [s3, S3], which are not several drivers | each once",
            "held.drivers=s3;s3StorageDriver | held.drivers is [s3, s3StorageDriver], which are not several | each once",
            "held.drivers=s3;held | held.drivers leads back to held, which is made of it | Take held out of temporal.external-storage.drivers.held.drivers",
            "held.drivers=s3;other&other.type=mirror&other.drivers=archive;held | other.drivers leads back to held | Take held out of temporal.external-storage.drivers.other.drivers",
            "held.timeout=0 | held.timeout is 0ms, so that no driver could take anything | Set temporal.external-storage.drivers.held.timeout",
            "held.timeout=-1s | held.timeout is -1000ms | Set temporal.external-storage.drivers.held.timeout",
            "held.retry-after=-1s | held.retry-after is -1000ms | Set temporal.external-storage.drivers.held.retry-after",
            "held.timout=1s | timout | timeout",
            "held.name=archive | both named 'archive' | to a name that no other driver has" })
    void aDriverThatHoldsOthersInVainStopsTheStart(String properties, String description, String action) {
        Stream.of("fallback", "mirror").forEach((type) -> {
            FailureAnalysis failure = FailureReport.of(holding(type, properties.replace(';', ',').split("&")));
            assertThat(failure.getDescription()).contains(description);
            assertThat(failure.getAction()).contains(action);
        });
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        }
        catch (InterruptedException ex) {
            throw new AssertionError(ex);
        }
    }

    private static void recording(RecordingTest test) {
        recording("0", test);
    }

    private static void recording(String retryAfter, RecordingTest test) {
        RecordingStorageDriver one = new RecordingStorageDriver("one");
        RecordingStorageDriver two = new RecordingStorageDriver("two");
        run(runner().withBean("oneStorageDriver", StorageDriver.class, () -> one)
            .withBean("twoStorageDriver", StorageDriver.class, () -> two)
            .withPropertyValues(DRIVERS + "held.type=fallback", DRIVERS + "held.drivers=one,two",
                    DRIVERS + "held.name=held", DRIVERS + "held.retry-after=" + retryAfter),
                (driver) -> test.accept(one, two, driver));
    }

    @FunctionalInterface
    interface RecordingTest {

        void accept(RecordingStorageDriver one, RecordingStorageDriver two, StorageDriver held);

    }

    private List<String> keys() {
        return this.server.keys(this.bucket);
    }

    private S3Gateway gateway() {
        return this.gateway;
    }

    private S3Server server() {
        return this.server;
    }

    private Payload payload() {
        return this.payload;
    }

    private String bucket() {
        return this.bucket;
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
