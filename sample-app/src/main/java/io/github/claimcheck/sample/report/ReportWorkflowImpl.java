package io.github.claimcheck.sample.report;

import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.spring.boot.WorkflowImpl;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/**
 * {@link ReportWorkflow} as three activities, each of which gets its data from the one
 * before.
 */
@WorkflowImpl(taskQueues = ReportWorkflow.TASK_QUEUE)
public class ReportWorkflowImpl implements ReportWorkflow {

    private final ReportActivities activities = Workflow.newActivityStub(ReportActivities.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofMinutes(2))
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(3).build())
                .build());

    @Override
    public byte[] createReport(byte[] csv) {
        CleanOrders orders = activities.parseAndClean(csv);
        Summary summary = activities.aggregate(orders);
        return activities.render(orders, summary);
    }

}
