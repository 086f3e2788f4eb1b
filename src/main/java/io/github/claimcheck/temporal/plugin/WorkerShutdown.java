package io.github.claimcheck.temporal.plugin;

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
 * Ends worker factories before the stores that their tasks need. What a worker has begun
 * it finishes: uploads a result, and tells the Temporal server.
 * <p>
 * It knows the factories that the {@link ExternalStoragePlugin} has seen start, whoever
 * made them. One that is told to shut down while the application closes goes on polling
 * until {@link #shutDown}: the Temporal starter tells the factories of non-root
 * namespaces before the web server has ended its requests, which may wait for workflows.
 * <p>
 * Thread-safe.
 */
public final class WorkerShutdown {

    private static final Logger logger = LoggerFactory.getLogger(WorkerShutdown.class);

    private final BooleanSupplier closing;

    private final Set<WorkerFactory> started = Collections.newSetFromMap(new IdentityHashMap<>());

    private final Map<WorkerFactory, Runnable> deferred = new IdentityHashMap<>();

    private boolean done;

    /**
     * Makes an instance that has seen no factory yet.
     * @param closing whether the application closes and will call {@link #shutDown}
     */
    public WorkerShutdown(BooleanSupplier closing) {
        this.closing = closing;
    }

    synchronized void onStart(WorkerFactory factory) {
        this.started.add(factory);
    }

    /** Does not wait: the caller holds the factory's lock. */
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
     * Shuts all factories down, and waits until their tasks have ended.
     * @param others factories that may not have been seen, because their client does not
     * have the plugin
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

    /** One factory that fails must not keep the others from ending. */
    private static void run(Runnable shutdown) {
        try {
            shutdown.run();
        }
        catch (RuntimeException ex) {
            logger.warn("A worker factory could not be shut down", ex);
        }
    }

}
