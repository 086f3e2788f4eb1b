package io.github.claimcheck.temporal.audit;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.AuditedObject.State;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Audits histories: reads them page by page, and asks the stores whether each reference
 * leads to what was stored. Few objects are asked for at the same time, so that tasks are
 * not kept waiting. Blocks its caller. Thread-safe.
 */
@InternalApi
public final class HistoryAuditor {

    /** The objects that one audit asks for at the same time. */
    private static final int CONCURRENT = 8;

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
        String namespace = client.getOptions().getNamespace();
        WorkflowServiceBlockingStub stub = client.getWorkflowServiceStubs().blockingStub();
        WorkflowExecution run = workflow.getRunId().isEmpty() ? latestRun(stub, namespace, workflow) : workflow;
        Batches batches = new Batches(from, bound);
        ByteString page = ByteString.EMPTY;
        do {
            GetWorkflowExecutionHistoryResponse response = stub
                .getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                    .setNamespace(namespace)
                    .setExecution(run)
                    .setNextPageToken(page)
                    .build());
            page = response.getNextPageToken();
            for (HistoryEvent event : response.getHistory().getEventsList()) {
                EventReferences.in(event).forEach(batches::add);
            }
        }
        while (!page.isEmpty() && !batches.isOver());
        batches.end();
        Integer next = batches.isOver() ? batches.next() : null;
        return new HistoryAudit(
                batches.totals + ((next != null) ? "; go on with runId=" + run.getRunId() + " and from=" + next : ""),
                namespace, run.getWorkflowId(), run.getRunId(), batches.totals, next, batches.audited);
    }

    private static WorkflowExecution latestRun(WorkflowServiceBlockingStub stub, String namespace,
            WorkflowExecution workflow) {
        return stub.describeWorkflowExecution(
                DescribeWorkflowExecutionRequest.newBuilder().setNamespace(namespace).setExecution(workflow).build())
            .getWorkflowExecutionInfo()
            .getExecution();
    }

    /** Collects references and asks for a few of them at the same time. */
    private final class Batches {

        private final int from;

        private final AuditBound bound;

        private final ReferenceAuditor auditor = new ReferenceAuditor(HistoryAuditor.this.drivers);

        private final Totals totals = new Totals();

        private final List<AuditedReference> audited = new ArrayList<>();

        private final List<FoundReference> batch = new ArrayList<>();

        private int seen;

        private boolean over;

        Batches(int from, AuditBound bound) {
            this.from = from;
            this.bound = bound;
        }

        void add(FoundReference reference) {
            int number = this.seen++;
            if (number < this.from || this.over) {
                return;
            }
            if (!this.bound.allows(this.audited.size() + this.batch.size())) {
                end();
                this.over = true;
                return;
            }
            this.batch.add(reference);
            if (this.batch.size() == CONCURRENT) {
                end();
            }
        }

        /** Asks for the references that are left. */
        void end() {
            List<CompletableFuture<AuditedReference>> asked = this.batch.stream().map(this.auditor::audit).toList();
            for (int i = 0; i < asked.size(); i++) {
                AuditedReference reference = await(this.batch.get(i), asked.get(i));
                this.totals.add(reference);
                this.audited.add(reference);
            }
            this.batch.clear();
        }

        private AuditedReference await(FoundReference found, CompletableFuture<AuditedReference> asked) {
            try {
                return asked.get(this.bound.remainingMillis(), TimeUnit.MILLISECONDS);
            }
            catch (TimeoutException ex) {
                // What comes after it belongs to the next audit.
                asked.cancel(true);
                return unanswered(found, "The store did not answer before the audit's time was over");
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("The audit was interrupted", ex);
            }
            catch (ExecutionException ex) {
                throw new IllegalStateException("An audit of an object does not fail", ex.getCause());
            }
        }

        private AuditedReference unanswered(FoundReference found, String detail) {
            return new AuditedReference(found.eventId(), found.eventType(), found.field(), found.size(), "", "",
                    State.UNREACHABLE, detail, List.of());
        }

        boolean isOver() {
            return this.over;
        }

        int next() {
            return this.from + this.audited.size();
        }

    }

}
