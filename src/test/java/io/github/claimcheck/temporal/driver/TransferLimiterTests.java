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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TransferLimiterTests {

    private static final long NEVER = 1_000_000;

    private static final TransferOwner ONE = new TransferOwner("one", "call");

    private static final TransferOwner ANOTHER_CALL = new TransferOwner("one", "another call");

    private static final TransferOwner TWO = new TransferOwner("two", "call");

    private static final TransferOwner THREE = new TransferOwner("three", "call");

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
        CompletableFuture<Object> thrown = limiter.run(ONE, 1, (admission) -> {
            throw new IllegalStateException("closed");
        });
        CompletableFuture<Object> outOfMemory = limiter.run(ONE, 1, (admission) -> {
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
        CompletableFuture<String> second = limiter.run(ONE, 1,
                (admission) -> CompletableFuture.completedFuture("second"));
        CompletableFuture<String> following = first.thenApply((done) -> second.orTimeout(10, TimeUnit.SECONDS).join());

        this.begun.get(0).end();

        assertThat(following).isCompletedWithValue("second");
    }

    @Test
    void drainsALongQueueWithoutDeepStack() {
        TransferLimiter limiter = new TransferLimiter(1, 100);
        CompletableFuture<String> first = run(limiter, 1);
        List<CompletableFuture<String>> results = IntStream.range(0, 100_000)
            .mapToObj((i) -> limiter.run(ONE, 1, (admission) -> CompletableFuture.completedFuture("done")))
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
                TransferOwner owner = new TransferOwner("run " + random.nextInt(5), "call " + random.nextInt(3));
                CompletableFuture<Object> result = limiter.run(owner, sizeKnown ? size : 0, (admission) -> {
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

    /** Else a newcomer would wait for whatever is in flight, however slow that is. */
    @Test
    void leavesAFewPermitsToNewcomers() {
        TransferLimiter limiter = new TransferLimiter(64, Long.MAX_VALUE);
        run(limiter, ONE, 1000);
        assertThat(begunOf(ONE)).hasSize(62);

        run(limiter, TWO, 1);
        run(limiter, THREE, 1);

        assertThat(begunOf(TWO)).hasSize(1);
        assertThat(begunOf(THREE)).hasSize(1);
        assertThat(limiter.getWaiters()).isEqualTo(938);
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 3, 31 })
    void hasNoPermitsToSpareIfThereAreFew(int maxTransfers) {
        TransferLimiter limiter = new TransferLimiter(maxTransfers, 100);
        run(limiter, ONE, 100);

        assertThat(begunOf(ONE)).hasSize(maxTransfers);
    }

    /** What is in flight shares the network with the newcomer. */
    @Test
    void startsNoMoreOfALargeRunUntilItLeavesTwiceAsManyPermits() {
        TransferLimiter limiter = new TransferLimiter(64, Long.MAX_VALUE);
        run(limiter, ONE, 1000);
        run(limiter, TWO, 1);
        for (int i = 0; i < 41; i++) {
            begunOf(ONE).get(i).end();
        }
        assertThat(begunOf(ONE)).hasSize(62);

        begunOf(ONE).get(41).end();
        assertThat(begunOf(ONE)).hasSize(63);
        assertThat(begunOf(ONE).stream().filter(Begun::isInFlight)).hasSize(21);

        begunOf(TWO).get(0).end();
        assertThat(begunOf(ONE).stream().filter(Begun::isInFlight)).hasSize(62);
    }

    @Test
    void sharesEvenlyBetweenRuns() {
        TransferLimiter limiter = new TransferLimiter(64, Long.MAX_VALUE);
        run(limiter, ONE, 1000);
        run(limiter, TWO, 1000);
        for (int i = 0; i < 1000; i++) {
            this.begun.stream().filter(Begun::isInFlight).findFirst().orElseThrow().end();
        }

        assertThat(begunOf(ONE).stream().filter(Begun::isInFlight).count()).isBetween(16L, 17L);
        assertThat(begunOf(TWO).stream().filter(Begun::isInFlight).count()).isBetween(16L, 17L);
        assertThat(begunOf(TWO).size()).isBetween(450, 550);
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 2, 64 })
    void startsASmallRunAfterOneTransferOfEachLargeRun(int maxTransfers) {
        TransferLimiter limiter = new TransferLimiter(maxTransfers, Long.MAX_VALUE);
        run(limiter, ONE, 1000);
        run(limiter, TWO, 1000);
        for (int i = 0; i < 200; i++) {
            this.begun.stream().filter(Begun::isInFlight).findFirst().orElseThrow().end();
        }
        run(limiter, THREE, 1);
        for (int i = 0; i < 3 && begunOf(THREE).isEmpty(); i++) {
            this.begun.stream().filter(Begun::isInFlight).findFirst().orElseThrow().end();
        }

        assertThat(begunOf(THREE)).hasSize(1);
    }

    @Test
    void takesTurnsBetweenTheCallsOfARun() {
        TransferLimiter limiter = new TransferLimiter(2, 100);
        run(limiter, ONE, 1000);
        run(limiter, ANOTHER_CALL, 2);
        begunOf(ONE).get(0).end();
        begunOf(ONE).get(1).end();
        begunOf(ONE).get(2).end();

        assertThat(begunOf(ANOTHER_CALL)).isNotEmpty();
        end(limiter);
    }

    /** Newcomers, which always have fewer transfers in flight, do not starve a run. */
    @Test
    void servesARunWhileNewOnesKeepComing() {
        TransferLimiter limiter = new TransferLimiter(1, 100);
        run(limiter, ONE, 3);
        for (int i = 0; i < 10; i++) {
            run(limiter, new TransferOwner("new " + i, "call"), 1);
            run(limiter, new TransferOwner("newer " + i, "call"), 1);
            this.begun.stream().filter(Begun::isInFlight).findFirst().orElseThrow().end();
        }

        assertThat(begunOf(ONE)).hasSizeGreaterThan(1);
        end(limiter);
    }

    /** Of 64 payloads of 1.5 MB, no more are asked for than fit into 64 MB. */
    @Test
    void asksForNoMorePayloadsThanItHasMemoryFor() {
        long size = 1_500_000;
        TransferLimiter limiter = new TransferLimiter(64, 64 << 20, NEVER);
        run(limiter, ONE, 0, 200);
        assertThat(this.begun).as("as long as no size is known").hasSize(15);

        admitFrom(0, size);
        assertThat(this.begun).as("in 64 MB, of which 2 are for others").hasSize(43);

        for (int i = 0; i < 200; i++) {
            int begun = this.begun.size();
            this.begun.get(i).end();
            admitFrom(begun, size);
        }

        assertThat(this.begun).hasSize(200);
        assertIdle(limiter);
    }

    /** Payloads whose sizes differ wait for one another, and are asked for once. */
    @Test
    void makesRoomForWhatIsLargerThanExpected() {
        TransferLimiter limiter = new TransferLimiter(64, 1600, NEVER);
        run(limiter, ONE, 0, 2);
        assertThat(this.begun.get(0).admission.admit(50)).isCompleted();
        CompletableFuture<Void> large = this.begun.get(1).admission.admit(1540);
        assertThat(large).isNotDone();

        this.begun.get(0).end();

        assertThat(large).isCompleted();
        assertThat(limiter.getBytesInFlight()).isEqualTo(1540);
        end(limiter);
    }

    /** They share the network, and so all take longer than each may. */
    @Test
    void halvesTheLimitWhereMuchTimesOutAndRaisesItAgain() {
        TransferLimiter limiter = new TransferLimiter(64, 1600, NEVER);
        run(limiter, ONE, 100, 40);
        assertThat(this.begun).hasSize(15);

        List.copyOf(this.begun)
            .forEach((each) -> each.transfer.completeExceptionally(new StorageTimeoutException("slow", null)));
        assertThat(limiter.getBytesInFlight()).as("of 800, less what is for others").isEqualTo(700);

        end(limiter);
        run(limiter, ONE, 100, 500);
        IntStream.range(0, 350)
            .forEach((i) -> this.begun.stream().filter(Begun::isInFlight).findFirst().ifPresent(Begun::end));
        assertThat(limiter.getBytesInFlight()).isEqualTo(1500);
        end(limiter);
    }

    /** Stores report that they waited for memory in vain as a timeout. */
    @Test
    void keepsTheLimitWhereDownloadsWaitForMemory() {
        TransferLimiter limiter = new TransferLimiter(64, 1600, 1);
        run(limiter, ONE, 1000, 1);
        run(limiter, TWO, 0, 1);
        CompletableFuture<Void> admitted = begunOf(TWO).get(0).admission.admit(900);
        await().until(admitted::isCompletedExceptionally);
        begunOf(TWO).get(0).transfer.completeExceptionally(new StorageTimeoutException("no memory", null));
        begunOf(ONE).get(0).end();
        begunOf(TWO).get(1).end();

        run(limiter, ONE, 100, 40);
        assertThat(limiter.getBytesInFlight()).isEqualTo(1500);
        end(limiter);
    }

    /** A transfer that times out alone would not have been faster with less in flight. */
    @Test
    void keepsTheLimitWhereOneTimesOutAlone() {
        TransferLimiter limiter = new TransferLimiter(64, 1600, NEVER);
        run(limiter, ONE, 1600, 1);

        this.begun.get(0).transfer.completeExceptionally(new StorageTimeoutException("slow", null));

        run(limiter, ONE, 100, 40);
        assertThat(limiter.getBytesInFlight()).isEqualTo(1500);
        end(limiter);
    }

    @Test
    void admitsWhatHasPermitsWhileOthersWaitForOne() {
        TransferLimiter limiter = new TransferLimiter(8, 3200, NEVER);
        run(limiter, ONE, 0, 8);
        run(limiter, TWO, 0, 1);
        assertThat(begunOf(ONE)).hasSize(8);

        List<CompletableFuture<Void>> larger = begunOf(ONE).stream().map((each) -> each.admission.admit(300)).toList();

        assertThat(larger).allMatch(CompletableFuture::isDone);
        end(limiter);
    }

    @Test
    void givesBackWhatWasAdmittedTwice() {
        TransferLimiter limiter = new TransferLimiter(8, 100, NEVER);
        run(limiter, ONE, 80, 1);
        run(limiter, TWO, 0, 1);
        CompletableFuture<Void> first = begunOf(TWO).get(0).admission.admit(30);
        CompletableFuture<Void> second = begunOf(TWO).get(0).admission.admit(40);

        begunOf(ONE).get(0).end();

        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompleted();
        assertThat(limiter.getBytesInFlight()).isEqualTo(40);
        end(limiter);
    }

    @Test
    void expectsLittleWhereNothingIsFound() {
        TransferLimiter limiter = new TransferLimiter(64, 1600, NEVER);
        run(limiter, ONE, 0, 1);
        this.begun.get(0).admission.admit(1600);
        this.begun.get(0).end();
        run(limiter, ONE, 0, 60);

        for (int i = 1; i <= 12; i++) {
            this.begun.get(i).transfer.completeExceptionally(new ObjectNotFoundException("gone", null));
        }

        assertThat(this.begun.stream().filter(Begun::isInFlight)).hasSizeGreaterThan(10);
        end(limiter);
    }

    @Test
    void expectsOfARunWhatItsOwnDownloadsAreLike() {
        TransferLimiter limiter = new TransferLimiter(64, 1600, NEVER);
        run(limiter, ONE, 0, 1);
        assertThat(begunOf(ONE).get(0).admission.admit(1000)).isCompleted();

        run(limiter, TWO, 0, 4);

        assertThat(begunOf(TWO)).hasSize(4);
        end(limiter);
    }

    @Test
    void keepsTheLimitWhereLittleTimesOut() {
        TransferLimiter limiter = new TransferLimiter(64, 1600, NEVER);
        run(limiter, ONE, 100, 3);

        List.copyOf(this.begun)
            .forEach((each) -> each.transfer.completeExceptionally(new StorageTimeoutException("hung", null)));

        run(limiter, ONE, 100, 40);
        assertThat(limiter.getBytesInFlight()).isEqualTo(1500);
        end(limiter);
    }

    @Test
    void leavesAFewBytesToNewcomers() {
        TransferLimiter limiter = new TransferLimiter(64, 320, NEVER);
        run(limiter, ONE, 100, 3);
        assertThat(begunOf(ONE)).hasSize(3);
        assertThat(limiter.getBytesInFlight()).isEqualTo(300);
        run(limiter, ONE, 15, 1);
        assertThat(begunOf(ONE)).hasSize(3);

        run(limiter, TWO, 15, 2);

        assertThat(begunOf(TWO)).hasSize(1);
        end(limiter);
    }

    /** A download of a run with nothing else in flight is not behind those of another. */
    @Test
    void admitsTheFirstOfARunBeforeTheManyOfAnother() {
        TransferLimiter limiter = new TransferLimiter(64, 100, NEVER);
        run(limiter, ONE, 0, 40);
        List<CompletableFuture<Void>> many = begunOf(ONE).stream().map((each) -> each.admission.admit(60)).toList();
        assertThat(many.get(0)).isCompleted();
        assertThat(many.get(1)).isNotDone();

        run(limiter, TWO, 0, 1);
        CompletableFuture<Void> first = begunOf(TWO).get(0).admission.admit(50);
        begunOf(ONE).get(0).end();

        assertThat(first).isCompleted();
        assertThat(many.get(1)).isNotDone();
        begunOf(TWO).get(0).end();
        assertThat(many.get(1)).isCompleted();
        end(limiter);
    }

    @Test
    void countsATransferThatStartsAgainOnce() {
        TransferLimiter limiter = new TransferLimiter(3, 100, 1);
        run(limiter, ONE, 80, 1);
        run(limiter, TWO, 0, 1);
        CompletableFuture<Void> admitted = begunOf(TWO).get(0).admission.admit(70);
        await().until(admitted::isCompletedExceptionally);
        begunOf(TWO).get(0).transfer.completeExceptionally(new IOException("let go"));
        begunOf(ONE).get(0).end();
        assertThat(begunOf(TWO)).hasSize(2);
        begunOf(TWO).get(1).end();

        run(limiter, ONE, 1, 10);
        assertThat(begunOf(ONE).stream().filter(Begun::isInFlight)).hasSize(3);
        end(limiter);
    }

    private void run(TransferLimiter limiter, TransferOwner owner, int times) {
        run(limiter, owner, 1, times);
    }

    private void run(TransferLimiter limiter, TransferOwner owner, long bytes, int times) {
        for (int i = 0; i < times; i++) {
            run(limiter, owner, bytes);
        }
    }

    private void admitFrom(int first, long bytes) {
        for (int i = first; i < this.begun.size(); i++) {
            assertThat(this.begun.get(i).admission.admit(bytes)).isCompleted();
        }
    }

    private List<Begun> begunOf(TransferOwner owner) {
        return this.begun.stream().filter((each) -> each.owner.equals(owner)).toList();
    }

    /** Ends transfers until none waits. */
    private void end(TransferLimiter limiter) {
        for (int i = 0; i < this.begun.size(); i++) {
            this.begun.get(i).end();
        }
        assertIdle(limiter);
    }

    private CompletableFuture<String> run(TransferLimiter limiter, long bytes) {
        return run(limiter, ONE, bytes);
    }

    private CompletableFuture<String> run(TransferLimiter limiter, TransferOwner owner, long bytes) {
        return limiter.run(owner, bytes, (admission) -> {
            Begun transfer = new Begun(owner, admission, new CompletableFuture<>());
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

    private record Begun(TransferOwner owner, Admission admission, CompletableFuture<String> transfer) {

        boolean isInFlight() {
            return !this.transfer.isDone();
        }

        void end() {
            this.transfer.complete("done");
        }

    }

}
