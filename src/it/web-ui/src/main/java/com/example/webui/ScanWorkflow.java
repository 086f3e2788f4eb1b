package com.example.webui;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Has payloads that are not JSON. */
@WorkflowInterface
public interface ScanWorkflow {

    @WorkflowMethod
    byte[] scan(byte[] image);

}
