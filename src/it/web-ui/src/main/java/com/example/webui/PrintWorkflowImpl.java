package com.example.webui;

import io.temporal.spring.boot.WorkflowImpl;
import java.util.Locale;

/** Returns the document in capital letters, as it was printed. */
@WorkflowImpl(taskQueues = WebUiApplication.TASK_QUEUE)
public class PrintWorkflowImpl implements PrintWorkflow {

    @Override
    public Document print(Order order, Document document) {
        return new Document(order.customer(),
                document.lines().stream().map((line) -> line.toUpperCase(Locale.ROOT)).toList());
    }

}
