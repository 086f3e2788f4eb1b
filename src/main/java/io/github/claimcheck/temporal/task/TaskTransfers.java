package io.github.claimcheck.temporal.task;

import io.github.claimcheck.temporal.internal.InternalApi;
import java.time.Duration;
import java.util.List;

/**
 * The transfers of a workflow task that is over. All texts are as the server or a driver
 * gave them, and not safe to log. Immutable.
 *
 * @param namespace the namespace
 * @param workflowType the type of the workflow
 * @param workflowId the id of the workflow
 * @param runId the id of the run
 * @param attempt the attempt of the task, as the server counts
 * @param answered whether the worker answered the task; otherwise, the server sent
 * another one, or the worker never answered
 * @param time the time in which there was a transfer
 * @param retrieved the downloads
 * @param stored the uploads
 */
@InternalApi
public record TaskTransfers(String namespace, String workflowType, String workflowId, String runId, int attempt,
        boolean answered, Duration time, Amount retrieved, Amount stored) {

    /**
     * The transfers in one direction. A call is one of a driver, for one or more
     * payloads.
     *
     * @param calls the number of calls
     * @param failed the number of calls that failed
     * @param inFlight the number of calls that had not ended when the task was over
     * @param payloads the number of payloads that were transferred
     * @param bytes the serialized size of these payloads
     * @param drivers the names of the drivers, in alphabetical order
     * @param time the time in which there was a transfer in this direction
     */
    public record Amount(int calls, int failed, int inFlight, int payloads, long bytes, List<String> drivers,
            Duration time) {

    }

}
