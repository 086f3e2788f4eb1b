package io.github.claimcheck.temporal.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Threads for work that no caller waits on, with the application's context class loader.
 * The JDK's common pool has the system class loader instead. In an executable jar, that
 * one sees only Spring Boot's launcher, so a driver that runs there could load neither a
 * class by its name nor a service. Not part of the public API.
 * <p>
 * The application's class loader is that of the calling thread or, if that one does not
 * see this library, the library's own.
 */
public final class BackgroundThreads {

    private static final Executor COMMON_POOL = new CompletableFuture<>().defaultExecutor();

    private BackgroundThreads() {
    }

    /**
     * Returns an executor that runs tasks on the JDK's common pool.
     * @return the executor, with the class loader that the calling thread has now
     */
    public static Executor executor() {
        ClassLoader loader = applicationClassLoader();
        return (task) -> COMMON_POOL.execute(() -> run(task, loader));
    }

    /**
     * Returns an executor that runs tasks on the JDK's common pool after a delay.
     * @param delay the delay of each task, from when it is submitted
     * @return the executor, with the class loader that the calling thread has now
     */
    public static Executor delayed(Duration delay) {
        return CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, executor());
    }

    /**
     * Returns a factory of daemon threads.
     * @param name the name of all threads
     * @return the factory, with the class loader that the calling thread has now
     */
    public static ThreadFactory daemons(String name) {
        ClassLoader loader = applicationClassLoader();
        return (task) -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        };
    }

    private static void run(Runnable task, ClassLoader loader) {
        Thread thread = Thread.currentThread();
        ClassLoader previous = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            task.run();
        }
        finally {
            thread.setContextClassLoader(previous);
        }
    }

    private static ClassLoader applicationClassLoader() {
        ClassLoader own = BackgroundThreads.class.getClassLoader();
        ClassLoader caller = Thread.currentThread().getContextClassLoader();
        for (ClassLoader loader = caller; loader != null; loader = loader.getParent()) {
            if (loader == own) {
                return caller;
            }
        }
        return own;
    }

}
