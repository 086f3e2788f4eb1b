package io.github.claimcheck.temporal.reference;

import com.google.protobuf.Message;
import io.github.claimcheck.temporal.internal.MessagePayloads;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.common.v1.Payload;

/**
 * Rewrites payloads in the Temporal server's responses before the SDK reads them. Each
 * response that can contain payloads is searched. Thread-safe.
 */
abstract class ResponsePayloadInterceptor implements ClientInterceptor {

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
        return MessagePayloads.visit(message, this::rewrite);
    }

    /**
     * Rewrites a payload.
     * @param payload a payload in a response
     * @return another payload in its place, or the same object
     */
    protected abstract Payload rewrite(Payload payload);

}
