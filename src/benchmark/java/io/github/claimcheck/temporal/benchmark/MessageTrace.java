package io.github.claimcheck.temporal.benchmark;

import com.google.protobuf.Message;
import io.github.claimcheck.temporal.internal.MessagePayloads;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.enums.v1.HistoryEventFilterType;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.PollActivityTaskQueueResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Sees each answer of the Temporal server, and so knows on whose behalf the SDK retrieves
 * what the answer refers to: the kind of message, its attempt, and the event or field
 * with the reference.
 */
final class MessageTrace implements ClientInterceptor {

    /** Each reference in an answer is retrieved once, in the order of the answers. */
    private final Map<StorageDriverClaim, Deque<Asker>> expected = new HashMap<>();

    private final Map<String, Integer> messages = new TreeMap<>();

    /** Returns who asks now for the payload of a claim. */
    synchronized Asker next(StorageDriverClaim claim) {
        Deque<Asker> askers = this.expected.getOrDefault(claim, new ArrayDeque<>());
        return Objects.requireNonNullElse(askers.poll(), new Asker("other", ""));
    }

    /** Returns the number of messages with references since the last call, by kind. */
    synchronized Map<String, Integer> takeMessages() {
        Map<String, Integer> taken = new TreeMap<>(this.messages);
        this.messages.clear();
        return taken;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

            private Q request;

            @Override
            public void sendMessage(Q message) {
                this.request = message;
                super.sendMessage(message);
            }

            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(new SimpleForwardingClientCallListener<>(listener) {

                    @Override
                    public void onMessage(A message) {
                        record((Message) request, (Message) message);
                        super.onMessage(message);
                    }

                }, headers);
            }

        };
    }

    private void record(Message request, Message answer) {
        int[] references = new int[1];
        String[] event = { "" };
        String[] kind = { kind(request, answer) };
        MessagePayloads.visit(answer, new MessagePayloads.Visitor() {

            @Override
            public void enter(Message message) {
                if (message instanceof HistoryEvent entered) {
                    event[0] = entered.getEventType().name().replace("EVENT_TYPE_", "");
                }
                else if (message instanceof PollWorkflowTaskQueueResponse
                        || message instanceof PollActivityTaskQueueResponse) {
                    kind[0] = kind(request, message);
                }
            }

            @Override
            public void exit(Message message) {
                if (message instanceof HistoryEvent) {
                    event[0] = "";
                }
            }

            @Override
            public Payload payload(Payload payload) {
                if (StorageReference.isReference(payload)) {
                    references[0]++;
                    expect(StorageReference.from(payload).claim(), new Asker(kind[0], event[0]));
                }
                return payload;
            }

        });
        if (references[0] > 0) {
            synchronized (this) {
                this.messages.merge(kind[0], 1, Integer::sum);
            }
        }
    }

    private synchronized void expect(StorageDriverClaim claim, Asker asker) {
        this.expected.computeIfAbsent(claim, (unknown) -> new ArrayDeque<>()).add(asker);
    }

    private static String kind(Message request, Message answer) {
        if (answer instanceof PollWorkflowTaskQueueResponse task) {
            boolean full = !isEmpty(task.getHistory()) && task.getHistory().getEvents(0).getEventId() == 1
                    && task.getPreviousStartedEventId() > 0;
            return (task.hasQuery() ? "query" : "workflow task") + (full ? ", history from the start" : "")
                    + ((task.getAttempt() > 1) ? ", attempt " + task.getAttempt() : "");
        }
        if (answer instanceof PollActivityTaskQueueResponse task) {
            return "activity task" + ((task.getAttempt() > 1) ? ", attempt " + task.getAttempt() : "");
        }
        if (request instanceof GetWorkflowExecutionHistoryRequest history) {
            return (history.getHistoryEventFilterType() == HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
                    ? "client's result" : history.getNextPageToken().isEmpty() ? "history asked from the start"
                            : "further page of a history";
        }
        return answer.getDescriptorForType().getName();
    }

    private static boolean isEmpty(History history) {
        return history.getEventsCount() == 0;
    }

    /**
     * Who asks for a payload.
     *
     * @param message the kind of message
     * @param event the type of the event in its history; empty if it is in none
     */
    record Asker(String message, String event) {

    }

}
