package io.github.claimcheck.temporal.store.gcs;

import io.github.claimcheck.temporal.internal.Transfers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.apache.http.HttpRequest;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.HttpResponse;
import org.apache.http.HttpResponseInterceptor;
import org.apache.http.client.methods.AbstractExecutionAwareRequest;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * One upload or download, whose steps run on threads that block. It reaches through the
 * client library to the HTTP requests that its threads send: they are aborted when the
 * transfer fails, for instance because it was cancelled, and tell how large what they
 * answer with is, which the library keeps to itself.
 */
final class GcsTransfer<T> {

    private static final ThreadLocal<@Nullable GcsTransfer<?>> CURRENT = new ThreadLocal<>();

    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    private final ExecutorService threads;

    /** The last one that was sent. */
    private volatile @Nullable AbstractExecutionAwareRequest request;

    /** That a step is running on. */
    private volatile @Nullable Thread thread;

    private long answerSize = -1;

    GcsTransfer(ExecutorService threads) {
        this.threads = threads;
        this.outcome.whenComplete((done, failure) -> {
            if (failure != null) {
                abort();
            }
        });
    }

    /** Makes a client's requests known to the transfers that they belong to. */
    static void observe(HttpClientBuilder client) {
        client.addInterceptorFirst((HttpRequestInterceptor) GcsTransfer::sent)
            .addInterceptorFirst((HttpResponseInterceptor) GcsTransfer::answered);
    }

    private static void sent(HttpRequest request, HttpContext context) {
        GcsTransfer<?> transfer = CURRENT.get();
        if (transfer != null && request instanceof HttpRequestWrapper wrapper
                && wrapper.getOriginal() instanceof AbstractExecutionAwareRequest original) {
            transfer.request = original;
            if (transfer.outcome.isDone()) {
                original.abort();
            }
        }
    }

    private static void answered(HttpResponse response, HttpContext context) {
        GcsTransfer<?> transfer = CURRENT.get();
        if (transfer != null) {
            transfer.answerSize = (response.getEntity() != null) ? response.getEntity().getContentLength() : 0;
        }
    }

    /**
     * Returns the size of the last answer to the step that asks; negative if that is not
     * known, as with a client of the application.
     */
    long getAnswerSize() {
        return this.answerSize;
    }

    /**
     * Returns what the transfer ends with. Its failure, from whomever it comes, aborts
     * the transfer.
     */
    CompletableFuture<T> outcome() {
        return this.outcome;
    }

    /** Has the transfer fail, unless it ends within this time from now on. */
    void endWithin(Duration timeout) {
        Transfers.endWithin(timeout, this.outcome);
    }

    /** Ends the transfer as its last step did. */
    void end(@Nullable T result, @Nullable Throwable failure) {
        if (failure == null) {
            this.outcome.complete(result);
        }
        else {
            this.outcome.completeExceptionally(failure);
        }
    }

    /** Ends the transfer because its driver ends. */
    void close(@Nullable Throwable cause) {
        this.outcome.completeExceptionally(new IllegalStateException("the driver is closed", cause));
    }

    /**
     * Runs a step on a thread. What is over by then does not begin, and what it returns
     * is not completed.
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

    /** What the thread does from now on is not meant by an interruption. */
    private synchronized void leave() {
        this.thread = null;
        CURRENT.remove();
        Thread.interrupted();
    }

    /**
     * Ends what the transfer does: first the request, by closing its connection, then the
     * library's waits between two attempts. Not in the opposite order: interrupting a
     * thread closes the channel that it reads from, which reads what is left of the
     * answer from a connection that is open. Nor on this thread, which must not wait:
     * with a client of the application, whose requests cannot be aborted, that lasts
     * until the read ends.
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

}
