package com.example.interop;

import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

@WorkflowInterface
public interface ConversationWorkflow {

    @WorkflowMethod(name = "JavaConversation")
    Document run();

    @SignalMethod
    void say(Document document);

    /** Returns the argument and, behind it, what was said last. */
    @QueryMethod
    Document compare(Document document);

    /** Returns what was said before. */
    @UpdateMethod
    Document replace(Document document);

    @SignalMethod
    void finish();

}
