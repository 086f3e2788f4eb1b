package com.example.consumer;

import io.temporal.activity.ActivityInterface;

/** The work on a document. */
@ActivityInterface
public interface RedactionActivities {

    Document maskDigits(Document document);

}
