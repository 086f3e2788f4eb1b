package com.example.interop;

import io.temporal.activity.ActivityOptions;
import io.temporal.spring.boot.WorkflowImpl;
import io.temporal.workflow.Workflow;
import java.time.Duration;

@WorkflowImpl(taskQueues = "${interop.task-queue}")
public class CallWorkflowImpl implements CallWorkflow {

    @Override
    public Document run(Call call) {
        ActivityOptions options = ActivityOptions.newBuilder()
            .setTaskQueue(call.taskQueue())
            .setStartToCloseTimeout(Duration.ofMinutes(1))
            .build();
        return Workflow.newUntypedActivityStub(options).execute(call.activity(), Document.class, call.document());
    }

}
