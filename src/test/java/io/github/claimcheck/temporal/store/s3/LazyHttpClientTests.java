package io.github.claimcheck.temporal.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.utils.AttributeMap;

class LazyHttpClientTests {

    private static final int THREADS = 8;

    private final SdkAsyncHttpClient made = mock();

    private final AtomicInteger count = new AtomicInteger();

    private final SdkAsyncHttpResponseHandler handler = mock();

    private final AsyncExecuteRequest request = AsyncExecuteRequest.builder().responseHandler(this.handler).build();

    private final SdkAsyncHttpClient client = LazyHttpClient.builder("some", new CountingBuilder()).build();

    @BeforeEach
    void answer() {
        when(this.made.execute(any())).thenReturn(CompletableFuture.completedFuture(null));
    }

    @Test
    void twoRequestsShareAClientThatTheFirstOneMakes() {
        assertThat(this.client.clientName()).isEqualTo("some");
        assertThat(this.count).hasValue(0);

        assertThat(this.client.execute(this.request)).isCompleted();
        assertThat(this.client.execute(this.request)).isCompleted();

        assertThat(this.count).hasValue(1);
        verify(this.made, times(2)).execute(this.request);
    }

    @Test
    void concurrentFirstRequestsMakeOneClient() {
        CountDownLatch start = new CountDownLatch(THREADS);
        List<CompletableFuture<Void>> requests = IntStream.range(0, THREADS)
            .mapToObj((i) -> CompletableFuture.supplyAsync(() -> {
                start.countDown();
                awaitAll(start);
                return this.client.execute(this.request);
            }, (task) -> new Thread(task).start()).thenCompose((sent) -> sent))
            .toList();

        CompletableFuture.allOf(requests.toArray(CompletableFuture<?>[]::new)).join();

        assertThat(this.count).hasValue(1);
        verify(this.made, times(THREADS)).execute(this.request);
    }

    private static void awaitAll(CountDownLatch start) {
        try {
            start.await();
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Test
    void closedBeforeItsFirstUseItMakesNone() {
        this.client.close();
        this.client.close();

        assertThat(this.client.execute(this.request)).isCompletedExceptionally();

        verify(this.handler).onError(any(IllegalStateException.class));
        assertThat(this.count).hasValue(0);
        verifyNoInteractions(this.made);
    }

    @Test
    void closesWhatItHasMade() {
        this.client.execute(this.request).join();
        this.client.close();

        assertThat(this.client.execute(this.request)).isCompletedExceptionally();

        verify(this.made).execute(this.request);
        verify(this.made).close();
        verifyNoMoreInteractions(this.made);
    }

    private final class CountingBuilder implements SdkAsyncHttpClient.Builder<CountingBuilder> {

        @Override
        public SdkAsyncHttpClient buildWithDefaults(AttributeMap defaults) {
            LazyHttpClientTests.this.count.incrementAndGet();
            return LazyHttpClientTests.this.made;
        }

    }

}
