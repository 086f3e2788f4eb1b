package io.github.claimcheck.temporal.store.gcs;

import io.github.claimcheck.temporal.internal.Transfers;
import io.github.claimcheck.temporal.internal.UnconfirmedUpload;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.apache.http.HttpEntity;
import org.apache.http.HttpRequest;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.HttpResponse;
import org.apache.http.HttpResponseInterceptor;
import org.apache.http.client.methods.AbstractExecutionAwareRequest;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.protocol.HttpContext;
import org.apache.http.protocol.HttpCoreContext;
import org.jspecify.annotations.Nullable;

/**
 * An upload or download whose steps run on blocking threads. It intercepts the HTTP
 * requests that the client library sends on these threads: to abort them when the
 * transfer fails or is cancelled, to read the size of the response, which the library
 * does not expose, and to follow no redirect.
 */
final class GcsTransfer<T> {

    private static final ThreadLocal<@Nullable GcsTransfer<?>> CURRENT = new ThreadLocal<>();

    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    private final ExecutorService threads;

    /** The request that was sent last. */
    private volatile @Nullable AbstractExecutionAwareRequest request;

    /** The thread of the running step. */
    private volatile @Nullable Thread thread;

    private long responseSize = -1;

    GcsTransfer(ExecutorService threads) {
        this.threads = threads;
        this.outcome.whenComplete((done, failure) -> {
            if (failure != null) {
                abort();
            }
        });
    }

    /** Registers a client's requests and responses with their transfers. */
    static void observe(HttpClientBuilder client) {
        client.addInterceptorFirst((HttpRequestInterceptor) GcsTransfer::onRequest)
            .addInterceptorFirst((HttpResponseInterceptor) GcsTransfer::onResponse);
    }

    private static void onRequest(HttpRequest request, HttpContext context) {
        GcsTransfer<?> transfer = CURRENT.get();
        if (transfer != null && request instanceof HttpRequestWrapper wrapper
                && wrapper.getOriginal() instanceof AbstractExecutionAwareRequest original) {
            transfer.request = original;
            if (transfer.outcome.isDone()) {
                original.abort();
            }
        }
    }

    /**
     * Fails redirects, which the library would follow: with the payload, to any host. No
     * request of the store is one that Cloud Storage redirects. Also fails responses to
     * uploads without JSON, after which the library would upload again until the timeout.
     */
    private static void onResponse(HttpResponse response, HttpContext context) throws IOException {
        int status = response.getStatusLine().getStatusCode();
        if (status >= 300 && status < 400 && status != 304) {
            throw new RedirectException(status);
        }
        if (status < 300 && isUpload(context) && !hasJson(response.getEntity())) {
            throw new UnconfirmedUpload("it is not Cloud Storage's");
        }
        GcsTransfer<?> transfer = CURRENT.get();
        if (transfer != null) {
            transfer.responseSize = (response.getEntity() != null) ? response.getEntity().getContentLength() : 0;
        }
    }

    private static boolean isUpload(HttpContext context) {
        return HttpCoreContext.adapt(context).getRequest().getRequestLine().getMethod().equals("POST");
    }

    private static boolean hasJson(@Nullable HttpEntity entity) {
        return entity != null && entity.getContentLength() != 0 && entity.getContentType() != null
                && entity.getContentType().getValue().contains("json");
    }

    /**
     * Returns the size of the last response to the running step, in bytes; negative if
     * unknown, as with the application's own client.
     */
    long getResponseSize() {
        return this.responseSize;
    }

    /**
     * Returns the future of the transfer. Failing or cancelling it aborts the transfer.
     */
    CompletableFuture<T> outcome() {
        return this.outcome;
    }

    /** Fails the transfer unless it ends within a timeout from now. */
    void endWithin(Duration timeout) {
        Transfers.endWithin(timeout, this.outcome);
    }

    /** Ends the transfer with the result or the failure of its last step. */
    void end(@Nullable T result, @Nullable Throwable failure) {
        if (failure == null) {
            this.outcome.complete(result);
        }
        else {
            this.outcome.completeExceptionally(failure);
        }
    }

    /** Fails the transfer because its driver is closed. */
    void close(@Nullable Throwable cause) {
        this.outcome.completeExceptionally(new IllegalStateException("the driver is closed", cause));
    }

    /**
     * Runs a step on a thread. If the transfer has ended by then, the step does not
     * start, and the returned future never completes.
     */
    <S> CompletableFuture<S> run(Callable<S> step) {
        CompletableFuture<S> result = new CompletableFuture<>();
        try {
            this.threads.execute(() -> {
                if (enter()) {
                    Runnable completion;
                    try {
                        S value = step.call();
                        completion = () -> result.complete(value);
                    }
                    catch (Throwable ex) {
                        completion = () -> result.completeExceptionally(ex);
                    }
                    finally {
                        leave();
                    }
                    completion.run();
                }
            });
        }
        catch (RejectedExecutionException ex) {
            close(ex);
        }
        return result;
    }

    private synchronized boolean enter() {
        this.thread = Thread.currentThread();
        if (this.outcome.isDone()) {
            this.thread = null;
            return false;
        }
        CURRENT.set(this);
        return true;
    }

    /** Leaves a step, and clears an interruption that was meant for it. */
    private synchronized void leave() {
        this.thread = null;
        CURRENT.remove();
        Thread.interrupted();
    }

    /**
     * Aborts the request by closing its connection, then interrupts the library's waits
     * between attempts. The order matters: interrupting a thread closes the channel that
     * it reads from, which would read the rest of the response from an open connection.
     * The interruption has a thread of its own, because it can block: with the
     * application's own client, whose requests cannot be aborted, it waits until the read
     * ends.
     */
    private void abort() {
        AbstractExecutionAwareRequest last = this.request;
        if (last != null) {
            last.abort();
        }
        if (this.thread != null) {
            Thread interrupter = new Thread(this::interrupt, "gcs-storage-driver-interrupter");
            interrupter.setDaemon(true);
            interrupter.start();
        }
    }

    private synchronized void interrupt() {
        Thread running = this.thread;
        if (running != null) {
            running.interrupt();
        }
    }

    /** A redirect, which is not followed. */
    static final class RedirectException extends IOException {

        private RedirectException(int status) {
            super("the server responded with " + status + ", a redirect");
        }

    }

}
