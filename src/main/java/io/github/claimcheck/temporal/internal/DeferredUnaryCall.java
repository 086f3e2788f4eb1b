package io.github.claimcheck.temporal.internal;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A unary gRPC call that begins once its request is ready, and holds no thread until
 * then. Not part of the public API.
 *
 * @param <Q> the request
 * @param <A> the response
 */
public final class DeferredUnaryCall<Q, A> extends ClientCall<Q, A> {

    private final Supplier<ClientCall<Q, A>> newCall;

    private final Executor executor;

    private final Function<Q, CompletionStage<Q>> prepare;

    private @Nullable Listener<A> listener;

    private @Nullable Metadata headers;

    private @Nullable Q request;

    private int requested;

    private @Nullable ClientCall<Q, A> call;

    private boolean cancelled;

    /**
     * Makes a call that has not begun.
     * @param newCall makes the call that begins later
     * @param options the options of the call
     * @param prepare makes the request that is sent of the one that was given; fails the
     * call where it fails
     */
    public DeferredUnaryCall(Supplier<ClientCall<Q, A>> newCall, CallOptions options,
            Function<Q, CompletionStage<Q>> prepare) {
        this.newCall = newCall;
        this.executor = (options.getExecutor() != null) ? options.getExecutor() : Runnable::run;
        this.prepare = prepare;
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
        this.listener = listener;
        this.headers = headers;
    }

    @Override
    public void sendMessage(Q message) {
        this.request = message;
    }

    @Override
    public void halfClose() {
        Transfers.attempt(() -> this.prepare.apply(Objects.requireNonNull(this.request)).toCompletableFuture())
            .whenComplete((prepared, failure) -> {
                if (failure != null) {
                    close(Status.UNAVAILABLE.withDescription("The request could not be prepared")
                        .withCause(Transfers.unwrap(failure)));
                }
                else {
                    begin(prepared);
                }
            });
    }

    private synchronized void begin(Q prepared) {
        if (this.cancelled) {
            return;
        }
        ClientCall<Q, A> begun = this.newCall.get();
        this.call = begun;
        begun.start(Objects.requireNonNull(this.listener), Objects.requireNonNull(this.headers));
        begun.request(this.requested);
        begun.sendMessage(prepared);
        begun.halfClose();
    }

    @Override
    public synchronized void request(int messages) {
        if (this.call != null) {
            this.call.request(messages);
        }
        else {
            this.requested += messages;
        }
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        synchronized (this) {
            if (this.call != null) {
                this.call.cancel(message, cause);
                return;
            }
            if (this.cancelled) {
                return;
            }
            this.cancelled = true;
        }
        close(Status.CANCELLED.withDescription(message).withCause(cause));
    }

    /** On the executor, which whoever blocks for the response waits at. */
    private void close(Status status) {
        Listener<A> closed = Objects.requireNonNull(this.listener);
        this.executor.execute(() -> closed.onClose(status, new Metadata()));
    }

}
