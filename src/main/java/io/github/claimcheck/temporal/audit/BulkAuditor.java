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
        String namespace = client.getOptions().getNamespace();
        Totals totals = new Totals();
        List<HistoryAudit> affected = new ArrayList<>();
        int workflows = 0;
        PageToken page = (token != null) ? PageToken.parse(token) : PageToken.FIRST;
        PageToken next;
        do {
            ListWorkflowExecutionsResponse response = client.getWorkflowServiceStubs()
                .blockingStub()
                .listWorkflowExecutions(ListWorkflowExecutionsRequest.newBuilder()
                    .setNamespace(namespace)
                    .setQuery(query)
                    .setPageSize(PAGE_SIZE)
                    .setNextPageToken(page.page())
                    .build());
            List<WorkflowExecutionInfo> found = response.getExecutionsList();
            int index = page.index();
            while (index < found.size() && workflows < maxWorkflows && bound.allows(totals.getReferences())) {
                HistoryAudit audit = audit(client, found.get(index++), bound.without(totals.getReferences()));
                if (audit != null) {
                    workflows++;
                    totals.add(audit.totals());
                    report(audit, affected);
                }
            }
            next = page.after(index, found.size(), response.getNextPageToken());
            page = (next != null) ? next : page;
        }
        while (next != null && workflows < maxWorkflows && bound.allows(totals.getReferences()));
        String summary = workflows + ((workflows == 1) ? " workflow, " : " workflows, ") + totals
                + ((next != null) ? "; there are more: go on with next" : "");
        logger.atLevel(totals.isSound() ? Level.INFO : Level.WARN)
            .log("Audited external storage in the namespace '{}' [{}]: {}", namespace, Quoted.of(query), summary);
        return new BulkAudit(summary, namespace, workflows, totals, (next != null) ? next.toString() : null, affected);
    }

    /** Returns the audit of a workflow; null if its history was deleted meanwhile. */
    private @Nullable HistoryAudit audit(WorkflowClient client, WorkflowExecutionInfo workflow, AuditBound bound) {
        try {
            return this.histories.audit(client, workflow.getExecution(), 0, bound);
        }
        catch (StatusRuntimeException ex) {
            if (ex.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return null;
            }
            throw ex;
        }
    }

    private static void report(HistoryAudit audit, List<HistoryAudit> affected) {
        if (audit.totals().isSound() && audit.next() == null) {
            return;
        }
        logger.atLevel((audit.totals().isSound() || affected.size() >= MAX_AFFECTED) ? Level.DEBUG : Level.WARN)
            .log("Not all references of the workflow '{}' with the run id {} in the namespace '{}' lead to what was "
                    + "stored: {}. Ask the endpoint externalstorage for this workflow.", Quoted.of(audit.workflowId()),
                    audit.runId(), audit.namespace(), audit.summary());
        if (affected.size() < MAX_AFFECTED) {
            affected.add(new HistoryAudit(audit.summary(), audit.namespace(), audit.workflowId(), audit.runId(),
                    audit.totals(), audit.next(), List.of()));
        }
    }

    /**
     * Where an audit goes on.
     *
     * @param index the index of the workflow on its page
     * @param page the server's token of the page; empty for the first one
     */
    private record PageToken(int index, ByteString page) {

        static final PageToken FIRST = new PageToken(0, ByteString.EMPTY);

        static PageToken parse(String token) {
            String[] parts = token.split("\\.", 2);
            if (parts.length < 2) {
                throw new IllegalArgumentException("The token is not one of an audit");
            }
            return new PageToken(Integer.parseUnsignedInt(parts[0]),
                    ByteString.copyFrom(Base64.getUrlDecoder().decode(parts[1])));
        }

        /** Returns where to go on after some workflows of the page; null at the end. */
        @Nullable PageToken after(int audited, int size, ByteString nextPage) {
            if (audited < size) {
                return new PageToken(audited, this.page);
            }
            return nextPage.isEmpty() ? null : new PageToken(0, nextPage);
        }

        @Override
        public String toString() {
            return this.index + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(this.page.toByteArray());
        }

    }

}
