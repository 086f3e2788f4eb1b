package io.github.claimcheck.temporal.task;

import io.github.claimcheck.temporal.driver.StorageDriverException;
import io.temporal.api.enums.v1.QueryResultType;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.workflowservice.v1.RespondQueryTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest;
import org.jspecify.annotations.Nullable;

/**
 * Sets the cause of workflow tasks and queries that failed for external storage, where
 * the SDK knows no better one.
 * <p>
 * Messages do not count, since workflow code may fail with any. Nor do causes of the
 * failure: a workflow task that fails because workflow code rethrows the failure of an
 * activity did not fail for storage, even if the activity did.
 */
final class FailureCause {

    private static final WorkflowTaskFailedCause STORAGE = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE;

    /** The SDK's type of failures to store what a task returns. */
    private static final String SDK_TYPE = "ExternalStorageTaskFailure";

    /**
     * Where the SDK finds that it has no driver for a reference, or cannot read it. These
     * failures have types of the JDK.
     */
    private static final String SDK_FRAMES = "io.temporal.internal.payload.storage.";

    private static final String DRIVER_EXCEPTIONS = StorageDriverException.class.getPackageName() + ".";

    private FailureCause() {
    }

    /**
     * Returns the report of a failed workflow task with its cause.
     * @param failed the report
     * @param task the task; null if it is unknown
     * @return the report, changed only if its cause is none or the general one
     */
    static RespondWorkflowTaskFailedRequest set(RespondWorkflowTaskFailedRequest failed, @Nullable WorkflowTask task) {
        boolean general = switch (failed.getCause()) {
            case WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED, WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE ->
                true;
            default -> false;
        };
        return (general && (hasFailedTransfer(task) || isStorage(failed.getFailure())))
                ? failed.toBuilder().setCause(STORAGE).build() : failed;
    }

    /**
     * Returns the answer to a query with the cause of its failure.
     * @param answer the answer
     * @param task the query's task; null if it is unknown
     * @return the answer, changed only if it has no cause
     */
    static RespondQueryTaskCompletedRequest set(RespondQueryTaskCompletedRequest answer, @Nullable WorkflowTask task) {
        boolean general = answer.getCompletedType() == QueryResultType.QUERY_RESULT_TYPE_FAILED
                && answer.getCause() == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED;
        return (general
                && (hasFailedTransfer(task) || isStorage(answer.getFailure()) || isStorage(answer.getErrorMessage())))
                        ? answer.toBuilder().setCause(STORAGE).build() : answer;
    }

    /** Tells failures of drivers with exceptions of any type. */
    private static boolean hasFailedTransfer(@Nullable WorkflowTask task) {
        return task != null && task.hasFailedTransfer();
    }

    private static boolean isStorage(Failure failure) {
        String type = failure.getApplicationFailureInfo().getType();
        return type.equals(SDK_TYPE) || type.startsWith(DRIVER_EXCEPTIONS)
                || failure.getStackTrace().contains(SDK_FRAMES);
    }

    /** Tells a stack trace, which is all that the SDK says of a query that failed. */
    private static boolean isStorage(String stackTrace) {
        return stackTrace.startsWith(DRIVER_EXCEPTIONS) || stackTrace.contains("\tat " + SDK_FRAMES);
    }

}
