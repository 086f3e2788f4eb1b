package io.github.claimcheck.temporal.failure;

import io.github.claimcheck.temporal.internal.ServiceStubsInterceptorPlugin;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;

/** Lets the Temporal server treat tasks well that failed for storage. */
public final class TaskFailurePlugin {

    private TaskFailurePlugin() {
    }

    /**
     * Makes a plugin that hands the failures of workflow tasks back after a growing
     * pause, and lets activities fail without a retry whose payloads are too large.
     * @return the plugin
     */
    public static WorkflowServiceStubsPlugin create() {
        return new ServiceStubsInterceptorPlugin("task-failures", new TaskFailureInterceptor());
    }

}
