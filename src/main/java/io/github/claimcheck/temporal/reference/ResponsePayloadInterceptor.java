package io.github.claimcheck.temporal.reference;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.common.v1.Payload;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Rewrites payloads in the Temporal server's responses before the SDK reads them. Each
 * response that can contain payloads is searched. Thread-safe.
 */
abstract class ResponsePayloadInterceptor implements ClientInterceptor {

    private final Map<Descriptor, Boolean> mayHoldPayloads = new ConcurrentHashMap<>();

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(new SimpleForwardingClientCallListener<>(listener) {

                    @Override
                    @SuppressWarnings("unchecked")
                    public void onMessage(A message) {
                        super.onMessage((message instanceof Message answer) ? (A) rewrite(answer) : message);
                    }

                }, headers);
            }

        };
    }

    /** Rewrites the payloads in a message. Returns the same object if none changes. */
    Message rewrite(Message message) {
        if (message instanceof Payload payload) {
            return rewrite(payload);
        }
        if (!mayHoldPayloads(message.getDescriptorForType())) {
            return message;
        }
        Message.Builder builder = null;
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            if (field.isRepeated()) {
                List<?> elements = (List<?>) entry.getValue();
                for (int i = 0; i < elements.size(); i++) {
                    Message rewritten = rewrite((Message) elements.get(i));
                    if (rewritten != elements.get(i)) {
                        builder = (builder != null) ? builder : message.toBuilder();
                        builder.setRepeatedField(field, i, rewritten);
                    }
                }
            }
            else {
                Message rewritten = rewrite((Message) entry.getValue());
                if (rewritten != entry.getValue()) {
                    builder = (builder != null) ? builder : message.toBuilder();
                    builder.setField(field, rewritten);
                }
            }
        }
        return (builder != null) ? builder.build() : message;
    }

    /**
     * Rewrites a payload.
     * @param payload a payload in a response
     * @return another payload in its place, or the same object
     */
    protected abstract Payload rewrite(Payload payload);

    private boolean mayHoldPayloads(Descriptor type) {
        return this.mayHoldPayloads.computeIfAbsent(type, (unknown) -> reaches(unknown, new HashSet<>()));
    }

    private static boolean reaches(Descriptor type, Set<Descriptor> seen) {
        if (type.equals(Payload.getDescriptor())) {
            return true;
        }
        return seen.add(type) && type.getFields()
            .stream()
            .filter((field) -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
            .anyMatch((field) -> reaches(field.getMessageType(), seen));
    }

}
