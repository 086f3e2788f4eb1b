package com.example.interop;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

@WorkflowInterface
public interface EchoWorkflow {

    @WorkflowMethod(name = "JavaEcho")
    Document run(Document document);

}
