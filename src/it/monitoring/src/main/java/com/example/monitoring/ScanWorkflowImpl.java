package com.example.monitoring;

import io.temporal.activity.ActivityOptions;
import io.temporal.spring.boot.WorkflowImpl;
import io.temporal.workflow.Workflow;
import java.time.Duration;

@WorkflowImpl(taskQueues = "scans")
public class ScanWorkflowImpl implements ScanWorkflow {

    private final ScanActivity activity = Workflow.newActivityStub(ScanActivity.class,
            ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofMinutes(1)).build());

    @Override
    public byte[] reverse(byte[] document) {
        return this.activity.reverse(document);
    }

}
