package io.github.claimcheck.sample.report;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.util.UUID;
import org.springframework.stereotype.Service;

/** Starts reports and finds them again. */
@Service
public class ReportService {

    private final WorkflowClient client;

    ReportService(WorkflowClient client) {
        this.client = client;
    }

    /**
     * Starts a report without waiting for it.
     * @return the workflow id
     */
    public String start(byte[] csv) {
        String workflowId = "report-" + UUID.randomUUID();
        ReportWorkflow workflow = client.newWorkflowStub(ReportWorkflow.class,
                WorkflowOptions.newBuilder().setWorkflowId(workflowId).setTaskQueue(ReportWorkflow.TASK_QUEUE).build());
        WorkflowClient.start(workflow::createReport, csv);
        return workflowId;
    }

    /** The workflow with this id, be there one or not. */
    public WorkflowStub find(String workflowId) {
        return client.newUntypedWorkflowStub(workflowId);
    }

}
