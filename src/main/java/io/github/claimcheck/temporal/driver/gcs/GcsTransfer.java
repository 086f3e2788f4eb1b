package io.github.claimcheck.temporal.driver.gcs;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.apache.http.HttpRequest;
import org.apache.http.HttpResponse;
import org.apache.http.client.methods.AbstractExecutionAwareRequest;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * One upload or download, whose steps run on threads that block. It reaches through the client library to the HTTP
 * requests that its threads send: they are aborted when the transfer fails, for instance because it was cancelled, and
 * tell how large what they answer with is, which the library keeps to itself.
 */
final class GcsTransfer {

    private static final ThreadLocal<@Nullable GcsTransfer> CURRENT = new ThreadLocal<>();

    private final CompletableFuture<?> outcome;

    private final ExecutorService threads;

    private volatile long answerSize = -1;

    GcsTransfer(CompletableFuture<?> outcome, ExecutorService threads) {
        this.outcome = outcome;
        this.threads = threads;
    }

    /** Makes a client's requests known to the transfers that they belong to. */
    static void observe(HttpClientBuilder client) {
        client.addInterceptorFirst(GcsTransfer::sent).addInterceptorFirst(GcsTransfer::answered);
    }

    private static void sent(HttpRequest request, HttpContext context) {
        GcsTransfer transfer = CURRENT.get();
        if (transfer != null && request instanceof HttpRequestWrapper wrapper
                && wrapper.getOriginal() instanceof AbstractExecutionAwareRequest original) {
            transfer.onFailure(original::abort);
        }
    }

    private static void answered(HttpResponse response, HttpContext context) {
        GcsTransfer transfer = CURRENT.get();
        if (transfer != null) {
            transfer.answerSize = (response.getEntity() != null) ? response.getEntity().getContentLength() : 0;
        }
    }

    /** Returns the size of the last answer; negative if that is not known, as with a client of the application. */
    long getAnswerSize() {
        return this.answerSize;
    }

    void onFailure(Runnable action) {
        this.outcome.whenComplete((done, failure) -> {
            if (failure != null) {
                action.run();
            }
        });
    }

    /** Runs a step on a thread, unless the transfer has failed by then. Its failure interrupts the step. */
    <T> void run(Callable<T> step, CompletableFuture<T> result) {
        try {
            Future<?> task = this.threads.submit(() -> {
                CURRENT.set(this);
                try {
                    result.complete(step.call());
                }
                catch (Throwable ex) {
                    result.completeExceptionally(ex);
                }
                finally {
                    CURRENT.remove();
                }
            });
            onFailure(() -> task.cancel(true));
        }
        catch (RejectedExecutionException ex) {
            result.completeExceptionally(new IllegalStateException("the driver is closed", ex));
        }
    }

    /** Closes what an aborted transfer leaves behind; not on the thread of whoever aborts it, which must not block. */
    void closeOnFailure(AutoCloseable resource) {
        onFailure(() -> this.threads.execute(() -> {
            try {
                resource.close();
            }
            catch (Exception ex) {
                // Nobody reads what comes from it.
            }
        }));
    }

}
