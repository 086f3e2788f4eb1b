package io.github.claimcheck.temporal.audit;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.Quoted;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import io.temporal.client.WorkflowClient;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Audits the histories of the workflows that a visibility query finds, and logs what is
 * wrong. Blocks its caller. Thread-safe.
 */
@InternalApi
public final class BulkAuditor {

    private static final Logger logger = LoggerFactory.getLogger(BulkAuditor.class);

    private static final int PAGE_SIZE = 100;

    private static final int MAX_AFFECTED = 100;

    private final HistoryAuditor histories;

    /**
     * Creates an auditor.
     * @param histories audits each history
     */
    public BulkAuditor(HistoryAuditor histories) {
        this.histories = histories;
    }

    /**
     * Returns whether a text is the token of an earlier audit.
     * @param token the text
     * @return whether an audit can go on with it
     */
    public static boolean isToken(String token) {
        try {
            PageToken.parse(token);
            return true;
        }
        catch (IllegalArgumentException ex) {
            return false;
        }
    }

    /**
     * Audits histories.
     * @param client the client of the namespace
     * @param query a visibility query; empty for all workflows
     * @param maxWorkflows the maximum number of workflows
     * @param token the token of an earlier audit to go on with; null to begin
     * @param bound the bound on all of it
     * @return the totals, and what is wrong
     * @throws StatusRuntimeException if the workflows cannot be listed
     * @throws IllegalArgumentException if the token is not one
     */
    public BulkAudit audit(WorkflowClient client, String query, int maxWorkflows, @Nullable String token,
            AuditBound bound) {
        Run run = new Run(client, query, bound);
        PageToken next = (token != null) ? PageToken.parse(token) : PageToken.FIRST;
        String stopped = null;
        try {
            while (next != null && run.workflows < maxWorkflows && bound.allows(run.totals.getReferences())) {
                next = run.page(next, maxWorkflows);
            }
        }
        catch (InterruptedAudit ex) {
            next = ex.next;
            stopped = ex.getMessage();
        }
        return run.end(next, stopped);
    }

    /** An audit of one query. */
    private final class Run {

        private final WorkflowClient client;

        private final String namespace;

        private final String query;

        private final AuditBound bound;

        private final Totals totals = new Totals();

        private final List<HistoryAudit> affected = new ArrayList<>();

        private int workflows;

        Run(WorkflowClient client, String query, AuditBound bound) {
            this.client = client;
            this.namespace = client.getOptions().getNamespace();
            this.query = query;
            this.bound = bound;
        }

        /** Audits what is left of a page, and returns where to go on; null at the end. */
        @Nullable PageToken page(PageToken token, int maxWorkflows) {
            ListWorkflowExecutionsResponse response = TemporalCalls.call(this.bound,
                    () -> this.client.getWorkflowServiceStubs()
                        .blockingStub()
                        .listWorkflowExecutions(ListWorkflowExecutionsRequest.newBuilder()
                            .setNamespace(this.namespace)
                            .setQuery(this.query)
                            .setPageSize(PAGE_SIZE)
                            .setNextPageToken(token.page())
                            .build()));
            PageToken done = token;
            for (WorkflowExecutionInfo workflow : token.rest(response.getExecutionsList())) {
                if (this.workflows >= maxWorkflows || !this.bound.allows(this.totals.getReferences())) {
                    return done;
                }
                String runId = workflow.getExecution().getRunId();
                HistoryAudit audit = audit(workflow, done.from(runId), done);
                if (audit != null && audit.next() != null) {
                    return done.at(runId, audit.next());
                }
                this.workflows += (audit != null) ? 1 : 0;
                done = done.after(runId);
            }
            return response.getNextPageToken().isEmpty() ? null : PageToken.of(response.getNextPageToken());
        }

