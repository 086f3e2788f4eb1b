package com.example.stores;

import io.temporal.spring.boot.WorkflowImpl;

@WorkflowImpl(taskQueues = ReverseWorkflow.TASK_QUEUE)
public class ReverseWorkflowImpl implements ReverseWorkflow {

    @Override
    public String reverse(String text) {
        return new StringBuilder(text).reverse().toString();
    }

}
