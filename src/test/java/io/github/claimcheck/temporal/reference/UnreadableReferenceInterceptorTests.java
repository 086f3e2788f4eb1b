package io.github.claimcheck.temporal.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.api.common.v1.Memo;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowExecutionStartedEventAttributes;
import io.temporal.api.protocol.v1.Message;
import io.temporal.api.update.v1.Input;
import io.temporal.api.update.v1.Request;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnreadableReferenceInterceptorTests {

    private final UnreadableReferenceInterceptor interceptor = new UnreadableReferenceInterceptor();

    private static Payload reference(String json) {
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("json/protobuf"))
            .putMetadata("messageType", ByteString.copyFromUtf8("temporal.api.sdk.v1.ExternalStorageReference"))
            .setData(ByteString.copyFromUtf8(json))
            .build();
    }

    private static PollWorkflowTaskQueueResponse task(Payload payload) {
        return PollWorkflowTaskQueueResponse.newBuilder()
            .setHistory(History.newBuilder()
                .addEvents(HistoryEvent.newBuilder()
                    .setWorkflowExecutionStartedEventAttributes(WorkflowExecutionStartedEventAttributes.newBuilder()
                        .setInput(io.temporal.api.common.v1.Payloads.newBuilder().addPayloads(payload))
                        .setMemo(Memo.newBuilder().putFields("memo", payload)))))
            .build();
    }

    private String receivedName(String json) {
        PollWorkflowTaskQueueResponse received = ServerAnswers.received(this.interceptor, task(reference(json)));
        WorkflowExecutionStartedEventAttributes started = received.getHistory()
            .getEvents(0)
            .getWorkflowExecutionStartedEventAttributes();
        assertThat(started.getMemo().getFieldsOrThrow("memo")).isEqualTo(started.getInput().getPayloads(0));
        return StorageReference.from(started.getInput().getPayloads(0)).driverName();
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3", "aws.s3driver", "\u30C9\u30E9\u30A4\u30D0", "" })
    void keepsAReferenceThatADriverCanHaveWritten(String name) {
        Payload reference = new StorageReference(name, new StorageDriverClaim(Map.of("key", "a"))).toPayload(5);
        PollWorkflowTaskQueueResponse task = task(reference);

        assertThat(ServerAnswers.received(this.interceptor, task)).isSameAs(task);
        PollWorkflowTaskQueueResponse inline = task(Payloads.of(new byte[2_000_000]));
        assertThat(ServerAnswers.received(this.interceptor, inline)).isSameAs(inline);
    }

    /** The driver, which bounds claims, says what is wrong. */
    @Test
    void keepsAClaimOfAnySize() {
        PollWorkflowTaskQueueResponse task = task(
                reference("{\"driverName\":\"s3\",\"claimData\":{\"key\":\"" + "x".repeat(1_900_000) + "\"}}"));

        assertThat(ServerAnswers.received(this.interceptor, task)).isSameAs(task);
    }

    @Test
    void shortensTheNameOfADriver() {
        assertThat(receivedName("{\"driverName\":\"" + "x".repeat(1_900_000) + "\"}")).hasSizeLessThanOrEqualTo(200)
            .startsWith("xxx")
            .endsWith("…");
        assertThat(receivedName("{\"driverName\":\"" + "x".repeat(201) + "\"}")).endsWith("…");
        assertThat(receivedName("{\"driverName\":\"" + "\uD83D\uDCE6".repeat(500_000) + "\"}"))
            .endsWith("\uD83D\uDCE6…");
    }

    /** Updates come as protocol messages, whose type the server does not declare. */
    @Test
    void shortensTheNameOfADriverInAnUpdate() throws Exception {
        Payload reference = reference("{\"driverName\":\"" + "x".repeat(1_900_000) + "\"}");
        Request update = Request.newBuilder()
            .setInput(
                    Input.newBuilder().setArgs(io.temporal.api.common.v1.Payloads.newBuilder().addPayloads(reference)))
            .build();
        PollWorkflowTaskQueueResponse received = ServerAnswers.received(this.interceptor,
                PollWorkflowTaskQueueResponse.newBuilder()
                    .addMessages(Message.newBuilder().setBody(Any.pack(update)))
                    .addMessages(Message.newBuilder()
                        .setBody(Any.pack(update).toBuilder().setValue(ByteString.copyFromUtf8("malformed"))))
                    .build());
        Payload argument = received.getMessages(0).getBody().unpack(Request.class).getInput().getArgs().getPayloads(0);
        assertThat(StorageReference.from(argument).driverName()).hasSizeLessThanOrEqualTo(200).startsWith("xxx");
        assertThat(received.getMessages(1).getBody().getValue().toStringUtf8()).isEqualTo("malformed");
    }

    @Test
    void escapesTheNameOfADriver() {
        assertThat(receivedName("{\"driverName\":\"a\\n2026-01-01 ERROR\\u0000\\u202e\"}"))
            .isEqualTo("a\\u000a2026-01-01 ERROR\\u0000\\u202e");
    }

    @ParameterizedTest
    @ValueSource(strings = { "no JSON", "{\"driverName\":1", "[]", "{\"claimData\":{\"X\":[}}", "{\"X\":{\"X\":]}}" })
    void saysShortlyThatAReferenceIsMalformed(String json) {
        assertThat(receivedName(json.replace("X", "x\n".repeat(500_000)))).startsWith("malformed reference: ")
            .hasSizeLessThanOrEqualTo(200)
            .doesNotContain("\n");
    }

}
