package io.github.claimcheck.temporal.store.s3;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Makes an HTTP client when it is first used: Netty, TLS and its event loops are most of
 * what a client of S3 adds to an application's start. What may be wrong with a
 * configuration, the client of S3 has seen by then.
 * <p>
 * Thread-safe. Concurrent first requests share one client. Closed before its first use,
 * it makes none.
 */
final class LazyHttpClient implements SdkAsyncHttpClient {

    private final String name;

    private @Nullable Supplier<SdkAsyncHttpClient> factory;

    private @Nullable SdkAsyncHttpClient client;

    private LazyHttpClient(String name, Supplier<SdkAsyncHttpClient> factory) {
        this.name = name;
        this.factory = factory;
    }

    /**
     * Returns a builder for clients that another builder makes on their first use.
     * @param name the name of the clients
     * @param builder the other builder, which must not be changed any more
     */
    static SdkAsyncHttpClient.Builder<?> builder(String name, SdkAsyncHttpClient.Builder<?> builder) {
        return new Builder(name, builder);
    }

    private synchronized @Nullable SdkAsyncHttpClient client() {
        if (this.client == null && this.factory != null) {
            this.client = this.factory.get();
        }
        return (this.factory != null) ? this.client : null;
    }

    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
        SdkAsyncHttpClient made = client();
        if (made != null) {
            return made.execute(request);
        }
        IllegalStateException closed = new IllegalStateException("the driver is closed");
        request.responseHandler().onError(closed);
        return CompletableFuture.failedFuture(closed);
    }

    @Override
    public String clientName() {
        return this.name;
    }

    @Override
    public synchronized void close() {
        this.factory = null;
        if (this.client != null) {
            this.client.close();
        }
    }

    private record Builder(String name,
            SdkAsyncHttpClient.Builder<?> builder) implements SdkAsyncHttpClient.Builder<Builder> {

        @Override
        public SdkAsyncHttpClient buildWithDefaults(AttributeMap defaults) {
            return new LazyHttpClient(this.name, () -> this.builder.buildWithDefaults(defaults));
        }

    }

}
