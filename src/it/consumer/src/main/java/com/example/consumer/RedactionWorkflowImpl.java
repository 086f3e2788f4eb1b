package com.example.consumer;

import io.temporal.activity.ActivityOptions;
import io.temporal.spring.boot.WorkflowImpl;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** {@link RedactionWorkflow} as one activity. */
@WorkflowImpl(taskQueues = RedactionWorkflow.TASK_QUEUE)
public class RedactionWorkflowImpl implements RedactionWorkflow {

    private final RedactionActivities activities = Workflow.newActivityStub(RedactionActivities.class,
            ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofMinutes(1)).build());

    @Override
    public Document redact(Document document) {
        return this.activities.maskDigits(document);
    }

}
