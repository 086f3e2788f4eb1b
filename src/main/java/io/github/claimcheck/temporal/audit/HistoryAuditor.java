package io.github.claimcheck.temporal.audit;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.payload.storage.StorageDriver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Audits histories: reads them page by page, and asks the stores whether each reference
 * leads to what was stored. Few objects are asked for at the same time, so that tasks are
 * not kept waiting. Blocks its caller. Thread-safe.
 */
@InternalApi
public final class HistoryAuditor {

    private final Collection<StorageDriver> drivers;

    /**
     * Creates an auditor.
     * @param drivers the drivers that references may name
     */
    public HistoryAuditor(Collection<StorageDriver> drivers) {
        this.drivers = List.copyOf(drivers);
    }

    /**
     * Audits a history.
     * @param client the client of the workflow's namespace
     * @param workflow the workflow; without a run id its latest run
     * @param from the number of references to skip
     * @param bound the bound on this audit
     * @return the audit
     * @throws io.grpc.StatusRuntimeException if the history cannot be read
     */
    public HistoryAudit audit(WorkflowClient client, WorkflowExecution workflow, int from, AuditBound bound) {
        List<AuditedReference> references = new ArrayList<>();
        HistoryAudit audit = audit(client, workflow, from, bound, references::add);
        return audit.with(references);
    }

    /** Audits a history, and keeps no references. */
    HistoryAudit audit(WorkflowClient client, WorkflowExecution workflow, int from, AuditBound bound,
            Consumer<AuditedReference> audited) {
        String namespace = client.getOptions().getNamespace();
        WorkflowServiceBlockingStub stub = client.getWorkflowServiceStubs().blockingStub();
        WorkflowExecution run = workflow.getRunId().isEmpty() ? latestRun(stub, namespace, workflow, bound) : workflow;
        Totals totals = new Totals();
        AuditWindow window = new AuditWindow(new ReferenceAuditor(this.drivers), from, bound, (reference) -> {
            totals.add(reference);
            audited.accept(reference);
        });
        try {
            ByteString page = ByteString.EMPTY;
            do {
                GetWorkflowExecutionHistoryResponse response = page(stub, namespace, run, page, bound);
                page = response.getNextPageToken();
                for (HistoryEvent event : response.getHistory().getEventsList()) {
                    EventReferences.in(event).forEach(window::add);
                }
            }
            while (!page.isEmpty() && !window.isOver());
            window.finish();
        }
        finally {
            window.cancel();
        }
        Integer next = window.isOver() ? window.next() : null;
        return new HistoryAudit(
                totals + ((next != null) ? "; go on with runId=" + run.getRunId() + " and from=" + next : ""),
                namespace, run.getWorkflowId(), run.getRunId(), totals, next, List.of());
    }

    private static GetWorkflowExecutionHistoryResponse page(WorkflowServiceBlockingStub stub, String namespace,
            WorkflowExecution run, ByteString page, AuditBound bound) {
        return TemporalCalls.call(bound,
                () -> stub.getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                    .setNamespace(namespace)
                    .setExecution(run)
                    .setNextPageToken(page)
                    .build()));
    }

    private static WorkflowExecution latestRun(WorkflowServiceBlockingStub stub, String namespace,
            WorkflowExecution workflow, AuditBound bound) {
        return TemporalCalls.call(bound, () -> stub.describeWorkflowExecution(
                DescribeWorkflowExecutionRequest.newBuilder().setNamespace(namespace).setExecution(workflow).build()))
            .getWorkflowExecutionInfo()
            .getExecution();
    }

}
