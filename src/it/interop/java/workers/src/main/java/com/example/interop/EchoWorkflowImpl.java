package com.example.interop;

import io.temporal.spring.boot.WorkflowImpl;

@WorkflowImpl(taskQueues = "${interop.task-queue}")
public class EchoWorkflowImpl implements EchoWorkflow {

    @Override
    public Document run(Document document) {
        return new Document(Document.AUTHOR, document.text());
    }

}
