package io.github.claimcheck.temporal.audit;

import io.github.claimcheck.temporal.internal.InternalApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The audit of many histories.
 *
 * @param summary what was found, in one line
 * @param namespace the namespace of the workflows
 * @param workflows the number of histories that were audited
 * @param totals the number of references by state
 * @param next the token to go on with; null if no workflow of the query is left
 * @param affected the audits, without their references, of histories that lead to objects
 * that are not as they were stored, or of which only a part was audited
 */
@InternalApi
public record BulkAudit(String summary, String namespace, int workflows, Totals totals, @Nullable String next,
        List<HistoryAudit> affected) {

}
