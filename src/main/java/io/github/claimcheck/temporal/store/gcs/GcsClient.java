package io.github.claimcheck.temporal.store.gcs;

import com.google.api.client.http.apache.v2.ApacheHttpTransport;
import com.google.api.gax.retrying.BasicResultRetryAlgorithm;
import com.google.api.gax.retrying.ResultRetryAlgorithm;
import com.google.auth.Credentials;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.HttpStorageOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.StorageRetryStrategy;
import java.net.URI;
import java.time.Duration;
import org.apache.http.ConnectionClosedException;
import org.apache.http.NoHttpResponseException;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClientBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A client of Google Cloud Storage, and what is to be closed with it.
 *
 * @param storage the client
 * @param connections those that {@link #create} has made, closed with the store that uses
 * the client; null for a client that belongs to somebody else
 */
record GcsClient(Storage storage, @Nullable CloseableHttpClient connections) {

    /**
     * As many as transfers are in flight by default. What is over it waits for a thread.
     */
    static final int CONNECTIONS = 64;

    /**
     * Takes a client that belongs to somebody else, and stays open.
     * @param storage the client
     * @return the client
     */
    static GcsClient of(Storage storage) {
        return new GcsClient(storage, null);
    }

    /**
     * Makes a client whose requests can be aborted, which those of the library's own
     * transport cannot.
     * @param endpoint the endpoint, null for that of Cloud Storage
     * @param projectId the project, null for what the library finds
     * @param credentials the credentials
     * @param timeout the time that a request is tried again for
     * @param readTimeout the time to wait for a connection or an answer
     * @return the client
     */
    static GcsClient create(@Nullable URI endpoint, @Nullable String projectId, Credentials credentials,
            Duration timeout, Duration readTimeout) {
        HttpClientBuilder builder = ApacheHttpTransport.newDefaultHttpClientBuilder()
            .setMaxConnPerRoute(CONNECTIONS)
            .setMaxConnTotal(CONNECTIONS);
        GcsTransfer.observe(builder);
        CloseableHttpClient connections = builder.build();
        HttpStorageOptions.Builder options = StorageOptions.http()
            .setCredentials(credentials)
            .setTransportOptions(HttpTransportOptions.newBuilder()
                .setHttpTransportFactory(() -> new ApacheHttpTransport(connections))
                .setConnectTimeout(Math.toIntExact(readTimeout.toMillis()))
                .setReadTimeout(Math.toIntExact(readTimeout.toMillis()))
                .build())
            .setRetrySettings(
                    StorageOptions.getDefaultRetrySettings().toBuilder().setTotalTimeoutDuration(timeout).build())
            .setStorageRetryStrategy(new RetryStrategy());
        if (endpoint != null) {
            options.setHost(endpoint.toString());
        }
        if (projectId != null) {
            options.setProjectId(projectId);
        }
        return new GcsClient(options.build().getService(), connections);
    }

    /**
     * Tries everything again that the library does, and uploads, too: the same bytes
     * under the same name may be stored twice. A broken connection has other names here
     * than with the library's own transport.
     */
    private static final class RetryStrategy implements StorageRetryStrategy {

        private static final ResultRetryAlgorithm<?> LIBRARY = StorageRetryStrategy.getDefaultStorageRetryStrategy()
            .getIdempotentHandler();

        @Override
        public ResultRetryAlgorithm<?> getIdempotentHandler() {
            return new BasicResultRetryAlgorithm<>() {

                @Override
                public boolean shouldRetry(Throwable failure, @Nullable Object response) {
                    return isBrokenConnection(failure) || isBrokenConnection(failure.getCause())
                            || isRetriedByLibrary(failure);
                }

            };
        }

        @Override
        public ResultRetryAlgorithm<?> getNonidempotentHandler() {
            return getIdempotentHandler();
        }

        @SuppressWarnings("NullAway") // The library asks with no response where there is
                                      // a failure.
        private static boolean isRetriedByLibrary(Throwable failure) {
            return LIBRARY.shouldRetry(failure, null);
        }

        private static boolean isBrokenConnection(@Nullable Throwable failure) {
            return failure instanceof ConnectTimeoutException || failure instanceof NoHttpResponseException
                    || failure instanceof ConnectionClosedException;
        }

    }

}
