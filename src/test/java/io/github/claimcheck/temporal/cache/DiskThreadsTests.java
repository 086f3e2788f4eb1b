package io.github.claimcheck.temporal.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DiskThreadsTests {

    private final List<String> failures = new CopyOnWriteArrayList<>();

    private final CountDownLatch ended = new CountDownLatch(1);

    private final DiskThreads threads = new DiskThreads(2, (problem, failure) -> this.failures.add(problem),
            this.ended::countDown);

    private final CountDownLatch answer = new CountDownLatch(1);

    @AfterEach
    void close() {
        this.answer.countDown();
        this.threads.close();
    }

    private static <T> T join(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private CompletableFuture<String> stalled(long bytes) {
        return this.threads.run(bytes, "given up", () -> {
            this.answer.await();
            return "answered";
        });
    }

    @Test
    void runsTasksOnThreadsOfTheirOwn() {
        assertThat(join(this.threads.run(0, "", () -> Thread.currentThread().getName())))
            .isEqualTo("temporal-external-storage-disk-cache");
        assertThat(this.threads.isPaused()).isFalse();
    }

    /** They may take their time, or need another task. */
    @Test
    void runsDependentsOnOtherThreads() {
        CompletableFuture<String> first = stalled(0).thenApply((result) -> Thread.currentThread().getName());
        this.answer.countDown();

        assertThat(join(first)).isNotEqualTo("temporal-external-storage-disk-cache");
    }

    @Test
    void aFailureIsReportedAndHasAnotherResult() {
        assertThat(join(this.threads.run(0, "none", () -> {
            throw new IOException("No space left on device");
        }))).isEqualTo("none");
        assertThat(join(this.threads.run(0, "none", () -> {
            throw new OutOfMemoryError("Cannot reserve direct memory");
        }))).isEqualTo("none");

        assertThat(this.failures).containsExactly("java.io.IOException: No space left on device",
                "java.lang.OutOfMemoryError: Cannot reserve direct memory");
        assertThat(this.threads.isPaused()).isFalse();
    }

    @Test
    void anotherErrorIsTheCallers() {
        CompletableFuture<String> result = this.threads.run(0, "none", () -> {
            throw new LinkageError("of a test");
        });

        assertThatThrownBy(() -> join(result)).hasRootCauseInstanceOf(LinkageError.class);
    }

    @Test
    void givesUpWhatDoesNotEndInTime() {
        List<CompletableFuture<String>> stalled = List.of(stalled(0), stalled(0));
        CompletableFuture<String> queued = this.threads.run(0, "given up", () -> "ran");

        assertThat(stalled).allSatisfy((task) -> assertThat(join(task)).isEqualTo("given up"));
        assertThat(join(queued)).isEqualTo("given up");
        assertThat(this.threads.isPaused()).isTrue();
        assertThat(this.failures).contains("the disk does not answer in time");
    }

    /** Others that end in time do not hide it. */
    @Test
    void givesUpOneTaskThatDoesNotEnd() {
        CompletableFuture<String> stalled = stalled(0);

        while (!stalled.isDone()) {
            assertThat(join(this.threads.run(0, "given up", () -> "ran"))).isIn("ran", "given up");
        }

        assertThat(join(stalled)).isEqualTo("given up");
    }

    @Test
    void waitsLongerForALargePayload() {
        CompletableFuture<String> large = stalled(1_000_000_000);
        assertThat(join(stalled(0))).isEqualTo("given up");

        assertThat(large).isNotDone();
        this.answer.countDown();

        assertThat(join(large)).isEqualTo("answered");
    }

    @Test
    void runsNothingOnceClosed() throws Exception {
        this.threads.close();

        assertThat(join(this.threads.run(0, "closed", () -> "ran"))).isEqualTo("closed");
        assertThat(this.ended.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void endsOnceTheLastTaskHasEnded() throws Exception {
        CompletableFuture<String> running = stalled(1_000_000_000);
        stalled(1_000_000_000);
        CompletableFuture<String> queued = this.threads.run(1_000_000_000, "closed", () -> "ran");

        this.threads.close();

        assertThat(join(queued)).isEqualTo("closed");
        assertThat(this.ended.getCount()).isOne();
        this.answer.countDown();
        assertThat(join(running)).isEqualTo("answered");
        assertThat(this.ended.await(20, TimeUnit.SECONDS)).isTrue();
    }

    /** Nor is it kept, with its payload, while the disk hangs. */
    @Test
    void aTaskThatIsNoLongerWaitedForDoesNotStart() {
        stalled(1_000_000_000);
        stalled(1_000_000_000);
        WeakReference<Object> payload = queuedAndCancelled();

        await().until(() -> {
            System.gc();
            return payload.get() == null;
        });
    }

    private WeakReference<Object> queuedAndCancelled() {
        Object payload = new Object();
        this.threads.run(0, "", payload::toString).cancel(true);
        return new WeakReference<>(payload);
    }

}
