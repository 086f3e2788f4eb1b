package io.github.claimcheck.temporal.cache;

import io.github.claimcheck.temporal.internal.BackgroundThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads that may block on a disk, and for which no caller waits long. If a task does
 * not end in time, its turn included, the disk is left alone for half a minute. The
 * threads end when they are idle. Results complete on other threads.
 * <p>
 * Thread-safe.
 */
final class DiskThreads {

    /** How long a caller waits, and more for large payloads. */
    static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** Slower than any local disk. */
    private static final long BYTES_PER_SECOND = 50_000_000;

    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final ThreadPoolExecutor threads;

    private final Executor background = BackgroundThreads.executor();

    private final BiConsumer<String, @Nullable Throwable> onFailure;

    private final Pause pause = new Pause();

    /**
     * Creates an instance without a thread.
     * @param number the maximum number of threads
     * @param onFailure called with the description of a failure, and its exception
     * @param onEnd called once it is closed and the last task has ended
     */
    DiskThreads(int number, BiConsumer<String, @Nullable Throwable> onFailure, Runnable onEnd) {
        this.threads = new ThreadPoolExecutor(number, number, PAUSE.toSeconds(), TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), BackgroundThreads.daemons("temporal-external-storage-disk-cache")) {
            @Override
            protected void terminated() {
                onEnd.run();
            }
        };
        this.threads.allowCoreThreadTimeOut(true);
        this.onFailure = onFailure;
    }

    /** Returns whether the disk is left alone, since it did not answer. */
    boolean isPaused() {
        return this.pause.isOn();
    }

    /**
     * Runs a task for a caller. One that is no longer waited for does not start.
     * @param bytes the number of bytes to read or write
     * @param otherwise the result if the task fails, or does not end in time
     */
    <T extends @Nullable Object> CompletableFuture<T> run(long bytes, @Nullable T otherwise, Callable<T> callable) {
        Task<T> task = new Task<>(otherwise, callable);
        start(task);
        Duration timeout = TIMEOUT.plusMillis(bytes * 1000 / BYTES_PER_SECOND);
        task.result.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).whenComplete((done, failure) -> {
            if (failure instanceof TimeoutException) {
                this.background.execute(() -> giveUp(task));
            }
        });
        task.result.whenComplete((done, failure) -> this.threads.remove(task));
        return task.result;
    }

    private void giveUp(Task<?> task) {
        if (task.result.isDone()) {
            // The disk was in time, and this machine is busy.
            return;
        }
        this.pause.begin(PAUSE);
        if (task.giveUp()) {
            this.onFailure.accept("the disk does not answer in time", null);
        }
    }

    /**
     * Runs a task that no caller waits for.
     * @param otherwise the result if the task fails
     */
    <T> CompletableFuture<T> start(T otherwise, Callable<T> callable) {
        Task<T> task = new Task<>(otherwise, callable);
        start(task);
        return task.result;
    }

    private void start(Task<?> task) {
        try {
            this.threads.execute(task);
        }
        catch (RejectedExecutionException ex) {
            // Closed.
            task.giveUp();
        }
    }

    /** Drops the tasks that have not begun, and waits for the others for a while. */
    void close() {
        List<Runnable> dropped = new ArrayList<>();
        this.threads.shutdown();
        this.threads.getQueue().drainTo(dropped);
        dropped.forEach((task) -> ((Task<?>) task).giveUp());
        try {
            this.threads.awaitTermination(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Task<T extends @Nullable Object> implements Runnable {

        private final CompletableFuture<T> result = new CompletableFuture<>();

        private final @Nullable T otherwise;

        private final Callable<T> callable;

        Task(@Nullable T otherwise, Callable<T> callable) {
            this.otherwise = otherwise;
            this.callable = callable;
        }

        @Override
        public void run() {
            if (this.result.isDone()) {
                return;
            }
            try {
                T value = this.callable.call();
                complete(() -> this.result.complete(value));
            }
            catch (Exception | OutOfMemoryError ex) {
                DiskThreads.this.onFailure.accept(String.valueOf(ex), ex);
                complete(this::giveUp);
            }
            catch (Error ex) {
                complete(() -> this.result.completeExceptionally(ex));
            }
        }

        /** Its dependents may take their time, or need another task. */
        private void complete(Runnable completion) {
            DiskThreads.this.background.execute(completion);
        }

        boolean giveUp() {
            return this.result.complete(this.otherwise);
        }

    }

}
