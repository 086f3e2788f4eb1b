package io.github.claimcheck.temporal.audit;

import io.github.claimcheck.temporal.internal.InternalApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The audit of a history, or of a part of it.
 *
 * @param summary what was found, in one line
 * @param namespace the namespace of the workflow
 * @param workflowId the id of the workflow
 * @param runId the id of the run
 * @param totals the number of references by state
 * @param next the number of the reference to go on with; null if there are no more
 * @param references the references in the order of the history
 */
@InternalApi
public record HistoryAudit(String summary, String namespace, String workflowId, String runId, Totals totals,
        @Nullable Integer next, List<AuditedReference> references) {

    /**
     * Returns the same audit with other references.
     * @param references the references
     * @return the audit
     */
    public HistoryAudit with(List<AuditedReference> references) {
        return new HistoryAudit(this.summary, this.namespace, this.workflowId, this.runId, this.totals, this.next,
                references);
    }

}
