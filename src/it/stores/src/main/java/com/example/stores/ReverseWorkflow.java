package com.example.stores;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Turns a text round. */
@WorkflowInterface
public interface ReverseWorkflow {

    String TASK_QUEUE = "reverse";

    @WorkflowMethod
    String reverse(String text);

}
