package io.github.claimcheck.sample.history;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.github.claimcheck.sample.history.PayloadRow.Kind;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.sdk.v1.ExternalStorageReference;
import io.temporal.client.WorkflowClient;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * Lists the payloads of an event history as the Temporal server holds them: a reference
 * stays a reference.
 */
@Component
public class PayloadHistory {

    private final WorkflowClient client;

    PayloadHistory(WorkflowClient client) {
        this.client = client;
    }

    /** The payloads of a workflow's latest run, oldest first. */
    public List<PayloadRow> read(String workflowId) {
        try (Stream<HistoryEvent> events = client.streamHistory(workflowId)) {
            return events.flatMap(PayloadHistory::payloads).toList();
        }
    }

    private static Stream<PayloadRow> payloads(HistoryEvent event) {
        Stream.Builder<PayloadRow> rows = Stream.builder();
        event.getAllFields().forEach((field, attributes) -> {
            if (field.getContainingOneof() != null) {
                walk((Message) attributes, "", (path, payload) -> rows.add(row(event, path, payload)));
            }
        });
        return rows.build();
    }

    /**
     * Payloads sit in many kinds of events and messages. Walking the fields finds those
     * of all kinds.
     */
    private static void walk(Message message, String path, BiConsumer<String, Payload> found) {
        if (message instanceof Payload payload) {
            found.accept(path, payload);
            return;
        }
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != JavaType.MESSAGE) {
                continue;
            }
            String fieldPath = path.isEmpty() ? field.getName() : path + "." + field.getName();
            if (field.isRepeated()) {
                List<?> elements = (List<?>) entry.getValue();
                for (int i = 0; i < elements.size(); i++) {
                    walk((Message) elements.get(i), fieldPath + "[" + i + "]", found);
                }
            }
            else {
                walk((Message) entry.getValue(), fieldPath, found);
            }
        }
    }

    private static PayloadRow row(HistoryEvent event, String field, Payload payload) {
        long historyBytes = payload.getSerializedSize();
        String eventType = eventType(event.getEventType());
        if (!isReference(payload)) {
            return new PayloadRow(event.getEventId(), eventType, field, Kind.INLINE, historyBytes, historyBytes, null,
                    null, null);
        }
        ExternalStorageReference reference = parseReference(payload);
        Map<String, String> claim = reference.getClaimDataMap();
        return new PayloadRow(event.getEventId(), eventType, field, Kind.REFERENCE, historyBytes,
                payload.getExternalPayloads(0).getSizeBytes(), reference.getDriverName(),
                claim.getOrDefault("bucket", claim.get("container")), claim.get("key"));
    }

    private static boolean isReference(Payload payload) {
        return payload.getExternalPayloadsCount() > 0 && ExternalStorageReference.getDescriptor()
            .getFullName()
            .equals(payload.getMetadataOrDefault("messageType", ByteString.EMPTY).toStringUtf8());
    }

    private static ExternalStorageReference parseReference(Payload payload) {
        ExternalStorageReference.Builder reference = ExternalStorageReference.newBuilder();
        try {
            JsonFormat.parser().ignoringUnknownFields().merge(payload.getData().toStringUtf8(), reference);
        }
        catch (InvalidProtocolBufferException ex) {
            throw new IllegalStateException("The history holds a reference that is not readable", ex);
        }
        return reference.build();
    }

    /**
     * {@code EVENT_TYPE_WORKFLOW_EXECUTION_STARTED} is known to users as
     * {@code WorkflowExecutionStarted}.
     */
    private static String eventType(EventType type) {
        StringBuilder name = new StringBuilder();
        for (String word : type.name().substring("EVENT_TYPE_".length()).split("_")) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }

}
