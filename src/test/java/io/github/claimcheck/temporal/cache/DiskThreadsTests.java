package io.github.claimcheck.temporal.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DiskThreadsTests {

    private final List<String> failures = new CopyOnWriteArrayList<>();

    private final DiskThreads threads = new DiskThreads(2, (problem, failure) -> this.failures.add(problem));

    private final CountDownLatch answer = new CountDownLatch(1);

    @AfterEach
    void close() {
        this.answer.countDown();
        this.threads.close(Duration.ZERO);
    }

    private static <T> T join(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private CompletableFuture<String> stalled() {
        return this.threads.run("given up", () -> {
            this.answer.await();
            return "answered";
        });
    }

    @Test
    void runsTasksOnThreadsOfTheirOwn() {
        assertThat(join(this.threads.run("", () -> Thread.currentThread().getName())))
            .isEqualTo("temporal-external-storage-disk-cache");
        assertThat(this.threads.isPaused()).isFalse();
    }

    @Test
    void aFailureIsReportedAndHasAnotherResult() {
        assertThat(join(this.threads.run("none", () -> {
            throw new IOException("No space left on device");
        }))).isEqualTo("none");

        assertThat(this.failures).containsExactly("java.io.IOException: No space left on device");
        assertThat(this.threads.isPaused()).isFalse();
    }

    @Test
    void anErrorIsTheCallers() {
        CompletableFuture<String> result = this.threads.run("none", () -> {
            throw new OutOfMemoryError("of a test");
        });

        assertThatThrownBy(() -> join(result)).hasRootCauseInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void givesUpWhatDoesNotProgress() {
        CompletableFuture<String> first = stalled();
        CompletableFuture<String> second = stalled();
        CompletableFuture<String> queued = this.threads.run("given up", () -> "ran");

        assertThat(join(first)).isEqualTo("given up");
        assertThat(join(second)).isEqualTo("given up");
        assertThat(join(queued)).isEqualTo("given up");
        assertThat(this.threads.isPaused()).isTrue();
        assertThat(this.failures).containsExactly("the disk has not answered for a second");
    }

    /** Others that progress do not hide it. */
    @Test
    void givesUpOneTaskThatDoesNotProgress() {
        CompletableFuture<String> stalled = stalled();

        while (!stalled.isDone()) {
            assertThat(join(this.threads.run("given up", () -> "ran"))).isIn("ran", "given up");
        }

        assertThat(join(stalled)).isEqualTo("given up");
    }

    @Test
    void waitsForATaskThatProgresses() {
        long end = System.nanoTime() + DiskThreads.STALLED.multipliedBy(2).toNanos();

        assertThat(join(this.threads.run("given up", () -> {
            while (System.nanoTime() < end) {
                this.threads.progressed();
            }
            return "slow";
        }))).isEqualTo("slow");
        assertThat(this.failures).isEmpty();
    }

    @Test
    void runsNothingOnceClosed() {
        assertThat(this.threads.close(Duration.ofSeconds(1))).isTrue();

        assertThat(join(this.threads.run("closed", () -> "ran"))).isEqualTo("closed");
    }

    @Test
    void aTaskThatIsNoLongerWaitedForDoesNotStart() {
        CompletableFuture<String> first = stalled();
        CompletableFuture<String> second = stalled();
        boolean[] ran = new boolean[1];
        this.threads.run("", () -> ran[0] = true).cancel(true);

        this.answer.countDown();

        assertThat(join(first)).isEqualTo(join(second)).isEqualTo("answered");
        assertThat(join(this.threads.run("", () -> "later"))).isEqualTo("later");
        assertThat(ran[0]).isFalse();
    }

}
