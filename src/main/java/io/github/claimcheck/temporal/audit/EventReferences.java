package io.github.claimcheck.temporal.audit;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.github.claimcheck.temporal.internal.MessagePayloads;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.history.v1.HistoryEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Finds the references in an event, and the fields that they are in. */
final class EventReferences implements MessagePayloads.Visitor {

    private final HistoryEvent event;

    private final Deque<String> path = new ArrayDeque<>();

    private final List<FoundReference> found = new ArrayList<>();

    private EventReferences(HistoryEvent event) {
        this.event = event;
    }

    static List<FoundReference> in(HistoryEvent event) {
        EventReferences references = new EventReferences(event);
        MessagePayloads.visit(event, references);
        return references.found;
    }

    @Override
    public Payload payload(Payload payload) {
        if (StorageReference.isReference(payload)) {
            this.found.add(new FoundReference(this.event.getEventId(), type(), field(), payload));
        }
        return payload;
    }

    private String type() {
        return this.event.getEventType().name().replaceFirst("^EVENT_TYPE_", "");
    }

    private String field() {
        // Every attribute of an event is below the message of its type.
        String field = String.join(".", this.path).replaceFirst("^\\w+EventAttributes\\.", "");
        return Quoted.of(field.replace(".payloads[", "["));
    }

    @Override
    public void enterElement(FieldDescriptor field, int index, Message element) {
        this.path.addLast(field.getJsonName()
                + (field.isMapField() ? "[" + element.getField(field.getMessageType().findFieldByName("key")) + "]"
                        : field.isRepeated() ? "[" + index + "]" : ""));
    }

    @Override
    public void exitElement() {
        this.path.removeLast();
    }

}
