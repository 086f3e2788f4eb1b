package io.github.claimcheck.temporal.reference;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.util.ArrayList;
import java.util.List;

/** A Temporal server that answers a call, as seen through an interceptor. */
final class ServerAnswers {

    private ServerAnswers() {
    }

    /** Returns what a client receives. */
    static <T> T received(ClientInterceptor interceptor, T answer) {
        return received(interceptor, null, answer);
    }

    /** Returns what a client receives for its request. */
    static <T> T received(ClientInterceptor interceptor, Object request, T answer) {
        List<T> received = new ArrayList<>();
        MethodDescriptor<Object, T> method = method();
        ClientCall<Object, T> call = interceptor.interceptCall(method, CallOptions.DEFAULT,
                new AnsweringChannel(answer));
        call.start(new ClientCall.Listener<>() {

            @Override
            public void onMessage(T message) {
                received.add(message);
            }

        }, new Metadata());
        call.sendMessage(request);
        call.halfClose();
        return received.get(0);
    }

    /** The interceptors look at messages alone. */
    @SuppressWarnings("unchecked")
    private static <T> MethodDescriptor<Object, T> method() {
        return (MethodDescriptor<Object, T>) (MethodDescriptor<?, ?>) WorkflowServiceGrpc
            .getPollWorkflowTaskQueueMethod();
    }

    private static final class AnsweringChannel extends Channel {

        private final Object answer;

        AnsweringChannel(Object answer) {
            this.answer = answer;
        }

        @Override
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
            return new ClientCall<>() {

                private Listener<A> listener;

                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    this.listener = listener;
                }

                @Override
                public void request(int messages) {
                }

                @Override
                public void cancel(String message, Throwable cause) {
                }

                @Override
                @SuppressWarnings("unchecked")
                public void halfClose() {
                    this.listener.onMessage((A) AnsweringChannel.this.answer);
                }

                @Override
                public void sendMessage(Q message) {
                }

            };
        }

        @Override
        public String authority() {
            return "temporal";
        }

    }

}
