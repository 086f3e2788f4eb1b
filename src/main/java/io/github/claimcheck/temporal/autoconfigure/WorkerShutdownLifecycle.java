package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.plugin.WorkerShutdown;
import io.temporal.worker.WorkerFactory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Ends the application's worker factories when its context closes, before any store
 * closes.
 * <p>
 * A context stops its lifecycle beans before it destroys beans, those of higher phases
 * first. The phase of this one is below those of the web server, which lets its requests
 * end gracefully at {@code DEFAULT_PHASE - 1024} and stops at
 * {@code DEFAULT_PHASE - 2048}: a request may wait for a workflow of these workers. It is
 * far above that of Lettuce's connections, which is 0. The context waits for
 * {@code spring.lifecycle.timeout-per-shutdown-phase} at most.
 */
final class WorkerShutdownLifecycle implements SmartLifecycle {

    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3072;

    private static final String TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";

    private static final Log logger = LogFactory.getLog(WorkerShutdownLifecycle.class);

    private final ConfigurableApplicationContext context;

    private final WorkerShutdown workers;

    private volatile boolean running;

    WorkerShutdownLifecycle(ConfigurableApplicationContext context) {
        this.context = context;
        // A context is closed from before it tells its listeners.
        this.workers = new WorkerShutdown(() -> this.running && context.isClosed());
    }

    WorkerShutdown getWorkers() {
        return this.workers;
    }

    @Override
    public void start() {
        this.running = true;
    }

    /** Worker factories cannot start again, so a context that only pauses keeps them. */
    @Override
    public void stop(Runnable callback) {
        if (!this.context.isClosed()) {
            stop();
            callback.run();
            return;
        }
        // Daemon, and not the caller's: the context waits no longer than it may.
        Thread thread = new Thread(() -> {
            try {
                shutDown();
            }
            finally {
                stop();
                callback.run();
            }
        }, "external-storage-worker-shutdown");
        thread.setDaemon(true);
        thread.start();
    }

    private void shutDown() {
        Duration timeout = Binder.get(this.context.getEnvironment())
            .bind(TIMEOUT, Duration.class)
            .orElse(Duration.ofSeconds(30));
        if (!this.workers.shutDown(workerFactories(), timeout)) {
            logger.warn("Workers still have tasks after " + timeout.toMillis() + " ms. The stores close now, and what "
                    + "these tasks store or retrieve fails. Raise " + TIMEOUT + " to give them more time.");
        }
    }

    /**
     * Those of non-root namespaces are singletons without a definition. None is made that
     * was not there.
     */
    private List<WorkerFactory> workerFactories() {
        ConfigurableListableBeanFactory beans = this.context.getBeanFactory();
        return Stream.of(beans.getBeanNamesForType(WorkerFactory.class, true, false))
            .map(beans::getSingleton)
            .filter(Objects::nonNull)
            .map(WorkerFactory.class::cast)
            .toList();
    }

    @Override
    public void stop() {
        this.running = false;
    }

    @Override
    public boolean isRunning() {
        return this.running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Of Spring Framework 7: test contexts that wait for their next use are paused. */
    @Override
    public boolean isPauseable() {
        return false;
    }

}
