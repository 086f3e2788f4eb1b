package io.github.claimcheck.temporal.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.driver.StorageUnreachableException;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How often a store is asked, and how long it may take. */
class StoreCheckTests {

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();

    private final AtomicInteger asked = new AtomicInteger();

    private StoreCheck check(Duration timeout, Supplier<CompletableFuture<Map<String, Object>>> store) {
        InspectableStorageDriver driver = mock(InspectableStorageDriver.class);
        when(driver.getName()).thenReturn("s3");
        when(driver.check()).thenAnswer((call) -> {
            this.asked.incrementAndGet();
            return store.get();
        });
        return new StoreCheck(driver, INTERVAL, timeout, this.clock);
    }

    private static DriverHealth end(CompletableFuture<DriverHealth> result) {
        return result.orTimeout(1, TimeUnit.MINUTES).join();
    }

    @Test
    void asksOnceInAnInterval() {
        StoreCheck check = check(INTERVAL, () -> CompletableFuture.completedFuture(Map.of("free", 5)));

        assertThat(end(check.getResult())).isEqualTo(new DriverHealth(Status.UP, Map.of("free", 5)));
        this.clock.pass(INTERVAL.minusSeconds(1));
        end(check.getResult());
        assertThat(this.asked).hasValue(1);

        this.clock.pass(Duration.ofSeconds(1));
        end(check.getResult());
        end(check.getResult());
        assertThat(this.asked).hasValue(2);
    }

    @Test
    void asksOnceHoweverManyAskAtTheSameTime() throws Exception {
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        StoreCheck check = check(INTERVAL, () -> answer);
        CountDownLatch ready = new CountDownLatch(50);
        Set<CompletableFuture<DriverHealth>> results = ConcurrentHashMap.newKeySet();

        List<Thread> askers = IntStream.range(0, 50).mapToObj((asker) -> new Thread(() -> {
            ready.countDown();
            try {
                ready.await();
            }
            catch (InterruptedException ex) {
                return;
            }
            results.add(check.getResult());
        })).toList();
        askers.forEach(Thread::start);
        for (Thread asker : askers) {
            asker.join();
        }
        // Also those who come later, while the store has not answered.
        this.clock.pass(INTERVAL.multipliedBy(2));
        results.add(check.getResult());
        await().until(() -> this.asked.get() == 1);
        answer.complete(Map.of());

        assertThat(results).hasSize(1);
        assertThat(end(check(INTERVAL, () -> answer).getResult()).status()).isEqualTo(Status.UP);
    }

    @Test
    void aStoreThatNeverAnswersIsDownAndItsRequestIsCancelled() {
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();

        assertThat(end(check(Duration.ofMillis(50), () -> answer).getResult())).satisfies((health) -> {
            assertThat(health.status()).isEqualTo(Status.DOWN);
            assertThat(health.details()).containsEntry("error", "StorageTimeoutException")
                .containsEntry("message",
                        "The store of storage driver 's3' has not answered for 50 ms. Check that it is "
                                + "reachable and fast enough");
        });
        await().until(answer::isCancelled);
    }

    /** The common pool, whose threads are few, runs the timeouts of all transfers. */
    @Test
    void aClientThatBlocksIsDownAndHoldsOneThreadOfItsOwn() {
        CountDownLatch closed = new CountDownLatch(1);
        Set<Thread> inside = ConcurrentHashMap.newKeySet();
        StoreCheck check = check(Duration.ofMillis(50), () -> {
            inside.add(Thread.currentThread());
            try {
                closed.await();
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
            return CompletableFuture.completedFuture(Map.of());
        });

        for (int i = 0; i < 5; i++) {
            assertThat(end(check.getResult()).status()).isEqualTo(Status.DOWN);
            this.clock.pass(INTERVAL);
        }
        assertThat(inside).singleElement().satisfies((thread) -> {
            assertThat(thread.isDaemon()).isTrue();
            assertThat(thread).isNotInstanceOf(ForkJoinWorkerThread.class);
        });
        assertThat(this.asked).hasValue(1);

        closed.countDown();
        await().until(() -> end(check.getResult()).status() == Status.UP);
        assertThat(this.asked).hasValueGreaterThan(1);
    }

    /** Also where an application's code holds all threads of the common pool. */
    @Test
    void aTimeoutNeedsNoThreadOfTheCommonPool() {
        CompletableFuture<Thread> timedOut = new CompletableFuture<>();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        answer.whenComplete((details, failure) -> timedOut.complete(Thread.currentThread()));

        end(check(Duration.ofMillis(50), () -> answer).getResult());
        assertThat(timedOut.orTimeout(1, TimeUnit.MINUTES).join().getName()).isEqualTo("external-storage-health");
    }

    @Test
    void anAnswerIsKeptWhateverItIs() {
        StoreCheck check = check(INTERVAL, () -> {
            throw new StorageUnreachableException("could not reach its store. Check the network", null);
        });

        for (int i = 0; i < 3; i++) {
            DriverHealth health = end(check.getResult());
            assertThat(health.status()).isEqualTo(Status.DOWN);
            assertThat(health.details()).containsEntry("error", "StorageUnreachableException")
                .containsEntry("message", "could not reach its store. Check the network")
                .containsOnlyKeys("error", "message", "lastFailure");
            assertThat(Instant.parse(health.details().get("lastFailure").toString()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        }
        assertThat(this.asked).hasValue(1);
    }

    @Test
    void aStoreThatCannotBeAskedIsUnknown() {
        assertThat(
                end(check(INTERVAL, () -> CompletableFuture.failedFuture(new UnsupportedOperationException("no place")))
                    .getResult()))
            .isEqualTo(new DriverHealth(Status.UNKNOWN, Map.of("reason", "no place")));
    }

}
