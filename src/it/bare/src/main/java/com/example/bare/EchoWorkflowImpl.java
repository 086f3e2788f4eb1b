package com.example.bare;

import io.temporal.spring.boot.WorkflowImpl;

/** {@link EchoWorkflow} without an activity. */
@WorkflowImpl(taskQueues = EchoWorkflow.TASK_QUEUE)
public class EchoWorkflowImpl implements EchoWorkflow {

    @Override
    public byte[] echo(byte[] content) {
        return content;
    }

}
