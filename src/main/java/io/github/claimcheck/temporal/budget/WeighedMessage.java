package io.github.claimcheck.temporal.budget;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.github.claimcheck.temporal.internal.MessagePayloads;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.temporal.api.command.v1.ModifyWorkflowPropertiesCommandAttributes;
import io.temporal.api.command.v1.RecordMarkerCommandAttributes;
import io.temporal.api.common.v1.Header;
import io.temporal.api.common.v1.Memo;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.SearchAttributes;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.sdk.v1.EventGroupMarker;
import io.temporal.api.sdk.v1.UserMetadata;
import io.temporal.api.workflowservice.v1.CreateScheduleRequest;
import io.temporal.api.workflowservice.v1.UpdateScheduleRequest;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A message, its payloads, and the parts of it whose size the server limits.
 */
final class WeighedMessage {

    /**
     * The types that the server limits as a whole: lists, memos, headers, a failure with
     * its causes, and the details of a marker. Single payloads are limited, too. A change
     * of a memo counts together with the memo that it changes.
     */
    private static final Set<Descriptor> PARTS = Set.of(Payloads.getDescriptor(), Memo.getDescriptor(),
            Header.getDescriptor(), Failure.getDescriptor(), RecordMarkerCommandAttributes.getDescriptor(),
            ModifyWorkflowPropertiesCommandAttributes.getDescriptor());

    /** Smaller payloads are hardly larger than a reference. */
    static final int SMALLEST = 1024;

    /** An estimate of the size of a reference, in bytes. */
    private static final int REFERENCE_SIZE = 640;

    /** Inner parts precede the parts around them. */
    private final List<Part> parts = new ArrayList<>();

    /**
     * Weighs a message.
     * @param message a request to the server
     * @param maxListSize the limit of each part but the message itself, in bytes
     * @param maxMessageSize the limit of the message itself, in bytes
     * @param kept returns the size of the payloads that the server keeps besides those in
     * a message, in bytes
     * @param targets returns the target of a message's payloads, given the target of the
     * message around it
     */
    WeighedMessage(Message message, long maxListSize, long maxMessageSize, ToLongFunction<Message> kept,
            BiFunction<@Nullable StorageDriverTargetInfo, Message, @Nullable StorageDriverTargetInfo> targets) {
        MessagePayloads.visit(message, new Storable() {

            private final Deque<Scope> scopes = new ArrayDeque<>();

            private int position = 0;

            private long upserted = 0;

            @Override
            public void enter(Message entered) {
                Scope outer = this.scopes.peek();
                StorageDriverTargetInfo target = targets.apply((outer != null) ? outer.target() : null, entered);
                this.scopes.push(new Scope(part(outer, entered), target));
            }

            private Part part(@Nullable Scope outer, Message entered) {
                if (outer == null) {
                    long keptSize = kept.applyAsLong(entered);
                    return (keptSize > 0) ? new Part(null, entered, Math.min(maxListSize, maxMessageSize), keptSize)
                            : new Part(null, entered, maxMessageSize, 0);
                }
                if (entered instanceof ModifyWorkflowPropertiesCommandAttributes) {
                    Part part = new Part(outer.part(), entered, maxListSize, kept.applyAsLong(entered) + this.upserted);
                    this.upserted += entered.getSerializedSize();
                    return part;
                }
                return PARTS.contains(entered.getDescriptorForType()) ? new Part(outer.part(), entered, maxListSize, 0)
                        : outer.part();
            }

            @Override
            public void exit(Message left) {
                Part part = this.scopes.pop().part();
                if (this.scopes.isEmpty() || part != this.scopes.element().part()) {
                    WeighedMessage.this.parts.add(part);
                }
            }

            @Override
            public Payload payload(Payload payload) {
                Scope scope = this.scopes.element();
                Part alone = new Part(scope.part(), payload, maxListSize, 0);
                alone.add(new Leaf(payload, scope.target(), this.position++, alone));
                WeighedMessage.this.parts.add(alone);
                return payload;
            }

        });
    }

