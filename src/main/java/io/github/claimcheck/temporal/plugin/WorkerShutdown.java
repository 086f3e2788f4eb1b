package io.github.claimcheck.temporal.plugin;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.worker.WorkerFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shuts down worker factories before the stores that their tasks need. Workers complete
 * the tasks that they have started: they upload results and report them to the Temporal
 * server.
 * <p>
 * It shuts down the factories that the {@link ExternalStoragePlugin} has seen start. If a
 * factory is shut down while the application closes, it continues polling until
 * {@link #shutDown}: the Temporal starter shuts down the factories of non-root namespaces
 * before the web server has completed its requests, which may wait for workflows.
 * <p>
 * Thread-safe.
 */
@InternalApi
public final class WorkerShutdown {

    private static final Logger logger = LoggerFactory.getLogger(WorkerShutdown.class);

    private final BooleanSupplier closing;

    private final Set<WorkerFactory> started = Collections.newSetFromMap(new IdentityHashMap<>());

    private final Map<WorkerFactory, Runnable> deferred = new IdentityHashMap<>();

    private boolean done;

    /**
     * Creates an instance without factories.
     * @param closing returns whether the application is closing and will call
     * {@link #shutDown}
     */
    public WorkerShutdown(BooleanSupplier closing) {
        this.closing = closing;
    }

    synchronized void onStart(WorkerFactory factory) {
        this.started.add(factory);
    }

    /**
     * Shuts down or defers, without waiting, because the caller holds the factory's lock.
     */
    void onShutdown(WorkerFactory factory, Runnable shutdown) {
        synchronized (this) {
            if (!this.done && this.closing.getAsBoolean()) {
                this.deferred.putIfAbsent(factory, shutdown);
                return;
            }
            this.started.remove(factory);
        }
        shutdown.run();
    }

    /**
     * Shuts down all factories and waits until their tasks have ended.
     * @param others further factories, whose clients may not have the plugin
     * @param timeout how long to wait
     * @return whether all tasks have ended
     */
    public boolean shutDown(Collection<WorkerFactory> others, Duration timeout) {
        Set<WorkerFactory> factories = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Runnable> shutdowns;
        synchronized (this) {
            this.done = true;
            factories.addAll(this.started);
            shutdowns = new ArrayList<>(this.deferred.values());
            this.deferred.clear();
            this.started.clear();
        }
        others.stream().filter(WorkerFactory::isStarted).forEach(factories::add);
        shutdowns.forEach(WorkerShutdown::run);
        factories.stream().filter((factory) -> !factory.isShutdown()).forEach((factory) -> run(factory::shutdown));
        long end = System.nanoTime() + timeout.toNanos();
        factories
            .forEach((factory) -> factory.awaitTermination(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS));
        return factories.stream().allMatch(WorkerFactory::isTerminated);
    }

    /**
     * Runs a shutdown. A factory that fails must not prevent others from shutting down.
     */
    private static void run(Runnable shutdown) {
        try {
            shutdown.run();
        }
        catch (RuntimeException ex) {
            logger.warn("Failed to shut down a worker factory", ex);
        }
    }

}
