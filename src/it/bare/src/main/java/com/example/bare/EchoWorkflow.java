package com.example.bare;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Returns what it gets. */
@WorkflowInterface
public interface EchoWorkflow {

    String TASK_QUEUE = "echo";

    @WorkflowMethod
    byte[] echo(byte[] content);

}