    /**
     * Chooses payloads to store, so that each part fits as far as sizes can be estimated.
     * @param selector returns the driver that stores a payload; null if it must remain
     * inline
     * @return the payloads to store, by destination
     */
    Map<Destination, List<Leaf>> choose(Function<Leaf, @Nullable StorageDriver> selector) {
        Map<Destination, List<Leaf>> chosen = new LinkedHashMap<>();
        for (Part part : this.parts) {
            for (Leaf leaf : part.fits() ? List.<Leaf>of() : part.candidates()) {
                if (part.fits()) {
                    break;
                }
                StorageDriver driver = selector.apply(leaf);
                if (driver != null) {
                    chosen.computeIfAbsent(new Destination(driver, leaf.target()), (destination) -> new ArrayList<>())
                        .add(leaf);
                    leaf.part().replace(leaf.payload());
                }
            }
        }
        return chosen;
    }

    /** Returns a part that exceeds its limit, if there is one. */
    Optional<Excess> excess() {
        return this.parts.stream()
            .filter((part) -> !part.fits() && part.messageSize() >= SMALLEST)
            .findFirst()
            .map((part) -> new Excess(part.name, part.size, part.limit, part.outer != null || part.kept > 0));
    }

    /** Replaces payloads with references. */
    static Message replace(Message message, Map<Integer, Payload> byPosition) {
        return MessagePayloads.visit(message, new Storable() {

            private int position = 0;

            @Override
            public Payload payload(Payload payload) {
                return byPosition.getOrDefault(this.position++, payload);
            }

        });
    }

    /**
     * A payload of a message.
     *
     * @param payload the payload
     * @param target its target; null if unknown
     * @param position the number of payloads before it in the message
     * @param part the part that consists of this payload
     */
    record Leaf(Payload payload, @Nullable StorageDriverTargetInfo target, int position, Part part) {

    }

    /**
     * A part that exceeds its limit.
     *
     * @param what the type of the part
     * @param size its size with what the server keeps beside it, in bytes
     * @param limit the limit, in bytes
     * @param list whether the limit is that of lists
     */
    record Excess(String what, long size, long limit, boolean list) {

    }

    /**
     * The driver and the target of payloads that are stored together.
     *
     * @param driver stores the payloads
     * @param target their target; null if unknown
     */
    record Destination(StorageDriver driver, @Nullable StorageDriverTargetInfo target) {

    }

    /**
     * Visits the payloads that references may replace. Skips what the server or the Web
     * UI reads: search attributes, summaries and details, and the memo of a schedule,
     * which the server copies to an internal workflow.
     */
    private interface Storable extends MessagePayloads.Visitor {

        Set<Descriptor> INLINE = Set.of(SearchAttributes.getDescriptor(), UserMetadata.getDescriptor(),
                EventGroupMarker.getDescriptor());

        @Override
        default boolean skips(Message message, FieldDescriptor field) {
            return INLINE.contains(field.getMessageType())
                    || ((message instanceof CreateScheduleRequest || message instanceof UpdateScheduleRequest)
                            && field.getName().equals("memo"));
        }

    }

    /** The part and the target of a message that is being visited. */
    private record Scope(Part part, @Nullable StorageDriverTargetInfo target) {

    }

    private static final class Part {

        private final @Nullable Part outer;

        private final String name;

        private final long limit;

        /** What the server keeps beside the message, in bytes. */
        private final long kept;

        private final List<Leaf> leaves = new ArrayList<>();

        private long size;

        private boolean replaced = false;

        Part(@Nullable Part outer, Message message, long limit, long kept) {
            this.outer = outer;
            this.name = message.getDescriptorForType().getName();
            this.limit = limit;
            this.kept = kept;
            this.size = kept + message.getSerializedSize();
        }

        void add(Leaf leaf) {
            for (Part part = this; part != null; part = part.outer) {
                part.leaves.add(leaf);
            }
        }

        /** Returns the payloads that may be stored, the largest first. */
        List<Leaf> candidates() {
            return this.leaves.stream()
                .filter((leaf) -> !leaf.part().replaced && leaf.payload().getSerializedSize() >= SMALLEST
                        && !StorageReference.isReference(leaf.payload()))
                .sorted(Comparator.comparingInt((Leaf leaf) -> leaf.payload().getSerializedSize()).reversed())
                .toList();
        }

        /** Counts a reference instead of the payload. */
        void replace(Payload payload) {
            this.replaced = true;
            for (Part part = this; part != null; part = part.outer) {
                part.size -= payload.getSerializedSize() - REFERENCE_SIZE;
            }
        }

        long messageSize() {
            return this.size - this.kept;
        }

        boolean fits() {
            return this.size <= this.limit;
        }

    }

}
