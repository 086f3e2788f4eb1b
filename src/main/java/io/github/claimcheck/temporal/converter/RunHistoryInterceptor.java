package io.github.claimcheck.temporal.converter;

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
 * Takes note of what a workflow run was given, its input and its signals, when a worker receives the run's history: the
 * run may hand that on without an upload, because its history leads to the object already. What a run stores itself
 * needs no such note, since its place names the run.
 * <p>
 * Only looks at answers of the server, and changes nothing. Thread-safe.
 */
public final class RunHistoryInterceptor implements ClientInterceptor {

    private final StoredObjects storedObjects;

    /** @param storedObjects where to note what runs hold */
    public RunHistoryInterceptor(StoredObjects storedObjects) {
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
                            note(task);
                        }
                        super.onMessage(message);
                    }

                }, headers);
            }

        };
    }

    private void note(PollWorkflowTaskQueueResponse task) {
        String runId = task.getWorkflowExecution().getRunId();
        for (HistoryEvent event : task.getHistory().getEventsList()) {
            switch (event.getAttributesCase()) {
                case WORKFLOW_EXECUTION_STARTED_EVENT_ATTRIBUTES ->
                    note(runId, event.getWorkflowExecutionStartedEventAttributes().getInput());
                case WORKFLOW_EXECUTION_SIGNALED_EVENT_ATTRIBUTES ->
                    note(runId, event.getWorkflowExecutionSignaledEventAttributes().getInput());
                default -> {
                }
            }
        }
    }

    private void note(String runId, Payloads given) {
        given.getPayloadsList().stream().filter(StorageReference::isReference).forEach((payload) -> {
            try {
                StorageReference reference = StorageReference.from(payload);
                this.storedObjects.addGiven(runId, reference.driverName(), reference.claim());
            }
            catch (IllegalArgumentException ex) {
                // Whoever converts it says what is wrong; failing here would keep the worker from all other tasks.
            }
        });
    }

}
