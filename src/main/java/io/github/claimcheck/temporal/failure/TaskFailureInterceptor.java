package io.github.claimcheck.temporal.failure;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import io.github.claimcheck.temporal.internal.DeferredUnaryCall;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondActivityTaskFailedByIdRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskFailedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Changes how a worker tells the Temporal server that a task failed for storage.
 * <p>
 * The server sends a workflow task that failed again at once, so that a store that is
 * down, or a payload that is too large, would be tried many times a second. The failure
 * of a second and further attempt is handed back after a pause, which grows from a
 * quarter of a second to four seconds, and is at most half of the task's timeout. The
 * server counts the attempts, and begins anew once a task completes. No thread waits.
 * <p>
 * An activity whose payload is larger than its driver accepts fails without a retry: the
 * next attempt's payload would be as large. The SDK lets every storage failure be
 * retried.
 * <p>
 * Thread-safe.
 */
final class TaskFailureInterceptor implements ClientInterceptor {

    private static final long FIRST_PAUSE_MILLIS = 250;

    /** To four seconds. */
    private static final int MAX_DOUBLINGS = 4;

    /** By token, the pause that a task's failure would be handed back after. */
    private final Cache<ByteString, Long> pauses = Caffeine.newBuilder()
        .maximumSize(10_000)
        .expireAfterWrite(Duration.ofMinutes(5))
        .build();

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return switch (String.valueOf(method.getBareMethodName())) {
            case "PollWorkflowTaskQueue" -> new PollCall<>(next.newCall(method, options));
            case "RespondWorkflowTaskFailed" ->
                new DeferredUnaryCall<>(() -> next.newCall(method, options), options, this::pause);
            case "RespondActivityTaskFailed", "RespondActivityTaskFailedById" ->
                new SimpleForwardingClientCall<>(next.newCall(method, options)) {

                    @Override
                    public void sendMessage(Q message) {
                        super.sendMessage(withoutRetry(message));
                    }

                };
            default -> next.newCall(method, options);
        };
    }

    /** Sees the tasks that a worker receives. */
    private final class PollCall<Q, A> extends SimpleForwardingClientCall<Q, A> {

        PollCall(ClientCall<Q, A> call) {
            super(call);
        }

        @Override
        public void start(Listener<A> listener, Metadata headers) {
            super.start(new SimpleForwardingClientCallListener<>(listener) {

                @Override
                public void onMessage(A message) {
                    if (message instanceof PollWorkflowTaskQueueResponse task && task.getAttempt() > 1) {
                        TaskFailureInterceptor.this.pauses.put(task.getTaskToken(), pauseMillis(task));
                    }
                    super.onMessage(message);
                }

            }, headers);
        }

    }

    static long pauseMillis(PollWorkflowTaskQueueResponse task) {
        int doublings = Math.min(Math.max(task.getAttempt() - 2, 0), MAX_DOUBLINGS);
        long pause = FIRST_PAUSE_MILLIS << doublings;
        for (HistoryEvent event : task.getHistory().getEventsList()) {
            if (event.hasWorkflowTaskScheduledEventAttributes()
                    && event.getWorkflowTaskScheduledEventAttributes().hasStartToCloseTimeout()) {
                pause = Math.min(pause,
                        Durations.toMillis(event.getWorkflowTaskScheduledEventAttributes().getStartToCloseTimeout())
                                / 2);
            }
        }
        return pause;
    }

    private <Q> CompletableFuture<Q> pause(Q message) {
        CompletableFuture<Q> ready = CompletableFuture.completedFuture(message);
        if (!(message instanceof RespondWorkflowTaskFailedRequest failed)) {
            return ready;
        }
        Long pause = this.pauses.asMap().remove(failed.getTaskToken());
        return (pause != null && StorageFailures.isStorageFailure(failed.getFailure())) ? ready.thenApplyAsync(
                (request) -> request, CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS)) : ready;
    }

    @SuppressWarnings("unchecked")
    private static <Q> Q withoutRetry(Q message) {
        if (message instanceof RespondActivityTaskFailedRequest request
                && StorageFailures.isTooLarge(request.getFailure())) {
            return (Q) request.toBuilder().setFailure(nonRetryable(request.getFailure())).build();
        }
        if (message instanceof RespondActivityTaskFailedByIdRequest request
                && StorageFailures.isTooLarge(request.getFailure())) {
            return (Q) request.toBuilder().setFailure(nonRetryable(request.getFailure())).build();
        }
        return message;
    }

    private static Failure nonRetryable(Failure failure) {
        Failure.Builder changed = failure.toBuilder();
        changed.getApplicationFailureInfoBuilder().setNonRetryable(true);
        return changed.build();
    }

}
