package io.github.claimcheck.temporal.internal;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A unary gRPC call that starts once its request is ready, without blocking a thread
 * until then. The time until then does not count towards the call's deadline. Not part of
 * the public API.
 *
 * @param <Q> the type of the request
 * @param <A> the type of the response
 */
public final class DeferredUnaryCall<Q, A> extends ClientCall<Q, A> {

    private final MethodDescriptor<Q, A> method;

    private final CallOptions options;

    private final Channel channel;

    private final BiFunction<Q, Metadata, CompletionStage<Q>> prepare;

    private final long createdAt = System.nanoTime();

    private @Nullable Listener<A> listener;

    private @Nullable Metadata headers;

    private @Nullable Q request;

    private int requested;

    private @Nullable CompletableFuture<Q> preparation;

    private @Nullable ClientCall<Q, A> call;

    private boolean closed;

    /**
     * Creates a call that has not started.
     * @param method the method to call
     * @param options the options of the call
     * @param channel the channel to call the method on
     * @param prepare prepares the request to be sent, and is given the call's headers. If
     * it fails, so does the call, with the status of a {@link StatusRuntimeException},
     * and otherwise with {@code UNAVAILABLE}. It is cancelled with the call
     */
    public DeferredUnaryCall(MethodDescriptor<Q, A> method, CallOptions options, Channel channel,
            BiFunction<Q, Metadata, CompletionStage<Q>> prepare) {
        this.method = method;
        this.options = options;
        this.channel = channel;
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
        CompletableFuture<Q> preparing = Transfers.attempt(
                () -> this.prepare.apply(Objects.requireNonNull(this.request), Objects.requireNonNull(this.headers))
                    .toCompletableFuture());
        synchronized (this) {
            this.preparation = preparing;
            if (this.closed) {
                preparing.cancel(true);
                return;
            }
        }
        Context context = Context.current();
        preparing.whenComplete((prepared, failure) -> context.run(() -> {
            if (failure != null) {
                close(status(Transfers.unwrap(failure)));
                return;
            }
            try {
                begin(prepared);
            }
            catch (RuntimeException | Error ex) {
                close(Status.INTERNAL.withDescription("Failed to start the call").withCause(ex));
            }
        }));
    }

    private static Status status(Throwable failure) {
        return (failure instanceof StatusRuntimeException ex) ? ex.getStatus()
                : Status.UNAVAILABLE.withDescription("Failed to prepare the request").withCause(failure);
    }

    private synchronized void begin(Q prepared) {
        if (this.closed) {
            return;
        }
        ClientCall<Q, A> begun = this.channel.newCall(this.method, optionsFromNow());
        this.call = begun;
        begun.start(Objects.requireNonNull(this.listener), Objects.requireNonNull(this.headers));
        begun.request(this.requested);
        begun.sendMessage(prepared);
        begun.halfClose();
    }

    private CallOptions optionsFromNow() {
        Deadline deadline = this.options.getDeadline();
        return (deadline != null)
                ? this.options.withDeadline(deadline.offset(System.nanoTime() - this.createdAt, TimeUnit.NANOSECONDS))
                : this.options;
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
        CompletableFuture<Q> preparing;
        synchronized (this) {
            if (this.call != null) {
                this.call.cancel(message, cause);
                return;
            }
            preparing = this.preparation;
        }
        close(Status.CANCELLED.withDescription(message).withCause(cause));
        if (preparing != null) {
            preparing.cancel(true);
        }
    }

    /** Closes the listener on the call's executor, on which a blocking caller waits. */
    private void close(Status status) {
        synchronized (this) {
            if (this.closed) {
                return;
            }
            this.closed = true;
        }
        Listener<A> waiting = this.listener;
        if (waiting != null) {
            Executor executor = this.options.getExecutor();
            ((executor != null) ? executor : (Executor) Runnable::run)
                .execute(() -> waiting.onClose(status, new Metadata()));
        }
    }

}