        /** Audits a history. Returns null if it was deleted meanwhile. */
        private @Nullable HistoryAudit audit(WorkflowExecutionInfo workflow, int from, PageToken done) {
            try {
                HistoryAudit audit = BulkAuditor.this.histories.audit(this.client, workflow.getExecution(), from,
                        this.bound.without(this.totals.getReferences()), (reference) -> {
                        });
                this.totals.add(audit.totals());
                report(audit);
                return audit;
            }
            catch (StatusRuntimeException ex) {
                if (ex.getStatus().getCode() == Status.Code.NOT_FOUND) {
                    return null;
                }
                if (TemporalCalls.isPassing(ex)) {
                    throw new InterruptedAudit(done, ex);
                }
                throw ex;
            }
        }

        private void report(HistoryAudit audit) {
            if (audit.totals().isSound()) {
                return;
            }
            logger.atLevel((this.affected.size() < MAX_AFFECTED) ? Level.WARN : Level.DEBUG)
                .log("The workflow '{}' with the run id {} in the namespace '{}' has references that do not lead to "
                        + "what was stored, or could not be checked: {}. Ask the endpoint externalstorage for this "
                        + "workflow.", Quoted.of(audit.workflowId()), audit.runId(), audit.namespace(),
                        audit.summary());
            if (this.affected.size() < MAX_AFFECTED) {
                this.affected.add(audit);
            }
        }

        BulkAudit end(@Nullable PageToken next, @Nullable String stopped) {
            String summary = this.workflows + ((this.workflows == 1) ? " workflow, " : " workflows, ") + this.totals
                    + ((stopped != null) ? "; stopped by " + stopped : "")
                    + ((next != null) ? "; this is not all: go on with next" : "");
            logger.atLevel((this.totals.isSound() && stopped == null) ? Level.INFO : Level.WARN)
                .log("Audited external storage in the namespace '{}' [{}]: {}", this.namespace, Quoted.of(this.query),
                        summary);
            return new BulkAudit(summary, this.namespace, this.workflows, this.totals,
                    (next != null) ? next.toString() : null, this.affected);
        }

    }

    /** The Temporal server was too busy to go on. */
    @SuppressWarnings("serial") // It is never serialized.
    private static final class InterruptedAudit extends RuntimeException {

        private final transient PageToken next;

        InterruptedAudit(PageToken next, StatusRuntimeException cause) {
            super("the Temporal server: " + Quoted.of(cause.getMessage()), cause);
            this.next = next;
        }

    }

    /**
     * Where an audit goes on: after a run on a page of the server, or within it. A run
     * that is no longer on its page, because the query does not find it any more, begins
     * the page again: auditing twice does no harm.
     *
     * @param page the server's token of the page; empty for the first one
     * @param runId the run that was last audited on the page; empty for none
     * @param nextReference the number of its reference to go on with; 0 if none is left
     */
    private record PageToken(ByteString page, String runId, int nextReference) {

        static final PageToken FIRST = of(ByteString.EMPTY);

        static PageToken of(ByteString page) {
            return new PageToken(page, "", 0);
        }

        static PageToken parse(String token) {
            String[] parts = token.split("\\.", -1);
            if (parts.length != 3 || !parts[0].matches("[0-9]{1,9}")) {
                throw new IllegalArgumentException("The token is not one of an audit");
            }
            return new PageToken(ByteString.copyFrom(Base64.getUrlDecoder().decode(parts[2])), parts[1],
                    Integer.parseInt(parts[0]));
        }

        /** Returns what is left of the page. */
        List<WorkflowExecutionInfo> rest(List<WorkflowExecutionInfo> found) {
            for (int i = 0; i < found.size(); i++) {
                if (found.get(i).getExecution().getRunId().equals(this.runId)) {
                    return found.subList((this.nextReference > 0) ? i : i + 1, found.size());
                }
            }
            return found;
        }

        /** Returns the number of the reference to begin a run with. */
        int from(String run) {
            return run.equals(this.runId) ? this.nextReference : 0;
        }

        PageToken after(String run) {
            return new PageToken(this.page, run, 0);
        }

        PageToken at(String run, int reference) {
            return new PageToken(this.page, run, reference);
        }

        @Override
        public String toString() {
            return this.nextReference + "." + this.runId + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(this.page.toByteArray());
        }

    }

}
