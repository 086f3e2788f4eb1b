package io.github.claimcheck.temporal.task;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondQueryTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionResponse;
import java.util.Set;

/**
 * Sees the workflow tasks that workers receive, and their answers, in which it says that
 * a task failed for external storage. Thread-safe.
 */
final class WorkflowTaskInterceptor implements ClientInterceptor {

    private static final Set<String> METHODS = Set.of("PollWorkflowTaskQueue", "StartWorkflowExecution",
            "RespondWorkflowTaskCompleted", "RespondWorkflowTaskFailed", "RespondQueryTaskCompleted");

    private final WorkflowTasks tasks;

    WorkflowTaskInterceptor(WorkflowTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        ClientCall<Q, A> call = next.newCall(method, options);
        return METHODS.contains(String.valueOf(method.getBareMethodName())) ? new TaskCall<>(call) : call;
    }

    private final class TaskCall<Q, A> extends SimpleForwardingClientCall<Q, A> {

        private volatile String namespace = "";

        TaskCall(ClientCall<Q, A> call) {
            super(call);
        }

        @Override
        public void start(Listener<A> listener, Metadata headers) {
            super.start(new SimpleForwardingClientCallListener<>(listener) {

                @Override
                public void onMessage(A message) {
                    received(message);
                    super.onMessage(message);
                }

            }, headers);
        }

        private void received(A message) {
            if (message instanceof PollWorkflowTaskQueueResponse task) {
                WorkflowTaskInterceptor.this.tasks.received(this.namespace, task);
            }
            else if (message instanceof RespondWorkflowTaskCompletedResponse completed) {
                WorkflowTaskInterceptor.this.tasks.received(this.namespace, completed.getWorkflowTask());
            }
            else if (message instanceof StartWorkflowExecutionResponse started) {
                WorkflowTaskInterceptor.this.tasks.received(this.namespace, started.getEagerWorkflowTask());
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        public void sendMessage(Q message) {
            super.sendMessage((Q) sending(message));
        }

        private Object sending(Object message) {
            if (message instanceof PollWorkflowTaskQueueRequest poll) {
                this.namespace = poll.getNamespace();
            }
            else if (message instanceof StartWorkflowExecutionRequest start) {
                this.namespace = start.getNamespace();
            }
            else if (message instanceof RespondWorkflowTaskCompletedRequest completed) {
                this.namespace = completed.getNamespace();
                WorkflowTaskInterceptor.this.tasks.answered(completed.getTaskToken());
            }
            else if (message instanceof RespondWorkflowTaskFailedRequest failed) {
                return FailureCause.set(failed, WorkflowTaskInterceptor.this.tasks.answered(failed.getTaskToken()));
            }
            else if (message instanceof RespondQueryTaskCompletedRequest query) {
                return FailureCause.set(query, WorkflowTaskInterceptor.this.tasks.answered(query.getTaskToken()));
            }
            return message;
        }

    }

}
