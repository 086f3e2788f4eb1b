package com.example.interop;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.HistoryEventFilterType;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The payloads of a workflow in the namespace {@code default}, as the server has them.
 */
final class History {

    private final WorkflowServiceStubs server;

    private final GetWorkflowExecutionHistoryRequest.Builder request;

    History(WorkflowServiceStubs server, String workflowId) {
        this.server = server;
        this.request = GetWorkflowExecutionHistoryRequest.newBuilder()
            .setNamespace("default")
            .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId));
    }

    /** Returns all payloads there are, in the order of events. */
    List<Payload> payloads() {
        List<Payload> payloads = new ArrayList<>();
        collect(this.server.blockingStub().getWorkflowExecutionHistory(this.request.build()).getHistory(), payloads);
        return payloads;
    }

    /** Waits for the workflow's end, and returns the payloads of the last event. */
    List<Payload> result() {
        GetWorkflowExecutionHistoryRequest.Builder wait = this.request.clone()
            .setWaitNewEvent(true)
            .setHistoryEventFilterType(HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
        GetWorkflowExecutionHistoryResponse response;
        do {
            response = this.server.blockingStub().getWorkflowExecutionHistory(wait.build());
            wait.setNextPageToken(response.getNextPageToken());
        }
        while (response.getHistory().getEventsCount() == 0);
        List<Payload> payloads = new ArrayList<>();
        collect(response.getHistory(), payloads);
        return payloads;
    }

    private static void collect(Object value, List<Payload> payloads) {
        if (value instanceof Payload payload) {
            payloads.add(payload);
        }
        else if (value instanceof Message message) {
            for (FieldDescriptor field : message.getAllFields().keySet()) {
                collect(message.getField(field), payloads);
            }
        }
        else if (value instanceof Collection<?> values) {
            values.forEach((element) -> collect(element, payloads));
        }
    }

}
