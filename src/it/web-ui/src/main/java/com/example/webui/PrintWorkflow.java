package com.example.webui;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Has a small and a large input, and a large result. */
@WorkflowInterface
public interface PrintWorkflow {

    @WorkflowMethod
    Document print(Order order, Document document);

}
