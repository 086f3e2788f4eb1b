package io.github.claimcheck.temporal.failure;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.DeferredUnaryCall;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondActivityTaskFailedByIdRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskFailedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Changes how a worker reports tasks that failed because of external storage.
 * <p>
 * The server retries a failed workflow task immediately, so a store that is down or a
 * payload that is too large would be tried many times a second. Failures of the second
 * and later attempts are therefore reported after a pause, which grows from 250
 * milliseconds to four seconds and is at most half of the task's timeout. The server
 * counts the attempts, and restarts the count once a task completes. No thread waits.
 * <p>
 * An activity whose payload is larger than its driver accepts fails without a retry,
 * because the next attempt's payload would be as large. The SDK makes every storage
 * failure retryable.
 * <p>
 * Thread-safe.
 */
final class TaskFailureInterceptor implements ClientInterceptor {

    private static final WorkflowTaskFailedCause STORAGE = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE;

    private static final long FIRST_PAUSE_MILLIS = 250;

    /** The number of doublings up to four seconds. */
    private static final int MAX_DOUBLINGS = 4;

    /** The pauses before reporting a failure, in milliseconds, by task token. */
    private final Cache<ByteString, Long> pauses = Caffeine.newBuilder()
        .maximumSize(10_000)
        .expireAfterWrite(Duration.ofMinutes(5))
        .build();

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return switch (String.valueOf(method.getBareMethodName())) {
            case "PollWorkflowTaskQueue" -> new PollCall<>(next.newCall(method, options));
            case "RespondWorkflowTaskFailed" ->
                new DeferredUnaryCall<>(method, options, next, (message, headers) -> pause(message));
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

    /** Records the pauses of the tasks that a worker receives. */
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
        return (pause != null
                && (failed.getCause() == STORAGE || StorageFailures.isStorageFailure(failed.getFailure())))
                        ? ready.thenApplyAsync((request) -> request,
                                BackgroundThreads.delayed(Duration.ofMillis(pause)))
                        : ready;
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
