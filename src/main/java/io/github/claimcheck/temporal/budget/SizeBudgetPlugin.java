package io.github.claimcheck.temporal.budget;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowClientPlugin;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Stores payloads below the threshold that together exceed what the Temporal server
 * accepts in one list or in one message, such as all commands of a workflow task, or
 * keeps with one workflow, such as a memo that grows over many tasks.
 * <p>
 * The plugin weighs each request of clients and workers after the SDK's own external
 * storage has processed it, and stores the largest payloads until the rest fits. The
 * references are like those of the SDK, so every SDK reads them.
 * <p>
 * Which payloads are stored depends on what is sent together, and may differ between two
 * attempts of the same workflow task. Workflow code remains deterministic: requests are
 * weighed after the code has run, and a replay sends none. Workers retrieve references
 * before they look at a history, so that the code gets the same values wherever they
 * were. A replay matches commands with events by type and id, never by payload. A
 * repeated attempt stores the same content under the same key.
 * <p>
 * Requests of a namespace for which a client has its own {@link ExternalStorage} remain
 * unchanged. So do requests on service stubs without this plugin.
 * <p>
 * Thread-safe.
 */
@InternalApi
public final class SizeBudgetPlugin implements WorkflowServiceStubsPlugin, WorkflowClientPlugin {

    private final Supplier<ExternalStorage> externalStorage;

    private final KeptSizes kept = new KeptSizes();

    private final TaskTargets targets = new TaskTargets(this.kept);

    private final SizeBudgetInterceptor interceptor;

    private final Set<String> foreignNamespaces = ConcurrentHashMap.newKeySet();

    /**
     * Creates a plugin.
     * @param maxListSize the maximum size of one list of payloads, such as the arguments
     * of a workflow or its memo, in bytes; 0 for no limit
     * @param maxMessageSize the maximum size of one request, in bytes; 0 for no limit
     * @param externalStorage the storage of clients and workers, asked for when a request
     * exceeds the budget
     */
    public SizeBudgetPlugin(long maxListSize, long maxMessageSize, Supplier<ExternalStorage> externalStorage) {
        this.externalStorage = externalStorage;
        this.interceptor = new SizeBudgetInterceptor(new SizeBudget(orUnlimited(maxListSize),
                orUnlimited(maxMessageSize), externalStorage, this.targets, this.kept),
                (namespace) -> !this.foreignNamespaces.contains(namespace));
    }

    private static long orUnlimited(long size) {
        return (size != 0) ? size : Long.MAX_VALUE;
    }

    @Override
    public String getName() {
        return "io.github.claimcheck.temporal.size-budget";
    }

    @Override
    public void configureServiceStubs(WorkflowServiceStubsOptions.Builder builder) {
        builder.addGrpcClientInterceptor(this.targets);
        builder.addGrpcClientInterceptor(this.interceptor);
    }

    @Override
    public WorkflowServiceStubs connectServiceClient(WorkflowServiceStubsOptions options,
            Supplier<WorkflowServiceStubs> next) {
        return next.get();
    }

    /** Notes whether the client has its own external storage. */
    @Override
    public void configureWorkflowClient(WorkflowClientOptions.Builder builder) {
        WorkflowClientOptions options = builder.build();
        ExternalStorage storage = options.getExternalStorage();
        if (storage != null && storage != this.externalStorage.get()) {
            this.foreignNamespaces.add(options.getNamespace());
        }
    }

}
