package io.github.claimcheck.temporal.codecserver;

import io.github.claimcheck.temporal.internal.InternalApi;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces that the application knows. Thread-safe. Not part of the public API.
 */
@InternalApi
@FunctionalInterface
public interface CodecNamespaces {

    /**
     * Finds a namespace.
     * @param name its name; null for the root namespace
     * @return the namespace; null if the application does not know it
     */
    @Nullable CodecNamespace find(@Nullable String name);

}
