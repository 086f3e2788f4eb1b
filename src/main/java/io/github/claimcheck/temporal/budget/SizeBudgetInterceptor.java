package io.github.claimcheck.temporal.budget;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.github.claimcheck.temporal.internal.DeferredUnaryCall;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.internal.Transfers;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the requests of clients and workers fit the budget before they are sent.
 * <p>
 * A request whose payloads cannot be stored is not sent. The call fails with
 * {@code FAILED_PRECONDITION}, which the SDK does not retry, and a worker's task is
 * reported as failed.
 */
final class SizeBudgetInterceptor implements ClientInterceptor {

    private static final Logger logger = LoggerFactory.getLogger(SizeBudgetInterceptor.class);

    /** The methods whose requests carry payloads of workflows and activities. */
    static final Set<String> METHODS = Stream.of(WorkflowServiceGrpc.getStartWorkflowExecutionMethod(),
            WorkflowServiceGrpc.getSignalWithStartWorkflowExecutionMethod(),
            WorkflowServiceGrpc.getExecuteMultiOperationMethod(),
            WorkflowServiceGrpc.getSignalWorkflowExecutionMethod(), WorkflowServiceGrpc.getQueryWorkflowMethod(),
            WorkflowServiceGrpc.getUpdateWorkflowExecutionMethod(),
            WorkflowServiceGrpc.getTerminateWorkflowExecutionMethod(), WorkflowServiceGrpc.getCreateScheduleMethod(),
            WorkflowServiceGrpc.getUpdateScheduleMethod(), WorkflowServiceGrpc.getStartActivityExecutionMethod(),
            WorkflowServiceGrpc.getRespondWorkflowTaskCompletedMethod(),
            WorkflowServiceGrpc.getRespondWorkflowTaskFailedMethod(),
            WorkflowServiceGrpc.getRespondQueryTaskCompletedMethod(),
            WorkflowServiceGrpc.getRespondActivityTaskCompletedMethod(),
            WorkflowServiceGrpc.getRespondActivityTaskCompletedByIdMethod(),
            WorkflowServiceGrpc.getRespondActivityTaskFailedMethod(),
            WorkflowServiceGrpc.getRespondActivityTaskFailedByIdMethod(),
            WorkflowServiceGrpc.getRespondActivityTaskCanceledMethod(),
            WorkflowServiceGrpc.getRespondActivityTaskCanceledByIdMethod(),
            WorkflowServiceGrpc.getRecordActivityTaskHeartbeatMethod(),
            WorkflowServiceGrpc.getRecordActivityTaskHeartbeatByIdMethod(),
            WorkflowServiceGrpc.getRespondNexusTaskCompletedMethod(),
            WorkflowServiceGrpc.getRespondNexusTaskFailedMethod())
        .map(MethodDescriptor::getFullMethodName)
        .collect(Collectors.toUnmodifiableSet());

    private final SizeBudget budget;

    private final Predicate<String> namespaces;

    /**
     * Creates an interceptor.
     * @param budget the budget of each request
     * @param namespaces the namespaces whose requests are to fit
     */
    SizeBudgetInterceptor(SizeBudget budget, Predicate<String> namespaces) {
        this.budget = budget;
        this.namespaces = namespaces;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return METHODS.contains(method.getFullMethodName()) ? new DeferredUnaryCall<>(method, options, next,
                (request, headers) -> fit(request, options, next, headers)) : next.newCall(method, options);
    }

    @SuppressWarnings("unchecked")
    private <Q> CompletableFuture<Q> fit(Q request, CallOptions options, Channel next, Metadata headers) {
        if (!(request instanceof Message message) || !this.namespaces.test(namespace(message))) {
            return CompletableFuture.completedFuture(request);
        }
        if (!this.budget.mayExceed(message)) {
            this.budget.sending(message);
            return CompletableFuture.completedFuture(request);
        }
        CompletableFuture<Message> fitted = this.budget.fit(namespace(message), message);
        fitted.thenAccept(this.budget::sending);
        CompletableFuture<Message> reported = fitted.exceptionallyCompose((failure) -> {
            Throwable cause = Transfers.unwrap(failure);
            return (cause instanceof CancellationException) ? CompletableFuture.failedFuture(cause)
                    : report(message, cause, options, next, headers);
        });
        Transfers.cancelWith(reported, fitted);
        return (CompletableFuture<Q>) reported;
    }

    private static CompletableFuture<Message> report(Message message, Throwable failure, CallOptions options,
            Channel next, Metadata headers) {
        FailureReport<?, ?> report = FailureReport.of(message, failure);
        CompletableFuture<?> sent = (report != null) ? report.send(next, options, headers)
                : CompletableFuture.completedFuture(null);
        return sent.handle((answer, reportFailure) -> {
            if (reportFailure != null) {
                logger.warn("The Temporal server could not be told that a task failed, so the task will time out",
                        reportFailure);
            }
            throw Status.FAILED_PRECONDITION
                .withDescription(
                        "Payloads that exceed the size budget together could not be stored: " + Quoted.failure(failure))
                .withCause(Quoted.cause(failure))
                .asRuntimeException();
        });
    }

    private static String namespace(Message request) {
        FieldDescriptor field = request.getDescriptorForType().findFieldByName("namespace");
        return (field != null) ? (String) request.getField(field) : "";
    }

}
