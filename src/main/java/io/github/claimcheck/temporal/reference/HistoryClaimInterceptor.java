package io.github.claimcheck.temporal.reference;

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
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;

/**
 * Records the claims of a workflow run's input and signals when a worker receives the
 * run's history. The run can pass these payloads on without an upload, because its
 * history already leads to the objects. Payloads that the run has stored itself need no
 * record, since their locations name the run.
 * <p>
 * Reads the server's responses without changing them. Thread-safe.
 */
final class HistoryClaimInterceptor implements ClientInterceptor {

    private final StoredObjects storedObjects;

    /**
     * Creates an interceptor.
     * @param storedObjects records the claims
     */
    HistoryClaimInterceptor(StoredObjects storedObjects) {
        this.storedObjects = storedObjects;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(new SimpleForwardingClientCallListener<>(listener) {

                    @Override
                    public void onMessage(A message) {
                        if (message instanceof PollWorkflowTaskQueueResponse task) {
                            record(task);
                        }
                        super.onMessage(message);
                    }

                }, headers);
            }

        };
    }

    private void record(PollWorkflowTaskQueueResponse task) {
        String runId = task.getWorkflowExecution().getRunId();
        for (HistoryEvent event : task.getHistory().getEventsList()) {
            switch (event.getAttributesCase()) {
                case WORKFLOW_EXECUTION_STARTED_EVENT_ATTRIBUTES ->
                    record(runId, event.getWorkflowExecutionStartedEventAttributes().getInput());
                case WORKFLOW_EXECUTION_SIGNALED_EVENT_ATTRIBUTES ->
                    record(runId, event.getWorkflowExecutionSignaledEventAttributes().getInput());
                default -> {
                }
            }
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
