package com.example.monitoring;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Returns a document from back to front. */
@WorkflowInterface
public interface ScanWorkflow {

    @WorkflowMethod
    byte[] reverse(byte[] document);

}
