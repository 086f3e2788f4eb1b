package io.github.claimcheck.temporal.budget;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.SearchAttributes;
import io.temporal.api.sdk.v1.EventGroupMarker;
import io.temporal.api.sdk.v1.UserMetadata;
import io.temporal.api.update.v1.Acceptance;
import io.temporal.api.update.v1.Rejection;
import io.temporal.api.update.v1.Request;
import io.temporal.api.update.v1.Response;
import io.temporal.api.workflowservice.v1.CreateScheduleRequest;
import io.temporal.api.workflowservice.v1.UpdateScheduleRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Visits the payloads of a message that references may replace, always in the same order.
 * <p>
 * Skips what the server or the Web UI reads: search attributes, summaries and details,
 * and the memo of a schedule, which the server copies to an internal workflow.
 */
final class MessagePayloads {

    private static final Set<Descriptor> INLINE = Set.of(SearchAttributes.getDescriptor(), UserMetadata.getDescriptor(),
            EventGroupMarker.getDescriptor());

    /** The messages that the protocol messages of a workflow task hold as {@link Any}. */
    private static final Map<String, Message> PROTOCOL_MESSAGES = Stream
        .<Message>of(Request.getDefaultInstance(), Acceptance.getDefaultInstance(), Rejection.getDefaultInstance(),
                Response.getDefaultInstance())
        .collect(Collectors.toMap((message) -> message.getDescriptorForType().getFullName(), Function.identity()));

    private static final Map<Descriptor, Boolean> MAY_HOLD_PAYLOADS = new ConcurrentHashMap<>();

    private MessagePayloads() {
    }

    /**
     * Visits the payloads of a message and the messages around them.
     * @param message any message
     * @param visitor returns a replacement for each payload
     * @return the message with the replacements; the same object if there are none
     */
    static Message visit(Message message, Visitor visitor) {
        if (message instanceof Payload payload) {
            return visitor.payload(payload);
        }
        if (!mayHoldPayloads(message.getDescriptorForType())) {
            return message;
        }
        visitor.enter(message);
        Message visited = (message instanceof Any any) ? visitPacked(any, visitor) : visitFields(message, visitor);
        visitor.exit(message);
        return visited;
    }

    private static Message visitPacked(Any any, Visitor visitor) {
        Message type = PROTOCOL_MESSAGES.get(any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1));
        if (type == null) {
            return any;
        }
        try {
            Message packed = type.getParserForType().parseFrom(any.getValue());
            Message visited = visit(packed, visitor);
            return (visited != packed) ? any.toBuilder().setValue(visited.toByteString()).build() : any;
        }
        catch (InvalidProtocolBufferException ex) {
            throw new IllegalArgumentException(
                    "A protocol message is not a " + type.getDescriptorForType().getFullName(), ex);
        }
    }

    private static Message visitFields(Message message, Visitor visitor) {
        Message.Builder builder = null;
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || isMemoOfSchedule(message, field)) {
                continue;
            }
            List<?> elements = field.isRepeated() ? (List<?>) entry.getValue() : List.of(entry.getValue());
            for (int i = 0; i < elements.size(); i++) {
                Message visited = visit((Message) elements.get(i), visitor);
                if (visited != elements.get(i)) {
                    builder = (builder != null) ? builder : message.toBuilder();
                    if (field.isRepeated()) {
                        builder.setRepeatedField(field, i, visited);
                    }
                    else {
                        builder.setField(field, visited);
                    }
                }
            }
        }
        return (builder != null) ? builder.build() : message;
    }

    private static boolean isMemoOfSchedule(Message message, FieldDescriptor field) {
        return (message instanceof CreateScheduleRequest || message instanceof UpdateScheduleRequest)
                && field.getName().equals("memo");
    }

    private static boolean mayHoldPayloads(Descriptor type) {
        return MAY_HOLD_PAYLOADS.computeIfAbsent(type, (unknown) -> reaches(unknown, new HashSet<>()));
    }

    private static boolean reaches(Descriptor type, Set<Descriptor> seen) {
        if (type.equals(Payload.getDescriptor()) || type.equals(Any.getDescriptor())) {
            return true;
        }
        return !INLINE.contains(type) && seen.add(type)
                && type.getFields()
                    .stream()
                    .filter((field) -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                    .anyMatch((field) -> reaches(field.getMessageType(), seen));
    }

    /** A visitor of payloads. */
    interface Visitor {

        /** Returns the replacement of a payload, or the payload itself. */
        Payload payload(Payload payload);

        default void enter(Message message) {
        }

        default void exit(Message message) {
        }

    }

}
