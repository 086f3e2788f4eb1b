package io.github.claimcheck.temporal.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.api.common.v1.Memo;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.failure.v1.ApplicationFailureInfo;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowExecutionFailedEventAttributes;
import io.temporal.api.history.v1.WorkflowExecutionStartedEventAttributes;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EarlyReferenceInterceptorTests {

    private static final Payload INLINE = Payloads.of(new byte[10]);

    private static final Payload EARLY = early(
            "{\"driver_name\":\"d\",\"driver_claim\":{\"claim_data\":{\"key\":\"a\"}}}");

    private static final Payload CURRENT = new StorageReference("d", new StorageDriverClaim(Map.of("key", "a")))
        .toPayload(0)
        .toBuilder()
        .clearExternalPayloads()
        .addExternalPayloads(Payload.ExternalPayloadDetails.newBuilder().setSizeBytes(5_000))
        .build();

    private final EarlyReferenceInterceptor interceptor = new EarlyReferenceInterceptor();

    private static Payload early(String json) {
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("json/external-storage-reference"))
            .setData(ByteString.copyFromUtf8(json))
            .addExternalPayloads(Payload.ExternalPayloadDetails.newBuilder().setSizeBytes(5_000))
            .build();
    }

    /** Returns an answer with payloads in a list, a map and a chain of causes. */
    private static PollWorkflowTaskQueueResponse task(Payload payload) {
        Failure cause = Failure.newBuilder()
            .setApplicationFailureInfo(ApplicationFailureInfo.newBuilder()
                .setDetails(io.temporal.api.common.v1.Payloads.newBuilder().addPayloads(payload)))
            .build();
        return PollWorkflowTaskQueueResponse.newBuilder()
            .setTaskToken(ByteString.copyFromUtf8("token"))
            .setHistory(History.newBuilder()
                .addEvents(HistoryEvent.newBuilder()
                    .setWorkflowExecutionStartedEventAttributes(WorkflowExecutionStartedEventAttributes.newBuilder()
                        .setInput(io.temporal.api.common.v1.Payloads.newBuilder()
                            .addPayloads(INLINE)
                            .addPayloads(payload))
                        .setMemo(Memo.newBuilder().putFields("inline", INLINE).putFields("memo", payload))))
                .addEvents(HistoryEvent.newBuilder()
                    .setWorkflowExecutionFailedEventAttributes(WorkflowExecutionFailedEventAttributes.newBuilder()
                        .setFailure(Failure.newBuilder().setMessage("failed").setCause(cause)))))
            .build();
    }

    @Test
    void rewritesEarlyReferencesWhereverTheyAre() {
        assertThat(ServerAnswers.received(this.interceptor, task(EARLY))).isEqualTo(task(CURRENT));
    }

    @Test
    void keepsAnAnswerWithoutEarlyReferences() {
        for (Payload payload : new Payload[] { INLINE, CURRENT }) {
            PollWorkflowTaskQueueResponse task = task(payload);

            assertThat(ServerAnswers.received(this.interceptor, task)).isSameAs(task);
        }
    }

    /** The converter says what is wrong. */
    @ParameterizedTest
    @ValueSource(strings = { "not json", "{}", "{\"driver_name\":\"d\"}" })
    void keepsAnEarlyReferenceThatCannotBeRead(String json) {
        PollWorkflowTaskQueueResponse task = task(early(json));

        assertThat(ServerAnswers.received(this.interceptor, task)).isSameAs(task);
    }

    @Test
    void keepsAnswersThatHoldNoPayloads() {
        GetSystemInfoResponse answer = GetSystemInfoResponse.newBuilder().setServerVersion("1.32.0").build();

        assertThat(ServerAnswers.<Object>received(this.interceptor, answer)).isSameAs(answer);
        assertThat(ServerAnswers.<Object>received(this.interceptor, "no message")).isEqualTo("no message");
        WorkflowExecution execution = WorkflowExecution.newBuilder().setRunId("run").build();
        assertThat(ServerAnswers.<Object>received(this.interceptor, execution)).isSameAs(execution);
    }

}
