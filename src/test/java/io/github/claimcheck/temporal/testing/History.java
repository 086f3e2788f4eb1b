package io.github.claimcheck.temporal.testing;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.client.WorkflowClient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The payloads in event history as the server has them. */
public final class History {

    private History() {
    }

    /** Returns every payload of a workflow's history, in the order of the events. */
    public static List<Payload> payloads(WorkflowClient client, String workflowId) {
        List<Payload> payloads = new ArrayList<>();
        collect(client.getWorkflowServiceStubs()
            .blockingStub()
            .getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                .build())
            .getHistory(), payloads);
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
