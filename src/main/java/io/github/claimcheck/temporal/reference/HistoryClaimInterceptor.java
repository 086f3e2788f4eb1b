package io.github.claimcheck.temporal.reference;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.claimcheck.temporal.driver.StoredObjects;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowExecutionOptionsUpdatedEventAttributes;
import io.temporal.api.protocol.v1.Message;
import io.temporal.api.update.v1.Request;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionResponse;

/**
 * Records what the histories that a worker receives say about the reuse of objects:
 * <ul>
 * <li>the claims of a run's input and signals. The run can pass these payloads on without
 * an upload, because its history already leads to the objects. Payloads that the run has
 * stored itself need no record, since their locations name the run.</li>
 * <li>callbacks, which copy what the run returns to another history. Such a run must not
 * reuse objects.</li>
 * </ul>
 * Reads the server's responses without changing them. Thread-safe.
 */
final class HistoryClaimInterceptor implements ClientInterceptor {

    private final StoredObjects storedObjects;

    /**
     * Creates an interceptor.
     * @param storedObjects records the claims and the runs with callbacks
     */
    HistoryClaimInterceptor(StoredObjects storedObjects) {
        this.storedObjects = storedObjects;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

            private volatile String requestedRun = "";

            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(new SimpleForwardingClientCallListener<>(listener) {

                    @Override
                    public void onMessage(A message) {
                        record(message, requestedRun);
                        super.onMessage(message);
                    }

                }, headers);
            }

            @Override
            public void sendMessage(Q message) {
                if (message instanceof GetWorkflowExecutionHistoryRequest request) {
                    this.requestedRun = request.getExecution().getRunId();
                }
                super.sendMessage(message);
            }

        };
    }

    private void record(Object response, String requestedRun) {
        if (response instanceof PollWorkflowTaskQueueResponse task) {
            record(task);
        }
        else if (response instanceof RespondWorkflowTaskCompletedResponse completed && completed.hasWorkflowTask()) {
            record(completed.getWorkflowTask());
        }
        else if (response instanceof StartWorkflowExecutionResponse started && started.hasEagerWorkflowTask()) {
            record(started.getEagerWorkflowTask());
        }
        // A worker requests the rest of a history that is too long for a task.
        else if (response instanceof GetWorkflowExecutionHistoryResponse page && !requestedRun.isEmpty()) {
            this.storedObjects.addTask(requestedRun,
                    page.getHistory().getEventsList().stream().anyMatch(HistoryClaimInterceptor::hasCallback));
        }
    }

    private void record(PollWorkflowTaskQueueResponse task) {
        String runId = task.getWorkflowExecution().getRunId();
        boolean callbacks = task.getMessagesList().stream().anyMatch(HistoryClaimInterceptor::hasCallback);
        for (HistoryEvent event : task.getHistory().getEventsList()) {
            callbacks |= hasCallback(event);
            switch (event.getAttributesCase()) {
                case WORKFLOW_EXECUTION_STARTED_EVENT_ATTRIBUTES ->
                    record(runId, event.getWorkflowExecutionStartedEventAttributes().getInput());
                case WORKFLOW_EXECUTION_SIGNALED_EVENT_ATTRIBUTES ->
                    record(runId, event.getWorkflowExecutionSignaledEventAttributes().getInput());
                default -> {
                }
            }
        }
        this.storedObjects.addTask(runId, callbacks);
    }

    private static boolean hasCallback(HistoryEvent event) {
        return switch (event.getAttributesCase()) {
            case WORKFLOW_EXECUTION_STARTED_EVENT_ATTRIBUTES ->
                event.getWorkflowExecutionStartedEventAttributes().getCompletionCallbacksCount() > 0;
            case WORKFLOW_EXECUTION_OPTIONS_UPDATED_EVENT_ATTRIBUTES ->
                hasCallback(event.getWorkflowExecutionOptionsUpdatedEventAttributes());
            case WORKFLOW_EXECUTION_UPDATE_ACCEPTED_EVENT_ATTRIBUTES ->
                event.getWorkflowExecutionUpdateAcceptedEventAttributes()
                    .getAcceptedRequest()
                    .getCompletionCallbacksCount() > 0;
            default -> false;
        };
    }

    private static boolean hasCallback(WorkflowExecutionOptionsUpdatedEventAttributes updated) {
        return updated.getAttachedCompletionCallbacksCount() > 0 || updated.getWorkflowUpdateOptionsList()
            .stream()
            .anyMatch((update) -> update.getAttachedCompletionCallbacksCount() > 0);
    }

    /** Returns whether a message is the request of an update with callbacks. */
    private static boolean hasCallback(Message message) {
        try {
            return message.getBody().is(Request.class)
                    && message.getBody().unpack(Request.class).getCompletionCallbacksCount() > 0;
        }
        catch (InvalidProtocolBufferException ex) {
            // The SDK reports it. Failing here would keep the worker from all other
            // tasks.
            return false;
        }
    }

    private void record(String runId, Payloads payloads) {
        payloads.getPayloadsList().stream().filter(StorageReference::isReference).forEach((payload) -> {
            try {
                StorageReference reference = StorageReference.from(payload);
                this.storedObjects.addHistoryClaim(runId, reference.driverName(), reference.claim());
            }
            catch (IllegalArgumentException ex) {
                // The data converter reports it. Failing here would keep the
                // worker from all other tasks.
            }
        });
    }

}
