package io.github.claimcheck.temporal.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import io.github.claimcheck.temporal.driver.PayloadTooLargeException;
import io.temporal.api.failure.v1.ApplicationFailureInfo;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowTaskScheduledEventAttributes;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server's side of it is tested by {@code TaskFailureTests}. */
class TaskFailureInterceptorTests {

    private static final String TOO_LARGE = new PayloadTooLargeException(2, 1, "s3", "max").getMessage();

    @ParameterizedTest
    @CsvSource({ "2, 250", "3, 500", "4, 1000", "5, 2000", "6, 4000", "7, 4000", "1000000, 4000" })
    void thePauseGrowsToFourSeconds(int attempt, long pause) {
        assertThat(TaskFailureInterceptor
            .pauseMillis(PollWorkflowTaskQueueResponse.newBuilder().setAttempt(attempt).build())).isEqualTo(pause);
    }

    @Test
    void thePauseIsAtMostHalfOfTheTasksTimeout() {
        assertThat(TaskFailureInterceptor.pauseMillis(PollWorkflowTaskQueueResponse.newBuilder()
            .setAttempt(10)
            .setHistory(History.newBuilder()
                .addEvents(HistoryEvent.newBuilder()
                    .setWorkflowTaskScheduledEventAttributes(WorkflowTaskScheduledEventAttributes.newBuilder()
                        .setStartToCloseTimeout(Durations.fromSeconds(2)))))
            .build())).isEqualTo(1000);
    }

    @Test
    void tellsStorageFailuresFromOthers() {
        assertThat(StorageFailures.isStorageFailure(failure("External storage store failed", ""))).isTrue();
        assertThat(StorageFailures.isStorageFailure(failure("x", "java.lang.RuntimeException").toBuilder()
            .setCause(failure("y", "io.github.claimcheck.temporal.driver.StorageDriverException"))
            .build())).isTrue();
        assertThat(StorageFailures.isStorageFailure(failure("boom", "java.lang.IllegalStateException"))).isFalse();
    }

    @Test
    void tellsPayloadsThatAreTooLarge() {
        assertThat(StorageFailures
            .isTooLarge(failure("External storage failed: " + TOO_LARGE, "ExternalStorageTaskFailure"))).isTrue();
        assertThat(StorageFailures.isTooLarge(failure("x", PayloadTooLargeException.class.getName()))).isTrue();
        assertThat(StorageFailures.isTooLarge(failure(TOO_LARGE, "com.example.Quoting"))).isFalse();
        assertThat(StorageFailures.isTooLarge(failure("External storage failed: denied", "ExternalStorageTaskFailure")))
            .isFalse();
    }

    private static Failure failure(String message, String type) {
        return Failure.newBuilder()
            .setMessage(message)
            .setApplicationFailureInfo(ApplicationFailureInfo.newBuilder().setType(type))
            .build();
    }

}
