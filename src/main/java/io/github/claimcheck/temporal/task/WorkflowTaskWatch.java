package io.github.claimcheck.temporal.task;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.ServiceStubsInterceptorPlugin;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;
import java.util.List;

/**
 * Watches what workflow tasks have to do with external storage: tells listeners the
 * transfers of each task, and the server which tasks failed for storage. It needs both
 * its plugin in the service stubs of the workers and its drivers in their external
 * storage. Thread-safe.
 */
@InternalApi
public final class WorkflowTaskWatch {

    private final WorkflowTasks tasks;

    /**
     * Creates a watch.
     * @param listeners are told of each task with transfers that is over
     */
    public WorkflowTaskWatch(List<? extends WorkflowTaskListener> listeners) {
        this.tasks = new WorkflowTasks(listeners, Ticker.systemTicker());
    }

    /**
     * Creates a plugin that sees the tasks of workers, and says in their answers whether
     * a task failed for external storage.
     * @return the plugin
     */
    public WorkflowServiceStubsPlugin newPlugin() {
        return new ServiceStubsInterceptorPlugin("workflow-tasks", new WorkflowTaskInterceptor(this.tasks));
    }

    /**
     * Watches a driver.
     * @param driver a driver of any kind
     * @return the watched driver, with the same name and type
     */
    public StorageDriver watch(StorageDriver driver) {
        return new TaskStorageDriver(driver, this.tasks);
    }

}
