package io.github.claimcheck.temporal.testing;

import java.util.stream.StreamSupport;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.util.ClassUtils;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;

/** All auto-configurations of the starter, as an application gets them. */
public final class StarterAutoConfigurations {

    /**
     * All clients of the AWS SDK share their threads. Whoever closes the last client
     * waits for two seconds until they end; with this one open, no test does.
     */
    private static final SdkAsyncHttpClient KEEPS_THREADS = NettyNioAsyncHttpClient.create();

    private StarterAutoConfigurations() {
    }

    /** Returns what {@code AutoConfiguration.imports} of the starter lists. */
    public static AutoConfigurations all() {
        return AutoConfigurations.of(listed());
    }

    /**
     * Returns the same as classes, in the order in which Spring Boot applies them, for
     * contexts that take them as plain configurations.
     */
    public static Class<?>[] classes() {
        return AutoConfigurations.getClasses(all());
    }

    private static Class<?>[] listed() {
        return StreamSupport
            .stream(ImportCandidates.load(AutoConfiguration.class, StarterAutoConfigurations.class.getClassLoader())
                .spliterator(), false)
            .filter((name) -> name.startsWith("io.github.claimcheck.temporal."))
            .map((name) -> ClassUtils.resolveClassName(name, null))
            .toArray(Class<?>[]::new);
    }

}
