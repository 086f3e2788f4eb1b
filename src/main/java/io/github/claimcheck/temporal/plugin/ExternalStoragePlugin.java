package io.github.claimcheck.temporal.plugin;

import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.github.claimcheck.temporal.internal.ExternalStorageApi;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowClientPlugin;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.client.schedules.ScheduleClientPlugin;
import io.temporal.common.context.ContextPropagator;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Adds external storage to workflow and schedule clients.
 * <p>
 * Workflow clients and their workers apply external storage themselves, to whole messages
 * and outside workflow threads. They get the storage, and the data converter as it was
 * before the starter customized it, so that nothing is stored twice. Schedule clients
 * have no such option, so they get a data converter that stores.
 * <p>
 * The Temporal starter adds this plugin to its clients of all namespaces. A client that
 * the application creates itself needs the plugin in
 * {@code WorkflowClientOptions.Builder.setPlugins} or
 * {@code ScheduleClientOptions.Builder.setPlugins}.
 * <p>
 * The plugin must come after other plugins, so that their data converters run before
 * storing.
 * <p>
 * Thread-safe.
 */
public final class ExternalStoragePlugin extends WorkerFactoryPlugin
        implements WorkflowClientPlugin, ScheduleClientPlugin {

    private final ExternalStorage externalStorage;

    private final UnaryOperator<DataConverter> original;

    private final WorkerShutdown workers;

    private final WorkerInterceptor outermost;

    private final List<WorkerInterceptor> innermost;

    /**
     * Creates a plugin.
     * @param externalStorage the external storage of clients and workers
     * @param original returns a data converter as it was before external storage was
     * added to it
     * @param workers shuts down the workers of clients that have this plugin
     * @param outermost the interceptor of these workers that calls all others
     * @param innermost the interceptors of these workers that all others call
     */
    public ExternalStoragePlugin(ExternalStorage externalStorage, UnaryOperator<DataConverter> original,
            WorkerShutdown workers, WorkerInterceptor outermost, List<WorkerInterceptor> innermost) {
        this.externalStorage = externalStorage;
        this.original = original;
        this.workers = workers;
        this.outermost = outermost;
        this.innermost = innermost;
    }

    @Override
    public String getName() {
        return "io.github.claimcheck.temporal.external-storage";
    }

    /** Adds external storage, unless the application has set its own. */
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
    public void configureWorkerFactory(WorkerFactoryOptions.Builder builder) {
        WorkerInterceptor[] others = builder.build().getWorkerInterceptors();
        // The SDK's first interceptor is the innermost.
        builder.setWorkerInterceptors(Stream
            .of(this.innermost.stream(), Stream.ofNullable(others).flatMap(Arrays::stream), Stream.of(this.outermost))
            .flatMap(Function.identity())
            .distinct()
            .toArray(WorkerInterceptor[]::new));
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
     * Stores the payloads of the workflows that a schedule starts: input, memo, and the
     * headers of the client's context propagators. The memo of the schedule itself stays
     * inline: the server copies it to an internal workflow, whose worker fails on a
     * reference, so the schedule would never act.
     */
    @Override
    public void configureScheduleClient(ScheduleClientOptions.Builder builder) {
        // The builder has no getters. The options have the SDK's default converter if
        // none was set.
        ScheduleClientOptions options = builder.build();
        builder.setDataConverter(new ExternalStorageDataConverter(this.original.apply(options.getDataConverter()),
                withTargetOnly(this.externalStorage)));
        builder.setContextPropagators(options.getContextPropagators()
            .stream()
            .<ContextPropagator>map((propagator) -> new StoringContextPropagator(propagator, this.externalStorage))
            .toList());
    }

    /**
     * Returns an external storage that stores only payloads with a target. The SDK
     * converts a workflow's payloads in the workflow's context, which names its target.
     */
    private static ExternalStorage withTargetOnly(ExternalStorage storage) {
        return ExternalStorageApi.like(storage)
            .setDrivers(storage.getDrivers())
            .setDriverSelector((context, payload) -> (context.getTarget() != null)
                    ? storage.getDriverSelector().selectDriver(context, payload) : null)
            .build();
    }

}
