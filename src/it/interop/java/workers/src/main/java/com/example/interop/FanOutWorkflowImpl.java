package com.example.interop;

import io.temporal.activity.ActivityOptions;
import io.temporal.spring.boot.WorkflowImpl;
import io.temporal.workflow.ActivityStub;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

@WorkflowImpl(taskQueues = "${interop.task-queue}")
public class FanOutWorkflowImpl implements FanOutWorkflow {

    @Override
    public List<String> run(Call call, int calls) {
        ActivityStub activity = Workflow.newUntypedActivityStub(ActivityOptions.newBuilder()
            .setTaskQueue(call.taskQueue())
            .setStartToCloseTimeout(Duration.ofMinutes(1))
            .build());
        List<Promise<Document>> stamped = IntStream.range(0, calls)
            .mapToObj((i) -> activity.executeAsync(call.activity(), Document.class,
                    new Document("java", i + call.document().text())))
            .toList();
        return stamped.stream().map((document) -> document.get().author()).toList();
    }

}
