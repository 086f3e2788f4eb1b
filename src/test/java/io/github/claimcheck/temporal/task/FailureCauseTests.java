package io.github.claimcheck.temporal.task;

import static io.temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE;
import static io.temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED;
import static io.temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE;
import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.enums.v1.QueryResultType;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.failure.v1.ActivityFailureInfo;
import io.temporal.api.failure.v1.ApplicationFailureInfo;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondQueryTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** What the SDK really reports is tested on a server by {@code TaskReportTests}. */
class FailureCauseTests {

    private static final Failure OUT = failure("ExternalStorageTaskFailure", "");

    @Test
    void setsTheCauseWhereTheSdkKnowsNone() {
        assertThat(cause(WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED, OUT))
            .isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE);
        assertThat(cause(WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE, OUT))
            .isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = { "WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED",
            "WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE", "UNRECOGNIZED" })
    void leavesEveryOtherCauseAlone(WorkflowTaskFailedCause cause) {
        assertThat(cause(cause, OUT)).isEqualTo(cause);
    }

    @Test
    void leavesACauseAloneThatIsNotKnownYet() {
        RespondWorkflowTaskFailedRequest failed = RespondWorkflowTaskFailedRequest.newBuilder()
            .setCauseValue(4711)
            .setFailure(OUT)
            .build();
        assertThat(FailureCause.set(failed, task(new IllegalStateException()))).isSameAs(failed);
    }

    @ParameterizedTest
    @ValueSource(strings = { "io.github.claimcheck.temporal.driver.ObjectNotFoundException",
            "io.github.claimcheck.temporal.driver.StorageDriverException" })
    void tellsOurExceptions(String type) {
        assertThat(cause(WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE, failure(type, "")))
            .isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE);
    }

    @Test
    void tellsWhatTheSdkItselfThrows() {
        assertThat(cause(WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
                failure("java.lang.IllegalStateException",
                        "io.temporal.internal.payload.storage.ExternalStoragePayloadTransformer.retrieve(X.java:1)\n")))
            .isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE);
    }

    @Test
    void tellsATaskWithAFailedTransferWhateverTheDriverThrew() {
        RespondWorkflowTaskFailedRequest failed = RespondWorkflowTaskFailedRequest.newBuilder()
            .setCause(WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE)
            .setFailure(failure("com.example.TapeException", ""))
            .build();
        assertThat(FailureCause.set(failed, task(new IllegalStateException())).getCause())
            .isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE);
        assertThat(FailureCause.set(failed, task(null))).isSameAs(failed);
        assertThat(FailureCause.set(failed, task(new CancellationException()))).isSameAs(failed);
    }

    @Test
    void userCodeIsNotTheStoresFault() {
        Failure activity = Failure.newBuilder()
            .setActivityFailureInfo(ActivityFailureInfo.getDefaultInstance())
            .setCause(failure("io.github.claimcheck.temporal.driver.StorageAccessDeniedException", ""))
            .build();
        for (Failure failure : List.of(failure("java.lang.IllegalStateException", ""),
                failure("com.example.ExternalStorageTaskFailure", ""), activity,
                failure("java.lang.RuntimeException", "").toBuilder().setCause(activity).build())) {
            assertThat(cause(WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
                    failure.toBuilder().setMessage("External storage failed").build()))
                .isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
        }
    }

    @Test
    void setsTheCauseOfQueries() {
        RespondQueryTaskCompletedRequest.Builder failed = RespondQueryTaskCompletedRequest.newBuilder()
            .setCompletedType(QueryResultType.QUERY_RESULT_TYPE_FAILED);
        for (RespondQueryTaskCompletedRequest storage : List.of(failed.clone().setFailure(OUT).build(),
                failed.clone()
                    .setErrorMessage("io.github.claimcheck.temporal.driver.ObjectNotFoundException: gone\n\tat x")
                    .build(),
                failed.clone()
                    .setErrorMessage("java.lang.IllegalStateException: No storage driver registered\n"
                            + "\tat io.temporal.internal.payload.storage.X.y(X.java:1)")
                    .build())) {
            assertThat(FailureCause.set(storage, null).getCause())
                .isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE);
        }
        RespondQueryTaskCompletedRequest userCode = failed.clone()
            .setErrorMessage("java.lang.IllegalStateException: External storage failed")
            .build();
        assertThat(FailureCause.set(userCode, null)).isSameAs(userCode);
        assertThat(FailureCause.set(userCode, task(new IllegalStateException())).getCause())
            .isEqualTo(WORKFLOW_TASK_FAILED_CAUSE_EXTERNAL_STORAGE_FAILURE);
        RespondQueryTaskCompletedRequest answered = RespondQueryTaskCompletedRequest.newBuilder()
            .setCompletedType(QueryResultType.QUERY_RESULT_TYPE_ANSWERED)
            .build();
        assertThat(FailureCause.set(answered, task(new IllegalStateException()))).isSameAs(answered);
    }

    private static WorkflowTaskFailedCause cause(WorkflowTaskFailedCause cause, Failure failure) {
        return FailureCause
            .set(RespondWorkflowTaskFailedRequest.newBuilder().setCause(cause).setFailure(failure).build(), null)
            .getCause();
    }

    private static WorkflowTask task(Throwable failure) {
        WorkflowTask task = new WorkflowTask("home", PollWorkflowTaskQueueResponse.getDefaultInstance(), 0);
        task.retrieved().begin("tape", 0);
        task.retrieved().end(List.of(), failure, 1);
        return task;
    }

    private static Failure failure(String type, String stackTrace) {
        return Failure.newBuilder()
            .setStackTrace(stackTrace)
            .setApplicationFailureInfo(ApplicationFailureInfo.newBuilder().setType(type))
            .build();
    }

}
