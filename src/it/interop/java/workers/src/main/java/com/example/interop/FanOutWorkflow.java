package com.example.interop;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;

@WorkflowInterface
public interface FanOutWorkflow {

    /** Makes calls at once, each with a document of its own. */
    @WorkflowMethod(name = "JavaFanOut")
    List<String> run(Call call, int calls);

}
