package io.github.claimcheck.temporal.cache;

import io.github.claimcheck.temporal.internal.BackgroundThreads;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads that may block on a disk, and for which no caller waits longer than a second
 * without progress. A disk that does not answer is then left alone for half a minute. The
 * threads end when they are idle.
 * <p>
 * Thread-safe.
 */
final class DiskThreads {

    static final Duration STALLED = Duration.ofSeconds(1);

    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final ThreadLocal<Task<?>> current = new ThreadLocal<>();

    private final ThreadPoolExecutor threads;

    private final BiConsumer<String, @Nullable Throwable> onFailure;

    /** What callers wait for. */
    private final Set<Task<?>> waiting = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean watched = new AtomicBoolean();

    private final Pause pause = new Pause();

    private volatile long progress;

    /**
     * Creates an instance without a thread.
     * @param number the maximum number of threads
     * @param onFailure called with the description of a failure, and its exception
     */
    DiskThreads(int number, BiConsumer<String, @Nullable Throwable> onFailure) {
        this.threads = new ThreadPoolExecutor(number, number, PAUSE.toSeconds(), TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), BackgroundThreads.daemons("temporal-external-storage-disk-cache"));
        this.threads.allowCoreThreadTimeOut(true);
        this.onFailure = onFailure;
    }

    /** Returns whether the disk is left alone, since it did not answer. */
    boolean isPaused() {
        return this.pause.isOn();
    }

    /**
     * Runs a task.
     * @param otherwise the result if the task fails, or does not end in time
     */
    <T extends @Nullable Object> CompletableFuture<T> run(@Nullable T otherwise, Callable<T> callable) {
        Task<T> task = new Task<>(otherwise, callable);
        if (this.waiting.isEmpty()) {
            this.progress = System.nanoTime();
        }
        this.waiting.add(task);
        task.result.whenComplete((done, failure) -> this.waiting.remove(task));
        try {
            this.threads.execute(task);
            watch();
        }
        catch (RejectedExecutionException ex) {
            // Closed.
            task.giveUp();
        }
        return task.result;
    }

    /** Says that the current task progresses. */
    void progressed() {
        this.progress = System.nanoTime();
        Task<?> task = this.current.get();
        if (task != null) {
            task.progress = this.progress;
        }
    }

    private void watch() {
        if (!this.waiting.isEmpty() && this.watched.compareAndSet(false, true)) {
            BackgroundThreads.delayed(STALLED.dividedBy(2)).execute(() -> {
                this.watched.set(false);
                check();
                watch();
            });
        }
    }

    private void check() {
        long now = System.nanoTime();
        long queued = this.progress;
        if (this.waiting.stream()
            .anyMatch((task) -> now - (task.started ? task.progress : queued) > STALLED.toNanos())) {
            this.pause.begin(PAUSE);
            this.onFailure.accept("the disk has not answered for a second", null);
            this.threads.getQueue().clear();
            this.waiting.forEach(Task::giveUp);
        }
    }

    /** Rejects tasks from now on, and returns whether all others have ended in time. */
    boolean close(Duration timeout) {
        this.threads.shutdown();
        try {
            return this.threads.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private final class Task<T extends @Nullable Object> implements Runnable {

        private final CompletableFuture<T> result = new CompletableFuture<>();

        private final @Nullable T otherwise;

        private final Callable<T> callable;

        private volatile long progress;

        private volatile boolean started;

        Task(@Nullable T otherwise, Callable<T> callable) {
            this.otherwise = otherwise;
            this.callable = callable;
        }

        @Override
        public void run() {
            if (this.result.isDone()) {
                return;
            }
            DiskThreads.this.current.set(this);
            progressed();
            this.started = true;
            try {
                T value = this.callable.call();
                progressed();
                end();
                this.result.complete(value);
            }
            catch (Exception ex) {
                end();
                DiskThreads.this.onFailure.accept(String.valueOf(ex), ex);
                this.result.complete(this.otherwise);
            }
            catch (Error ex) {
                end();
                this.result.completeExceptionally(ex);
            }
        }

        /** Before the result completes, whose dependents may take their time. */
        private void end() {
            DiskThreads.this.waiting.remove(this);
            DiskThreads.this.current.remove();
        }

        void giveUp() {
            this.result.complete(this.otherwise);
        }

    }

}
