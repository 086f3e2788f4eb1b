package io.github.claimcheck.sample.report;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Turns a CSV file of orders into a report. */
@WorkflowInterface
public interface ReportWorkflow {

    /** The task queue of the workflow and its activities. */
    String TASK_QUEUE = "reports";

    /**
     * Creates a report. Both files are bytes, not strings: bytes become payloads as they
     * are, without JSON escapes.
     * @param csv a CSV file in UTF-8 with the columns of {@link OrdersCsv.Column}
     * @return an HTML page in UTF-8
     */
    @WorkflowMethod
    byte[] createReport(byte[] csv);

}
