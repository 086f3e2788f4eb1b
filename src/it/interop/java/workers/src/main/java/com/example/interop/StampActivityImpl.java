package com.example.interop;

import io.temporal.spring.boot.ActivityImpl;
import org.springframework.stereotype.Component;

@Component
@ActivityImpl(taskQueues = "${interop.task-queue}")
class StampActivityImpl implements StampActivity {

    @Override
    public Document stamp(Document document) {
        return new Document(Document.AUTHOR, document.text());
    }

}
