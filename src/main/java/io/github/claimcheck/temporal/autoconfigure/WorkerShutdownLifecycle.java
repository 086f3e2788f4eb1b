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
 * Shuts down the application's worker factories when its context closes, before any store
 * closes.
 * <p>
 * A context stops its lifecycle beans, highest phase first, before it destroys beans.
 * This phase is below the web server's, which completes its requests at
 * {@code DEFAULT_PHASE - 1024} and stops at {@code DEFAULT_PHASE - 2048}, because a
 * request may wait for a workflow of these workers. It is far above the phase of
 * Lettuce's connections, 0. The context waits for at most
 * {@code spring.lifecycle.timeout-per-shutdown-phase}.
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
        // isClosed() is true before listeners receive the ContextClosedEvent.
        this.workers = new WorkerShutdown(() -> this.running && context.isClosed());
    }

    WorkerShutdown getWorkers() {
        return this.workers;
    }

    @Override
    public void start() {
        this.running = true;
    }

    /**
     * Shuts down the workers if the context closes. A context that only pauses keeps
     * them, because worker factories cannot restart.
     */
    @Override
    public void stop(Runnable callback) {
        if (!this.context.isClosed()) {
            stop();
            callback.run();
            return;
        }
        // A daemon thread, so that the context can stop waiting at its timeout.
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
            logger.warn("Workers still have tasks after " + timeout.toMillis() + " ms. The stores close now, so "
                    + "transfers of these tasks fail. Increase " + TIMEOUT + " to give them more time.");
        }
    }

    /**
     * Returns the existing worker factories, without creating one. Those of non-root
     * namespaces are singletons without a definition.
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

    /** Prevents pausing. Spring Framework 7 pauses cached test contexts between uses. */
    @Override
    public boolean isPauseable() {
        return false;
    }

}
