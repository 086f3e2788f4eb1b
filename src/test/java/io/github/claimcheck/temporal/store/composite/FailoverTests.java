package io.github.claimcheck.temporal.store.composite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.claimcheck.temporal.driver.StorageTimeoutException;
import io.github.claimcheck.temporal.internal.Transfers;
import io.github.claimcheck.temporal.store.composite.Failover.Answer;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FailoverTests {

    private static final Duration NEVER = Duration.ofHours(1);

    private final StorageDriver one = new RecordingStorageDriver("one");

    private final StorageDriver two = new RecordingStorageDriver("two");

    private final Map<StorageDriver, CompletableFuture<String>> calls = new HashMap<>();

    private final List<StorageDriver> called = new ArrayList<>();

    private final Map<StorageDriver, Throwable> failedOver = new HashMap<>();

    private boolean cancelled;

    private CompletableFuture<Answer<String>> start() {
        return start(NEVER);
    }

    private CompletableFuture<Answer<String>> start(Duration timeout) {
        return start(timeout, this.failedOver::put);
    }

    private CompletableFuture<Answer<String>> start(Duration timeout, BiConsumer<StorageDriver, Throwable> listener) {
        return Failover.start(List.of(this.one, this.two), timeout, () -> this.cancelled, (delegate) -> {
            this.called.add(delegate);
            return this.calls.get(delegate);
        }, (delegate, answer) -> answer.isEmpty() ? new IllegalStateException("empty") : null, listener);
    }

    private CompletableFuture<String> hang(StorageDriver delegate) {
        CompletableFuture<String> call = new CompletableFuture<>();
        this.calls.put(delegate, call);
        return call;
    }

    private void answer(StorageDriver delegate, String answer) {
        hang(delegate).complete(answer);
    }

    private void fail(StorageDriver delegate, Throwable failure) {
        hang(delegate).completeExceptionally(failure);
    }

    @Test
    void returnsWhatTheFirstAnswers() {
        answer(this.one, "a");

        assertThat(start()).isCompletedWithValue(new Answer<>(this.one, "a"));
        assertThat(this.called).containsExactly(this.one);
        assertThat(this.failedOver).isEmpty();
    }

    static Stream<Throwable> failures() {
        return Stream.of(new IllegalStateException("down"), new CancellationException("the pool is closed"),
                new TimeoutException("the driver's own"), new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void callsTheNextAfterAFailure(Throwable failure) {
        fail(this.one, failure);
        answer(this.two, "b");

        assertThat(start()).isCompletedWithValue(new Answer<>(this.two, "b"));
        assertThat(this.failedOver).containsExactly(Map.entry(this.one, failure));
    }

    @Test
    void tellsTheCauseOfACompletionException() {
        Throwable cause = new IllegalStateException("down");
        fail(this.one, new CompletionException(cause));
        answer(this.two, "b");
        start();

        assertThat(this.failedOver).containsExactly(Map.entry(this.one, cause));
    }

    @Test
    void callsTheNextAfterOneWhoseAnswerIsUnusable() {
        answer(this.one, "");
        answer(this.two, "b");

        assertThat(start()).isCompletedWithValue(new Answer<>(this.two, "b"));
        assertThat(this.failedOver.get(this.one)).hasMessage("empty");
    }

    @Test
    void callsTheNextAfterOneThatReturnsNoFuture() {
        answer(this.two, "b");

        assertThat(start()).isCompletedWithValue(new Answer<>(this.two, "b"));
        assertThat(this.failedOver.get(this.one)).hasMessageContaining("returned no future");
    }

    @Test
    void callsTheNextAfterOneThatThrows() {
        RuntimeException failure = new IllegalStateException("closed");
        answer(this.two, "b");
        CompletableFuture<Answer<String>> result = Failover.start(List.of(this.one, this.two), NEVER, () -> false,
                (delegate) -> {
                    if (delegate == this.one) {
                        throw failure;
                    }
                    return this.calls.get(delegate);
                }, (delegate, answer) -> null, this.failedOver::put);

        assertThat(result).isCompletedWithValue(new Answer<>(this.two, "b"));
        assertThat(this.failedOver).containsExactly(Map.entry(this.one, failure));
    }

    @Test
    void callsTheNextOnceTheTimeIsUp() {
        CompletableFuture<String> slow = hang(this.one);
        answer(this.two, "b");

        assertThat(Calls.end(start(Duration.ofMillis(20)))).isEqualTo(new Answer<>(this.two, "b"));
        assertThat(this.failedOver.get(this.one)).isInstanceOf(StorageTimeoutException.class)
            .hasMessageStartingWith("Storage driver 'one' took longer than 20 ms. Check");
        // What observes the delegate sees the same.
        assertThat(catchThrowable(slow::join)).hasCause(this.failedOver.get(this.one));
    }

    @Test
    void theLastHasAllTheTimeItNeeds() {
        fail(this.one, new IllegalStateException("down"));
        CompletableFuture<String> last = hang(this.two);
        CompletableFuture<Answer<String>> result = start(Duration.ofMillis(1));
        CompletableFuture<String> later = new CompletableFuture<>();
        Transfers.endWithin(Duration.ofMillis(50), later);
        assertThat(catchThrowable(later::join)).hasCauseInstanceOf(TimeoutException.class);
        last.complete("b");

        assertThat(Calls.end(result)).isEqualTo(new Answer<>(this.two, "b"));
    }

    @Test
    void failsAsTheLastDoes() {
        Throwable first = new IllegalStateException("the first is full");
        Throwable last = new IllegalStateException("the last is full");
        fail(this.one, first);
        fail(this.two, last);

        assertThat(catchThrowable(() -> Calls.end(start()))).isSameAs(last).hasSuppressedException(first);
    }

    @Test
    void anExceptionThatAllShareIsNotSuppressed() {
        Throwable shared = new IllegalStateException("the circuit is open");
        fail(this.one, shared);
        fail(this.two, shared);

        assertThat(catchThrowable(() -> Calls.end(start()))).isSameAs(shared).hasNoSuppressedExceptions();
    }

    @Test
    void cancellingEndsTheCallInFlight() {
        CompletableFuture<String> call = hang(this.one);
        start().cancel(true);

        assertThat(call).isCancelled();
        assertThat(this.called).containsExactly(this.one);
        assertThat(this.failedOver).isEmpty();
    }

    @Test
    void callsNobodyElseOnceCancelled() {
        CompletableFuture<String> call = hang(this.one);
        CompletableFuture<Answer<String>> result = start();
        this.cancelled = true;
        Throwable failure = new IllegalStateException("down");
        call.completeExceptionally(failure);

        assertThat(catchThrowable(() -> Calls.end(result))).isSameAs(failure);
        assertThat(this.called).containsExactly(this.one);
    }

    @Test
    void failsWithAListenerThatThrows() {
        fail(this.one, new IllegalStateException("down"));
        answer(this.two, "b");
        RuntimeException failure = new IllegalStateException("the log is full");

        CompletableFuture<Answer<String>> result = start(NEVER, (delegate, ignored) -> {
            throw failure;
        });

        assertThat(result).isCompletedExceptionally();
        assertThat(catchThrowable(() -> Calls.end(result))).isSameAs(failure);
    }

}
