package io.github.claimcheck.temporal.plugin;

import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowClientPlugin;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.client.schedules.ScheduleClientPlugin;
import io.temporal.common.context.ContextPropagator;
import io.temporal.common.converter.DataConverter;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.worker.WorkerFactory;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Puts external storage into the clients that it is a plugin of.
 * <p>
 * A workflow client, and so its workers, applies external storage itself, on whole
 * messages and outside of workflow threads; it gets the storage, and the data converter
 * as it was before the starter customized it, so that nothing is stored twice. A schedule
 * client has no such option, and gets a data converter that stores.
 * <p>
 * The Temporal starter adds this plugin to its clients of all namespaces. A client that
 * the application makes by itself needs it in
 * {@code WorkflowClientOptions.Builder.setPlugins} or
 * {@code ScheduleClientOptions.Builder.setPlugins}.
 * <p>
 * It is to come after other plugins, so that what they put around the data converter runs
 * before storing.
 * <p>
 * Thread-safe.
 */
public final class ExternalStoragePlugin extends WorkerFactoryPlugin
        implements WorkflowClientPlugin, ScheduleClientPlugin {

    private final ExternalStorage externalStorage;

    private final UnaryOperator<DataConverter> original;

    private final WorkerShutdown workers;

    /**
     * Makes a plugin.
     * @param externalStorage what clients and workers store with
     * @param original returns the data converter that was there before the given one was
     * made to store
     * @param workers ends the workers of the clients that have this plugin
     */
    public ExternalStoragePlugin(ExternalStorage externalStorage, UnaryOperator<DataConverter> original,
            WorkerShutdown workers) {
        this.externalStorage = externalStorage;
        this.original = original;
        this.workers = workers;
    }

    @Override
    public String getName() {
        return "io.github.claimcheck.temporal.external-storage";
    }

    /** An external storage that the application has set itself is left alone. */
    @Override
    public void configureWorkflowClient(WorkflowClientOptions.Builder builder) {
        WorkflowClientOptions options = builder.build();
        if (options.getDataConverter() != null) {
            builder.setDataConverter(
                    ExternalStorageDataConverter.withoutStorage(this.original.apply(options.getDataConverter())));
        }
        if (options.getExternalStorage() == null) {
            builder.setExternalStorage(this.externalStorage);
        }
    }

    @Override
    public void startWorkerFactory(WorkerFactory factory, Consumer<WorkerFactory> next) {
        this.workers.onStart(factory);
        next.accept(factory);
    }

    @Override
    public void shutdownWorkerFactory(WorkerFactory factory, Consumer<WorkerFactory> next) {
        this.workers.onShutdown(factory, () -> next.accept(factory));
    }

    /**
     * What belongs to the workflows that a schedule starts is stored: input, memo, and
     * the headers of the client's context propagators. The memo of the schedule itself
     * stays inline: the server makes it the memo of a workflow of its own, whose worker
     * fails at a reference, so that the schedule would never act.
     */
    @Override
    public void configureScheduleClient(ScheduleClientOptions.Builder builder) {
        // The builder has no getters, and what it builds has the SDK's default where
        // there is no converter yet.
        ScheduleClientOptions options = builder.build();
        builder.setDataConverter(new ExternalStorageDataConverter(this.original.apply(options.getDataConverter()),
                withTargetOnly(this.externalStorage)));
        builder.setContextPropagators(options.getContextPropagators()
            .stream()
            .<ContextPropagator>map((propagator) -> new StoringContextPropagator(propagator, this.externalStorage))
            .toList());
    }

    /**
     * The SDK converts what belongs to a workflow in the workflow's context, which names
     * a target.
     */
    private static ExternalStorage withTargetOnly(ExternalStorage storage) {
        return ExternalStorage.newBuilder()
            .setDrivers(storage.getDrivers())
            .setDriverSelector((context, payload) -> (context.getTarget() != null)
                    ? storage.getDriverSelector().selectDriver(context, payload) : null)
            .setPayloadSizeThreshold(storage.getPayloadSizeThreshold())
            .setMaxConcurrentPayloadVisits(storage.getMaxConcurrentPayloadVisits())
            .build();
    }

}
