package io.github.claimcheck.temporal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the context class loader of background threads. */
class BackgroundThreadsTests {

    private static final ClassLoader OWN = BackgroundThreads.class.getClassLoader();

    private static final ClassLoader APPLICATION = new URLClassLoader(new URL[0], OWN);

    private static final ClassLoader BLIND = new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader());

    @AfterEach
    void restore() {
        Thread.currentThread().setContextClassLoader(OWN);
    }

    @Test
    void tasksHaveTheCallersClassLoader() {
        assertThat(loader(called(APPLICATION, BackgroundThreads::executor))).isSameAs(APPLICATION);
        assertThat(loader(called(APPLICATION, () -> BackgroundThreads.delayed(Duration.ofMillis(1)))))
            .isSameAs(APPLICATION);
        assertThat(started(called(APPLICATION, () -> BackgroundThreads.daemons("test")))).isSameAs(APPLICATION);
    }

    @Test
    void tasksHaveTheLibrarysClassLoaderIfTheCallersDoesNotSeeIt() {
        assertThat(loader(called(BLIND, BackgroundThreads::executor))).isSameAs(OWN);
        assertThat(loader(called(BLIND, () -> BackgroundThreads.delayed(Duration.ofMillis(1))))).isSameAs(OWN);
        assertThat(started(called(BLIND, () -> BackgroundThreads.daemons("test")))).isSameAs(OWN);
    }

    @Test
    void theThreadOfThePoolGetsItsOwnBack() {
        Thread thread = Thread.currentThread();
        thread.setContextClassLoader(BLIND);
        Executor executor = called(APPLICATION, BackgroundThreads::executor);
        ClassLoader[] seen = new ClassLoader[2];
        CompletableFuture.runAsync(() -> {
            Thread.currentThread().setContextClassLoader(BLIND);
            CompletableFuture<Void> nested = CompletableFuture.runAsync(() -> seen[0] = currentLoader(), executor);
            nested.join();
            seen[1] = currentLoader();
        }).join();
        assertThat(seen).containsExactly(APPLICATION, BLIND);
    }

    private static <T> T called(ClassLoader loader, Supplier<T> call) {
        Thread.currentThread().setContextClassLoader(loader);
        try {
            return call.get();
        }
        finally {
            Thread.currentThread().setContextClassLoader(BLIND);
        }
    }

    private static ClassLoader loader(Executor executor) {
        return CompletableFuture.supplyAsync(BackgroundThreadsTests::currentLoader, executor).join();
    }

    private static ClassLoader started(ThreadFactory factory) {
        CompletableFuture<ClassLoader> loader = new CompletableFuture<>();
        Thread thread = factory.newThread(() -> loader.complete(currentLoader()));
        assertThat(thread.isDaemon()).isTrue();
        thread.start();
        return loader.join();
    }

    private static ClassLoader currentLoader() {
        return Thread.currentThread().getContextClassLoader();
    }

}
