package io.github.claimcheck.temporal.budget;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.github.claimcheck.temporal.budget.KeptSizes.Slot;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.command.v1.CompleteWorkflowExecutionCommandAttributes;
import io.temporal.api.command.v1.ContinueAsNewWorkflowExecutionCommandAttributes;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.api.workflowservice.v1.PollActivityTaskQueueResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse;
import io.temporal.api.workflowservice.v1.StartActivityExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionResponse;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Determines the targets of the payloads in a request, as the SDK's own external storage
 * does.
 * <p>
 * Most requests name their workflow. The response to a task has only the task's token, so
 * this interceptor records the tasks that workers receive. It remembers the latest 10,000
 * tasks, and the parents of as many runs; payloads of older tasks have no target.
 * <p>
 * Thread-safe.
 */
final class TaskTargets implements ClientInterceptor {

    private final KeptSizes kept;

    private final Map<ByteString, Task> tasks = new LatestEntries<>();

    /**
     * Parents by the run id of their children. A worker receives the event with the
     * parent only with the first task of a run.
     */
    private final Map<String, WorkflowExecution> parents = new LatestEntries<>();

    /**
     * Creates an interceptor.
     * @param kept is told of the memos in the histories that workers receive
     */
    TaskTargets(KeptSizes kept) {
        this.kept = kept;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

            private String runId = "";

            @Override
            public void sendMessage(Q message) {
                if (message instanceof GetWorkflowExecutionHistoryRequest request) {
                    this.runId = request.getExecution().getRunId();
                }
                super.sendMessage(message);
            }

            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(new SimpleForwardingClientCallListener<>(listener) {

                    @Override
                    public void onMessage(A message) {
                        if (message instanceof GetWorkflowExecutionHistoryResponse page) {
                            TaskTargets.this.kept.record(runId, page.getHistory().getEventsList());
                        }
                        record(message);
                        super.onMessage(message);
                    }

                }, headers);
            }

        };
    }

    private void record(Object response) {
        if (response instanceof PollWorkflowTaskQueueResponse task) {
            recordWorkflowTask(task);
        }
        else if (response instanceof PollActivityTaskQueueResponse task) {
            recordActivityTask(task);
        }
        else if (response instanceof RespondWorkflowTaskCompletedResponse completed) {
            recordWorkflowTask(completed.getWorkflowTask());
            completed.getActivityTasksList().forEach(this::recordActivityTask);
        }
        else if (response instanceof StartWorkflowExecutionResponse started) {
            recordWorkflowTask(started.getEagerWorkflowTask());
        }
    }

    private synchronized void recordWorkflowTask(PollWorkflowTaskQueueResponse task) {
        if (task.getTaskToken().isEmpty()) {
            return;
        }
        WorkflowExecution execution = task.getWorkflowExecution();
        this.kept.record(execution.getRunId(), task.getHistory().getEventsList());
        if (task.getHistory().getEventsCount() > 0) {
            HistoryEvent first = task.getHistory().getEvents(0);
            if (first.getWorkflowExecutionStartedEventAttributes().hasParentWorkflowExecution()) {
                this.parents.put(execution.getRunId(),
                        first.getWorkflowExecutionStartedEventAttributes().getParentWorkflowExecution());
            }
        }
        this.tasks.put(task.getTaskToken(), new Task(execution, task.getWorkflowType().getName(), null));
    }

    private synchronized void recordActivityTask(PollActivityTaskQueueResponse task) {
        if (!task.getTaskToken().isEmpty()) {
            this.tasks.put(task.getTaskToken(),
                    new Task(task.getWorkflowExecution(), task.getWorkflowType().getName(), task));
        }
    }

    /**
     * Returns the target of the payloads of a message.
     * @param namespace the namespace of the request
     * @param outer the target of the message around this one; null if there is none
     * @param message the request, or a message in it
     * @return the target; null if it is unknown
     */
    @Nullable StorageDriverTargetInfo target(String namespace, @Nullable StorageDriverTargetInfo outer, Message message) {
        if (message instanceof StartActivityExecutionRequest start) {
            return new StorageDriverActivityInfo(namespace, orNull(start.getActivityId()), null,
                    orNull(start.getActivityType().getName()));
        }
        if (outer instanceof StorageDriverWorkflowInfo current) {
            if (message instanceof ContinueAsNewWorkflowExecutionCommandAttributes next) {
                String type = orNull(next.getWorkflowType().getName());
                return workflow(namespace, current.getId(), null, (type != null) ? type : current.getType());
            }
            if (message instanceof CompleteWorkflowExecutionCommandAttributes) {
                WorkflowExecution parent = parent(current.getRunId());
                return (parent != null) ? workflow(namespace, parent.getWorkflowId(), parent.getRunId(), null)
                        : current;
            }
        }
        if (field(message, "task_token") instanceof ByteString token && !token.isEmpty()) {
            Task task = task(token);
            return (task != null) ? task.target(namespace) : null;
        }
        for (String name : new String[] { "workflow_execution", "execution" }) {
            if (field(message, name) instanceof WorkflowExecution execution && !execution.getWorkflowId().isEmpty()) {
                return workflow(namespace, execution.getWorkflowId(), execution.getRunId(), null);
            }
        }
        if (field(message, "workflow_id") instanceof String id && !id.isEmpty()) {
            return workflow(namespace, id, (field(message, "run_id") instanceof String runId) ? runId : null,
                    (field(message, "workflow_type") instanceof WorkflowType type) ? type.getName() : null);
        }
        return outer;
    }

    private synchronized @Nullable WorkflowExecution parent(@Nullable String runId) {
        return (runId != null) ? this.parents.get(runId) : null;
    }

    /** Returns the task with a token; null if it is unknown. */
    synchronized @Nullable Task task(ByteString token) {
        return this.tasks.get(token);
    }

    private static @Nullable Object field(Message message, String name) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        return (field != null) ? message.getField(field) : null;
    }

    private static StorageDriverWorkflowInfo workflow(String namespace, @Nullable String id, @Nullable String runId,
            @Nullable String type) {
        return new StorageDriverWorkflowInfo(namespace, orNull(id), orNull(runId), orNull(type));
    }

    private static @Nullable String orNull(@Nullable String name) {
        return (name == null || name.isEmpty()) ? null : name;
    }

    /** A task of a workflow, or of an activity, which may belong to no workflow. */
    record Task(WorkflowExecution execution, String workflowType, @Nullable String activityId,
            @Nullable String activityRunId, @Nullable String activityType) {

        Task(WorkflowExecution execution, String workflowType, @Nullable PollActivityTaskQueueResponse activity) {
            // The response holds the input, so it is not kept.
            this(execution, workflowType, (activity != null) ? activity.getActivityId() : null,
                    (activity != null) ? activity.getActivityRunId() : null,
                    (activity != null) ? activity.getActivityType().getName() : null);
        }

        String runId() {
            return this.execution.getRunId();
        }

        Slot heartbeat() {
            return Slot.heartbeat(runId(), (this.activityId != null) ? this.activityId : "");
        }

        StorageDriverTargetInfo target(String namespace) {
            return !this.execution.getWorkflowId().isEmpty()
                    ? workflow(namespace, this.execution.getWorkflowId(), this.execution.getRunId(), this.workflowType)
                    : new StorageDriverActivityInfo(namespace, orNull(this.activityId), orNull(this.activityRunId),
                            orNull(this.activityType));
        }

    }

    private static final class LatestEntries<K, V> extends LinkedHashMap<K, V> {

        private static final long serialVersionUID = 1L;

        private static final int MAXIMUM = 10_000;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > MAXIMUM;
        }

    }

}
