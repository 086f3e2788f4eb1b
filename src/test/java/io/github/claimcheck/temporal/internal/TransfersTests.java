package io.github.claimcheck.temporal.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.common.CancellationToken;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TransfersTests {

    private final List<CompletableFuture<String>> transfers = IntStream.range(0, 3)
        .mapToObj((i) -> new CompletableFuture<String>())
        .toList();

    private final List<Integer> started = new ArrayList<>();

    private final StorageContexts.Token token = new StorageContexts.Token();

    private CompletableFuture<List<String>> all() {
        return Transfers.all(List.of(0, 1, 2), this.token, this::start);
    }

    private CompletableFuture<String> start(int item) {
        this.started.add(item);
        return this.transfers.get(item);
    }

    private static Throwable failureOf(CompletableFuture<?> future) {
        assertThat(future).isDone();
        return future.handle((done, failure) -> failure).join();
    }

    @Nested
    class All {

        @Test
        void keepsTheOrderOfItems() {
            CompletableFuture<List<String>> result = all();
            transfers().get(2).complete("c");
            transfers().get(0).complete("a");
            assertThat(result).isNotDone();
            transfers().get(1).complete("b");

            assertThat(result).isCompletedWithValue(List.of("a", "b", "c"));
            assertThat(TransfersTests.this.token.registrations()).isZero();
        }

        @Test
        void isDoneWithoutItems() {
            assertThat(Transfers.all(List.of(), CancellationToken.none(), TransfersTests.this::start))
                .isCompletedWithValue(List.of());
        }

        @Test
        void theFirstFailureEndsAll() {
            Throwable failure = new IOException("cut");
            CompletableFuture<List<String>> result = all();
            transfers().get(1).completeExceptionally(new CompletionException(failure));

            assertThat(failureOf(result)).isSameAs(failure);
            assertThat(transfers().get(0)).isCancelled();
            assertThat(transfers().get(2)).isCancelled();
            assertThat(TransfersTests.this.token.registrations()).isZero();
        }

        @Test
        void nothingStartsAfterAFailure() {
            Throwable failure = new IOException("cut");
            transfers().get(1).completeExceptionally(failure);

            assertThat(failureOf(all())).isSameAs(failure);
            assertThat(TransfersTests.this.started).containsExactly(0, 1);
            assertThat(transfers().get(0)).isCancelled();
        }

        @Test
        void whatIsThrownIsAFailure() {
            RuntimeException failure = new IllegalStateException("closed");
            CompletableFuture<List<String>> result = Transfers.all(List.of(0, 1), CancellationToken.none(), (item) -> {
                if (item == 1) {
                    throw failure;
                }
                return start(item);
            });

            assertThat(failureOf(result)).isSameAs(failure);
            assertThat(transfers().get(0)).isCancelled();
        }

        @Test
        void theTokenCancelsAll() {
            CompletableFuture<List<String>> result = all();
            TransfersTests.this.token.cancel();

            assertThat(failureOf(result)).isInstanceOf(CancellationException.class);
            assertThat(transfers()).allSatisfy((transfer) -> assertThat(transfer).isCancelled());
        }

        @Test
        void nothingStartsWithATokenThatIsCancelled() {
            TransfersTests.this.token.cancel();

            assertThat(failureOf(all())).isInstanceOf(CancellationException.class);
            assertThat(TransfersTests.this.started).isEmpty();
        }

        @Test
        void cancellingTheResultCancelsAll() {
            all().cancel(true);

            assertThat(transfers()).allSatisfy((transfer) -> assertThat(transfer).isCancelled());
            assertThat(TransfersTests.this.token.registrations()).isZero();
        }

        private List<CompletableFuture<String>> transfers() {
            return TransfersTests.this.transfers;
        }

    }

    @Nested
    class Then {

        private final CompletableFuture<String> first = new CompletableFuture<>();

        private final CompletableFuture<String> second = new CompletableFuture<>();

        private final List<String> started = new ArrayList<>();

        private final CompletableFuture<String> result = Transfers.then(this.first, (value) -> {
            this.started.add(value);
            return this.second;
        });

        @Test
        void continuesWithTheResultOfTheFirst() {
            this.first.complete("a");
            this.second.complete("b");

            assertThat(this.started).containsExactly("a");
            assertThat(this.result).isCompletedWithValue("b");
        }

        @Test
        void aFailureOfTheFirstEndsBoth() {
            this.first.completeExceptionally(new CompletionException(new IOException("cut")));

            assertThat(this.started).isEmpty();
            assertThat(this.result).isCompletedExceptionally();
        }

        @Test
        void cancellingReachesTheTransferInFlight() {
            this.first.complete("a");
            this.result.cancel(true);

            assertThat(this.second).isCancelled();
        }

        @Test
        void cancellingPreventsTheOtherFromStarting() {
            this.result.cancel(true);

            assertThat(this.first).isCancelled();
            assertThat(this.started).isEmpty();
        }

    }

    @Nested
    class One {

        private final CompletableFuture<String> transfer = new CompletableFuture<>();

        @Test
        void handlesAResult() {
            CompletableFuture<String> handled = Transfers.one(() -> this.transfer,
                    (result, failure) -> result + failure);
            this.transfer.complete("a");

            assertThat(handled).isCompletedWithValue("anull");
        }

        @Test
        void handlesAFailureWithoutItsWrapper() {
            Throwable cause = new IOException("cut");
            CompletableFuture<Throwable> handled = Transfers.one(() -> this.transfer, (result, failure) -> failure);
            this.transfer.completeExceptionally(new CompletionException(cause));

            assertThat(handled).isCompletedWithValue(cause);
        }

        @Test
        void handlesAnExceptionThatIsThrown() {
            RuntimeException thrown = new IllegalStateException("closed");

            assertThat(Transfers.<String, Throwable>one(() -> {
                throw thrown;
            }, (result, failure) -> failure)).isCompletedWithValue(thrown);
        }

        @Test
        void cancellingReachesTheTransfer() {
            Transfers.one(() -> this.transfer, (result, failure) -> result).cancel(true);

            assertThat(this.transfer).isCancelled();
        }

    }

    @Test
    void attemptReturnsTheFutureItself() {
        assertThat(Transfers.attempt(() -> this.transfers.get(0))).isSameAs(this.transfers.get(0));
    }

    @Test
    void attemptTurnsAnErrorIntoAFailure() {
        Error error = new StackOverflowError();

        assertThat(failureOf(Transfers.attempt(() -> {
            throw error;
        }))).isSameAs(error);
    }

    @Test
    void endsInTimeOnAThreadOfItsOwn() {
        CompletableFuture<String> transfer = new CompletableFuture<>();
        CompletableFuture<String> thread = transfer.handle((done, failure) -> Thread.currentThread().getName());
        Transfers.endWithin(Duration.ofMillis(10), transfer);

        assertThat(thread.orTimeout(60, TimeUnit.SECONDS).join()).doesNotContain("CompletableFutureDelayScheduler");
        assertThat(failureOf(transfer)).isInstanceOf(TimeoutException.class);
    }

    @Test
    void endsInTimeAsToldTo() {
        CompletableFuture<String> transfer = new CompletableFuture<>();
        Transfers.endWithin(Duration.ofMillis(10), transfer, (timeout) -> new IOException("slow", timeout));

        assertThat(catchThrowable(() -> transfer.copy().orTimeout(60, TimeUnit.SECONDS).join()))
            .hasCauseInstanceOf(IOException.class)
            .hasRootCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void aTransferThatEndsInTimeKeepsItsEnd() {
        CompletableFuture<String> transfer = new CompletableFuture<>();
        Transfers.endWithin(Duration.ofMillis(10), transfer);
        transfer.complete("a");
        CompletableFuture.supplyAsync(() -> "later", CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS))
            .join();

        assertThat(transfer).isCompletedWithValue("a");
    }

    @Test
    void aSuccessCancelsNothing() {
        CompletableFuture<String> result = new CompletableFuture<>();
        CompletableFuture<String> transfer = new CompletableFuture<>();
        Transfers.cancelWith(result, transfer);
        result.complete("a");

        assertThat(transfer).isNotDone();
    }

    @Test
    void rethrowsAnUncheckedFailure() {
        RuntimeException unchecked = new IllegalStateException("closed");

        assertThat(catchThrowable(() -> Transfers.rethrow(unchecked))).isSameAs(unchecked);
    }

    @Test
    void wrapsACheckedFailure() {
        Throwable checked = new IOException("cut");

        assertThatThrownBy(() -> Transfers.rethrow(checked)).isInstanceOf(CompletionException.class)
            .cause()
            .isSameAs(checked);
    }

    @Test
    void rethrowsNothingAfterASuccess() {
        assertThat(catchThrowable(() -> Transfers.rethrow(null))).isNull();
    }

    @Test
    void unwrapsOnlyACompletionExceptionWithACause() {
        Throwable cause = new IOException("cut");
        Throwable alone = new CompletionException("alone", null);

        assertThat(Transfers.unwrap(new CompletionException(cause))).isSameAs(cause);
        assertThat(Transfers.unwrap(cause)).isSameAs(cause);
        assertThat(Transfers.unwrap(alone)).isSameAs(alone);
    }

}
