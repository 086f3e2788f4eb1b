package com.example.consumer;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Makes a document fit to be published. */
@WorkflowInterface
public interface RedactionWorkflow {

    String TASK_QUEUE = "redaction";

    @WorkflowMethod
    Document redact(Document document);

}
