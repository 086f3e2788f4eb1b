package io.github.claimcheck.temporal.budget;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.Message;
import io.github.claimcheck.temporal.internal.Quoted;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.temporal.api.enums.v1.QueryResultType;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.failure.v1.ApplicationFailureInfo;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCanceledRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskFailedRequest;
import io.temporal.api.workflowservice.v1.RespondQueryTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the server that the response to a worker's task could not be stored, in the words
 * that the SDK uses when its own external storage fails. Without the report, the server
 * would wait for the task's timeout, and history would not say why.
 *
 * @param method the method that reports the failure
 * @param request the report
 * @param <Q> the type of the report
 * @param <A> the type of the server's answer
 */
record FailureReport<Q extends Message, A>(MethodDescriptor<Q, A> method, Q request) {

    /** The type of the SDK's own failure. */
    private static final String TYPE = "ExternalStorageTaskFailure";

    private static final long TIMEOUT_SECONDS = 10;

    /**
     * Creates the report of a failure.
     * @param response the message that could not be stored
     * @param failure the reason
     * @return the report, or null if the message does not answer a worker's task
     */
    // The SDK sets the deprecated version of workers, and no other field tells a worker
    // from a client that completes an activity.
    @SuppressWarnings("deprecation")
    static @Nullable FailureReport<?, ?> of(Message response, Throwable failure) {
        if (response instanceof RespondWorkflowTaskCompletedRequest completed) {
            return workflowTask(RespondWorkflowTaskFailedRequest.newBuilder()
                .setTaskToken(completed.getTaskToken())
                .setNamespace(completed.getNamespace())
                .setIdentity(completed.getIdentity())
                .setDeploymentOptions(completed.getDeploymentOptions())
                .setWorkerVersion(completed.getWorkerVersionStamp()), "completion", failure);
        }
        if (response instanceof RespondWorkflowTaskFailedRequest failed) {
            return workflowTask(failed.toBuilder(), "failure", failure);
        }
        if (response instanceof RespondQueryTaskCompletedRequest query) {
            Failure report = failure("Failed to send query response", failure);
            return new FailureReport<>(WorkflowServiceGrpc.getRespondQueryTaskCompletedMethod(),
                    RespondQueryTaskCompletedRequest.newBuilder()
                        .setTaskToken(query.getTaskToken())
                        .setNamespace(query.getNamespace())
                        .setCompletedType(QueryResultType.QUERY_RESULT_TYPE_FAILED)
                        .setErrorMessage(report.getMessage())
                        .setFailure(report)
                        .build());
        }
        // A client that completes an activity gets the exception, and may try again.
        if (response instanceof RespondActivityTaskCompletedRequest completed && completed.hasWorkerVersion()) {
            return activityTask(RespondActivityTaskFailedRequest.newBuilder()
                .setTaskToken(completed.getTaskToken())
                .setNamespace(completed.getNamespace())
                .setIdentity(completed.getIdentity())
                .setWorkerVersion(completed.getWorkerVersion()), failure);
        }
        if (response instanceof RespondActivityTaskCanceledRequest canceled && canceled.hasWorkerVersion()) {
            return activityTask(RespondActivityTaskFailedRequest.newBuilder()
                .setTaskToken(canceled.getTaskToken())
                .setNamespace(canceled.getNamespace())
                .setIdentity(canceled.getIdentity())
                .setWorkerVersion(canceled.getWorkerVersion()), failure);
        }
        if (response instanceof RespondActivityTaskFailedRequest failed && failed.hasWorkerVersion()) {
            return activityTask(failed.toBuilder().clearLastHeartbeatDetails(), failure);
        }
        return null;
    }

    private static FailureReport<?, ?> workflowTask(RespondWorkflowTaskFailedRequest.Builder report, String what,
            Throwable failure) {
        return new FailureReport<>(WorkflowServiceGrpc.getRespondWorkflowTaskFailedMethod(),
                report.setCause(WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE)
                    .setFailure(failure("Failed to send workflow task " + what, failure))
                    .build());
    }

    private static FailureReport<?, ?> activityTask(RespondActivityTaskFailedRequest.Builder report,
            Throwable failure) {
        return new FailureReport<>(WorkflowServiceGrpc.getRespondActivityTaskFailedMethod(),
                report.setFailure(failure("External storage failed", failure)).build());
    }

    private static Failure failure(String message, Throwable failure) {
        return Failure.newBuilder()
            .setMessage(message + ": " + Quoted.failure(failure))
            .setSource("JavaSDK")
            .setApplicationFailureInfo(ApplicationFailureInfo.newBuilder().setType(TYPE))
            .build();
    }

    /**
     * Sends the report once. If that fails, the task times out.
     * @param channel the channel to the server
     * @param options the options of the call that could not be made
     * @param headers the headers of the call that could not be made
     * @return completes once the report was answered; its failure is that of the report
     */
    CompletableFuture<Void> send(Channel channel, CallOptions options, Metadata headers) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        Futures
            .addCallback(ClientCalls.futureUnaryCall(
                    ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers))
                        .newCall(this.method, options.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)),
                    this.request), new FutureCallback<A>() {

                        @Override
                        public void onSuccess(@Nullable A answer) {
                            sent.complete(null);
                        }

                        @Override
                        public void onFailure(Throwable failure) {
                            sent.completeExceptionally(failure);
                        }

                    }, MoreExecutors.directExecutor());
        return sent;
    }

}
