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
import io.github.claimcheck.temporal.internal.TlsFailures;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.apache.http.ConnectionClosedException;
import org.apache.http.NoHttpResponseException;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClientBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A client of Google Cloud Storage, with its HTTP connections.
 *
 * @param storage the client
 * @param connections the connections that {@link #create} has opened, which the store
 * closes; null for the application's own client
 */
record GcsClient(Storage storage, @Nullable CloseableHttpClient connections) {

    /**
     * The maximum number of connections and threads, which is the default limit of
     * transfers in flight. Excess transfers wait for a thread.
     */
    static final int MAX_CONNECTIONS = 64;

    /** Decides which failures of requests are retried. */
    static final ResultRetryAlgorithm<?> RETRIED = new Retried();

    /**
     * Wraps the application's own client, which the store does not close.
     * @param storage the client
     * @return the client
     */
    static GcsClient of(Storage storage) {
        return new GcsClient(storage, null);
    }

    /**
     * Creates a client whose requests can be aborted, unlike those of the library's own
     * transport.
     * @param endpoint the endpoint; null for Cloud Storage's own
     * @param projectId the project id; null for the library's default
     * @param credentials the credentials
     * @param timeout the timeout of a request, including retries
     * @param readTimeout the connect and read timeout
     * @param ssl the context of TLS connections; null for Java's own
     * @return the client
     */
    static GcsClient create(@Nullable URI endpoint, @Nullable String projectId, Credentials credentials,
            Duration timeout, Duration readTimeout, @Nullable SSLContext ssl) {
        HttpClientBuilder builder = ApacheHttpTransport.newDefaultHttpClientBuilder()
            .setMaxConnPerRoute(MAX_CONNECTIONS)
            .setMaxConnTotal(MAX_CONNECTIONS);
        if (ssl != null) {
            builder.setSSLSocketFactory(new SSLConnectionSocketFactory(ssl));
        }
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

    /** Treats uploads as all other requests. */
    private static final class RetryStrategy implements StorageRetryStrategy {

        @Override
        public ResultRetryAlgorithm<?> getIdempotentHandler() {
            return RETRIED;
        }

        @Override
        public ResultRetryAlgorithm<?> getNonidempotentHandler() {
            return RETRIED;
        }

    }

    /**
     * Retries what the library retries, and also uploads, since storing the same bytes
     * under the same name twice is harmless. Recognizes broken connections of this
     * transport, whose exceptions differ from those of the library's own. Does not retry
     * what no retry changes, such as a certificate that nobody trusts.
     */
    private static final class Retried extends BasicResultRetryAlgorithm<Object> {

        private static final ResultRetryAlgorithm<?> LIBRARY = StorageRetryStrategy.getDefaultStorageRetryStrategy()
            .getIdempotentHandler();

        @Override
        public boolean shouldRetry(@Nullable Throwable failure, @Nullable Object response) {
            return failure != null && TlsFailures.remedy(failure, "", "") == null && (isBrokenConnection(failure)
                    || isBrokenConnection(failure.getCause()) || isRetriedByLibrary(failure));
        }

        @SuppressWarnings("NullAway") // The library passes no response with a failure.
        private static boolean isRetriedByLibrary(Throwable failure) {
            return LIBRARY.shouldRetry(failure, null);
        }

        private static boolean isBrokenConnection(@Nullable Throwable failure) {
            return failure instanceof ConnectTimeoutException || failure instanceof NoHttpResponseException
                    || failure instanceof ConnectionClosedException;
        }

    }

}
