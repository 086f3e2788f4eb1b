package com.example.consumer;

import io.temporal.spring.boot.ActivityImpl;
import org.springframework.stereotype.Component;

/** {@link RedactionActivities} in memory. */
@Component
@ActivityImpl(taskQueues = RedactionWorkflow.TASK_QUEUE)
public class RedactionActivitiesImpl implements RedactionActivities {

    @Override
    public Document maskDigits(Document document) {
        return new Document(document.title(), document.text().replaceAll("[0-9]", "#"));
    }

}
