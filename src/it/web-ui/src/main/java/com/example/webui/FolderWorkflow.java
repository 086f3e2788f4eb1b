package com.example.webui;

import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Keeps a document, and runs until it is closed. */
@WorkflowInterface
public interface FolderWorkflow {

    /** Returns how many lines the document has. */
    @WorkflowMethod
    int keep(Document document);

    @QueryMethod
    Document document();

    @SignalMethod
    void replace(Document document);

    @SignalMethod
    void close();

}
