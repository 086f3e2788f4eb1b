package com.example.interop;

import io.temporal.spring.boot.WorkflowImpl;
import io.temporal.workflow.Workflow;

@WorkflowImpl(taskQueues = "${interop.task-queue}")
public class ConversationWorkflowImpl implements ConversationWorkflow {

    private Document latest = new Document(Document.AUTHOR, "");

    private boolean finished;

    @Override
    public Document run() {
        Workflow.await(() -> this.finished);
        return new Document(Document.AUTHOR, this.latest.text());
    }

    @Override
    public void say(Document document) {
        this.latest = document;
    }

    @Override
    public Document compare(Document document) {
        return new Document(Document.AUTHOR, document.text() + this.latest.text());
    }

    @Override
    public Document replace(Document document) {
        Document previous = this.latest;
        this.latest = document;
        return new Document(Document.AUTHOR, previous.text());
    }

    @Override
    public void finish() {
        this.finished = true;
    }

}
