package com.example.webui;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;

/** Workflows that the tests look at. */
final class Workflows {

    private Workflows() {
    }

    /** Has a {@link PrintWorkflow} run, and returns its result. */
    static Document print(WorkflowClient client, String workflowId, Order order, Document document) {
        WorkflowStub workflow = create(client, "PrintWorkflow", workflowId);
        workflow.start(order, document);
        return workflow.getResult(Document.class);
    }

    static WorkflowStub create(WorkflowClient client, String type, String workflowId) {
        return client.newUntypedWorkflowStub(type,
                WorkflowOptions.newBuilder()
                    .setTaskQueue(WebUiApplication.TASK_QUEUE)
                    .setWorkflowId(workflowId)
                    .build());
    }

}
