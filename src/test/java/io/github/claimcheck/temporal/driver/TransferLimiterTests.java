package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TransferLimiterTests {

    private static final long NEVER = 1_000_000;

    private final List<Begun> begun = new ArrayList<>();

    @Test
    void startsExcessTransfersInOrder() {
        TransferLimiter limiter = new TransferLimiter(2, 100);
        List<CompletableFuture<String>> results = IntStream.range(0, 4).mapToObj((i) -> run(limiter, 1)).toList();
        assertThat(this.begun).hasSize(2);

        this.begun.get(1).end();
        assertThat(results.get(1)).isCompleted();
        assertThat(this.begun).hasSize(3);
        this.begun.get(0).end();
        this.begun.get(2).end();
        this.begun.get(3).end();

        assertThat(results).allMatch(CompletableFuture::isDone);
        assertIdle(limiter);
    }

    @Test
    void doesNotOvertakeALargeWaiter() {
        TransferLimiter limiter = new TransferLimiter(10, 100);
        run(limiter, 60);
        run(limiter, 50);
        run(limiter, 10);
        assertThat(this.begun).hasSize(1);

        this.begun.get(0).end();

        assertThat(this.begun).hasSize(3);
        assertThat(limiter.getBytesInFlight()).isEqualTo(60);
    }

    @Test
    void runsATransferAboveTheLimitAlone() {
        TransferLimiter limiter = new TransferLimiter(10, 100);
        run(limiter, 1);
        run(limiter, Long.MAX_VALUE);
        run(limiter, 1);
        assertThat(this.begun).hasSize(1);

        this.begun.get(0).end();
        assertThat(this.begun).hasSize(2);
        this.begun.get(1).end();

        assertThat(this.begun).hasSize(3);
    }

    @Test
    void cancelsAWaiter() {
        TransferLimiter limiter = new TransferLimiter(1, 100);
        run(limiter, 1);
        CompletableFuture<String> cancelled = run(limiter, 1);
        run(limiter, 1);
        cancelled.cancel(true);
        assertThat(limiter.getWaiters()).isEqualTo(1);

        this.begun.get(0).end();

        assertThat(this.begun).hasSize(2);
        this.begun.get(1).end();
        assertIdle(limiter);
    }

    @Test
    void grantsPermitsAfterALargeWaiterIsCancelled() {
        TransferLimiter limiter = new TransferLimiter(10, 100);
        run(limiter, 60);
        CompletableFuture<String> large = run(limiter, 100);
        run(limiter, 10);

        large.cancel(true);

        assertThat(this.begun).hasSize(2);
    }

    @Test
    void cancelsTheTransferWithTheResult() {
        TransferLimiter limiter = new TransferLimiter(1, 100);
        run(limiter, 1).cancel(true);

        assertThat(this.begun.get(0).transfer).isCancelled();
        assertIdle(limiter);
    }

    @Test
    void releasesThePermitOfAFailedTransfer() {
        TransferLimiter limiter = new TransferLimiter(1, 100);
        CompletableFuture<String> failed = run(limiter, 1);
        CompletableFuture<Object> thrown = limiter.run(1, (admission) -> {
            throw new IllegalStateException("closed");
        });
        CompletableFuture<Object> outOfMemory = limiter.run(1, (admission) -> {
            throw new OutOfMemoryError("a test");
        });

        this.begun.get(0).transfer.completeExceptionally(new IOException("cut"));

        assertThatThrownBy(failed::get).hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(thrown::get).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(outOfMemory::get).hasCauseInstanceOf(OutOfMemoryError.class);
        assertIdle(limiter);
    }

    @Test
    void admitsTransfersInFlightBeforeGrantingPermits() {
        TransferLimiter limiter = new TransferLimiter(3, 100, NEVER);
        run(limiter, 80);
        run(limiter, 0);
        run(limiter, 0);
        run(limiter, 1);
        CompletableFuture<Void> first = this.begun.get(1).admission.admit(70);
        CompletableFuture<Void> second = this.begun.get(2).admission.admit(40);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();

        this.begun.get(0).end();
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        assertThat(this.begun).hasSize(3);

        this.begun.get(1).end();
        assertThat(second).isCompleted();
        assertThat(this.begun).hasSize(4);
        this.begun.get(2).end();
        this.begun.get(3).end();
        assertIdle(limiter);
    }

    @Test
    void admitsHeldBytesAtOnce() {
        TransferLimiter limiter = new TransferLimiter(3, 100, NEVER);
        run(limiter, 100);

        assertThat(this.begun.get(0).admission.admit(90)).isCompleted();
        assertThat(this.begun.get(0).admission.admit(1000)).isCompleted();
        assertThat(limiter.getBytesInFlight()).isEqualTo(100);
    }

    @Test
    void restartsATransferWhoseAdmissionTimedOut() {
        TransferLimiter limiter = new TransferLimiter(2, 100, 1);
        run(limiter, 80);
        CompletableFuture<String> result = run(limiter, 0);
        CompletableFuture<Void> admitted = this.begun.get(1).admission.admit(70);
        await().until(admitted::isCompletedExceptionally);
        assertThat(result).isNotDone();

        this.begun.get(1).transfer.completeExceptionally(new IOException("let go"));
        assertThat(result).isNotDone();
        assertThat(this.begun).hasSize(2);
        this.begun.get(0).end();

        assertThat(this.begun).hasSize(3);
        assertThat(this.begun.get(2).admission.admit(70)).isCompleted();
        assertThat(limiter.getBytesInFlight()).isEqualTo(70);
        this.begun.get(2).end();
        assertThat(result).isCompletedWithValue("done");
        assertIdle(limiter);
    }

    @Test
    void failsATransferThatFailsWhileWaitingForAdmission() {
        TransferLimiter limiter = new TransferLimiter(2, 100, NEVER);
        run(limiter, 80);
        CompletableFuture<String> result = run(limiter, 0);
        this.begun.get(1).admission.admit(70);

        this.begun.get(1).transfer.completeExceptionally(new IOException("cut"));

        assertThatThrownBy(result::get).hasRootCauseMessage("cut");
        this.begun.get(0).end();
        assertIdle(limiter);
    }

    @Test
    void allowsADependentToWaitForAWaiter() {
        TransferLimiter limiter = new TransferLimiter(1, 100);
        CompletableFuture<String> first = run(limiter, 1);
        CompletableFuture<String> second = limiter.run(1, (admission) -> CompletableFuture.completedFuture("second"));
        CompletableFuture<String> following = first.thenApply((done) -> second.orTimeout(10, TimeUnit.SECONDS).join());

        this.begun.get(0).end();

        assertThat(following).isCompletedWithValue("second");
    }

    @Test
    void drainsALongQueueWithoutDeepStack() {
        TransferLimiter limiter = new TransferLimiter(1, 100);
        CompletableFuture<String> first = run(limiter, 1);
        List<CompletableFuture<String>> results = IntStream.range(0, 100_000)
            .mapToObj((i) -> limiter.run(1, (admission) -> CompletableFuture.completedFuture("done")))
            .toList();

        this.begun.get(0).end();

        assertThat(first).isCompleted();
        assertThat(results).allMatch((result) -> result.isDone() && !result.isCompletedExceptionally());
        assertIdle(limiter);
    }

    @Test
    void neverExceedsItsLimitsUnderLoad() throws Exception {
        int maxTransfers = 8;
        long maxBytes = 1000;
        TransferLimiter limiter = new TransferLimiter(maxTransfers, maxBytes, 2);
        AtomicLong bytes = new AtomicLong();
        AtomicInteger transfers = new AtomicInteger();
        AtomicInteger violations = new AtomicInteger();
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
        try {
            Random random = new Random(1);
            List<CompletableFuture<Object>> results = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                boolean sizeKnown = random.nextBoolean();
                long size = random.nextInt(1200);
                long counted = Math.min(size, maxBytes);
                int millis = random.nextInt(3);
                CompletableFuture<Object> result = limiter.run(sizeKnown ? size : 0, (admission) -> {
                    if (transfers.incrementAndGet() > maxTransfers) {
                        violations.incrementAndGet();
                    }
                    CompletableFuture<Object> transfer = new CompletableFuture<>();
                    admission.admit(size).whenComplete((admitted, refused) -> {
                        if (refused == null && bytes.addAndGet(counted) > maxBytes) {
                            violations.incrementAndGet();
                        }
                        threads.schedule(() -> {
                            if (refused == null) {
                                bytes.addAndGet(-counted);
                            }
                            transfers.decrementAndGet();
                            return (refused == null) ? transfer.complete("done")
                                    : transfer.completeExceptionally(refused);
                        }, millis, TimeUnit.MILLISECONDS);
                    });
                    return transfer;
                });
                results.add(result);
            }
            for (CompletableFuture<Object> result : results) {
                assertThat(result.get(30, TimeUnit.SECONDS)).isEqualTo("done");
            }
        }
        finally {
            threads.shutdownNow();
        }
        assertThat(violations).hasValue(0);
        assertIdle(limiter);
    }

    @Test
    void rejectsLimitsBelowOne() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TransferLimiter(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new TransferLimiter(1, 0));
    }

    private CompletableFuture<String> run(TransferLimiter limiter, long bytes) {
        return limiter.run(bytes, (admission) -> {
            Begun transfer = new Begun(admission, new CompletableFuture<>());
            this.begun.add(transfer);
            return transfer.transfer;
        });
    }

    private void assertIdle(TransferLimiter limiter) {
        assertThat(limiter.getBytesInFlight()).isZero();
        assertThat(limiter.getWaiters()).isZero();
        int before = this.begun.size();
        run(limiter, Long.MAX_VALUE);
        assertThat(this.begun).hasSize(before + 1);
    }

    private record Begun(Admission admission, CompletableFuture<String> transfer) {

        void end() {
            this.transfer.complete("done");
        }

    }

}
