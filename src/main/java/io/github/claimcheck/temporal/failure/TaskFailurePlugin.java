package io.github.claimcheck.temporal.failure;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.ServiceStubsInterceptorPlugin;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;

/** Creates a plugin for tasks that fail because of external storage. */
@InternalApi
public final class TaskFailurePlugin {

    private TaskFailurePlugin() {
    }

    /**
     * Creates a plugin that reports failures of workflow tasks after a growing pause, and
     * fails activities with too large payloads without a retry.
     * @return the plugin
     */
    public static WorkflowServiceStubsPlugin create() {
        return new ServiceStubsInterceptorPlugin("task-failures", new TaskFailureInterceptor());
    }

}
