package io.github.claimcheck.temporal.internal;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.update.v1.Acceptance;
import io.temporal.api.update.v1.Rejection;
import io.temporal.api.update.v1.Request;
import io.temporal.api.update.v1.Response;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Visits the payloads of a message, always in the same order, also those in the protocol
 * messages of a workflow task. Not part of the public API.
 */
public final class MessagePayloads {

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
    public static Message visit(Message message, Visitor visitor) {
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
            // The SDK or the server reports it. Failing here would keep a worker from all
            // other tasks.
            return any;
        }
    }

    private static Message visitFields(Message message, Visitor visitor) {
        Message.Builder builder = null;
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || visitor.skips(message, field)) {
                continue;
            }
            List<?> elements = field.isRepeated() ? (List<?>) entry.getValue() : List.of(entry.getValue());
            for (int i = 0; i < elements.size(); i++) {
                visitor.enterElement(field, i, (Message) elements.get(i));
                Message visited = visit((Message) elements.get(i), visitor);
                visitor.exitElement();
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

    private static boolean mayHoldPayloads(Descriptor type) {
        return MAY_HOLD_PAYLOADS.computeIfAbsent(type, (unknown) -> reaches(unknown, new HashSet<>()));
    }

    private static boolean reaches(Descriptor type, Set<Descriptor> seen) {
        if (type.equals(Payload.getDescriptor()) || type.equals(Any.getDescriptor())) {
            return true;
        }
        return seen.add(type) && type.getFields()
            .stream()
            .filter((field) -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
            .anyMatch((field) -> reaches(field.getMessageType(), seen));
    }

    /** A visitor of payloads. */
    public interface Visitor {

        /**
         * Visits a payload.
         * @param payload a payload
         * @return its replacement, or the payload itself
         */
        Payload payload(Payload payload);

        /**
         * Returns whether to skip a field.
         * @param message the message with the field
         * @param field a field whose values are messages
         * @return whether its payloads are not visited; false by default
         */
        default boolean skips(Message message, FieldDescriptor field) {
            return false;
        }

        /**
         * Called before a message in a field is visited.
         * @param field the field
         * @param index the index of the message, 0 if the field is not repeated
         * @param element the message, an entry if the field is a map
         */
        default void enterElement(FieldDescriptor field, int index, Message element) {
        }

        /** Called after a message in a field was visited. */
        default void exitElement() {
        }

        /**
         * Called before the payloads of a message are visited.
         * @param message the message
         */
        default void enter(Message message) {
        }

        /**
         * Called after the payloads of a message were visited.
         * @param message the message
         */
        default void exit(Message message) {
        }

    }

}
