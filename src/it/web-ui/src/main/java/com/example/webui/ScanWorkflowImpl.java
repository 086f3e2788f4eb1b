package com.example.webui;

import io.temporal.spring.boot.WorkflowImpl;

/** Returns what it gets. */
@WorkflowImpl(taskQueues = WebUiApplication.TASK_QUEUE)
public class ScanWorkflowImpl implements ScanWorkflow {

    @Override
    public byte[] scan(byte[] image) {
        return image;
    }

}
