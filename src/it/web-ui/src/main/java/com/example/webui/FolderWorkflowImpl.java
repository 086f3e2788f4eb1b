package com.example.webui;

import io.temporal.spring.boot.WorkflowImpl;
import io.temporal.workflow.Workflow;

/** {@link FolderWorkflow} without an activity. */
@WorkflowImpl(taskQueues = WebUiApplication.TASK_QUEUE)
public class FolderWorkflowImpl implements FolderWorkflow {

    private Document document;

    private boolean closed;

    @Override
    public int keep(Document document) {
        // A signal may come before.
        if (this.document == null) {
            this.document = document;
        }
        Workflow.await(() -> this.closed);
        return this.document.lines().size();
    }

    @Override
    public Document document() {
        return this.document;
    }

    @Override
    public void replace(Document document) {
        this.document = document;
    }

    @Override
    public void close() {
        this.closed = true;
    }

}
