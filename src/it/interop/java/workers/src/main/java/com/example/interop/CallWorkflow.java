package com.example.interop;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Has an activity of another worker do the work. */
@WorkflowInterface
public interface CallWorkflow {

    @WorkflowMethod(name = "JavaCall")
    Document run(Call call);

}
