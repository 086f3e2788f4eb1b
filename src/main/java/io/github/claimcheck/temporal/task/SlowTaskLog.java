package io.github.claimcheck.temporal.task;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.task.TaskTransfers.Amount;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs workflow tasks whose transfers took long, one line a task: at INFO from five
 * seconds on, and at WARN from ten on, the default timeout of a workflow task. The line
 * has the identifier that Temporal's SDKs give their own.
 */
@InternalApi
public final class SlowTaskLog implements WorkflowTaskListener {

    private static final Duration INFO = Duration.ofSeconds(5);

    private static final Duration WARN = Duration.ofSeconds(10);

    private static final Logger logger = LoggerFactory.getLogger(SlowTaskLog.class);

    @Override
    public void taskEnded(TaskTransfers transfers) {
        if (transfers.time().compareTo(WARN) > 0) {
            logger.warn(message(transfers));
        }
        else if (transfers.time().compareTo(INFO) > 0) {
            logger.info(message(transfers));
        }
    }

    private static String message(TaskTransfers task) {
        return "[TMPRL1104] A workflow task spent " + seconds(task.time())
                + " on transfers to and from external storage: " + describe(task.retrieved(), "retrieved")
                + describe(task.stored(), "stored") + "namespace '" + Quoted.of(task.namespace()) + "', workflow type '"
                + Quoted.of(task.workflowType()) + "', workflow id '" + Quoted.of(task.workflowId()) + "', run id '"
                + Quoted.of(task.runId()) + "', attempt " + task.attempt()
                + (task.answered() ? ". " : ", not answered. ")
                + "By default, the server gives a task up after 10 s, and sends it again. Check that the stores are fast "
                + "enough, with the timers temporal.external.storage.retrieve and temporal.external.storage.store. If "
                + "they are, let a task transfer less, raise temporal.external-storage.cache.max-size, or give it more "
                + "time with WorkflowOptions.setWorkflowTaskTimeout";
    }

    private static String describe(Amount amount, String done) {
        if (amount.calls() == 0) {
            return "";
        }
        return amount.payloads() + ((amount.payloads() == 1) ? " payload (" : " payloads (") + amount.bytes()
                + " bytes) " + done + " in " + seconds(amount.time()) + " with " + Quoted.of(amount.drivers())
                + ((amount.failed() > 0) ? ", " + amount.failed() + " calls failed" : "")
                + ((amount.inFlight() > 0) ? ", " + amount.inFlight() + " calls still in flight" : "") + "; ";
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000d);
    }

}
