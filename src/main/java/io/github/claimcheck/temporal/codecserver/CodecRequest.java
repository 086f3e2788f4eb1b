package io.github.claimcheck.temporal.codecserver;

import io.github.claimcheck.temporal.internal.InternalApi;
import java.io.InputStream;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * A request to the codec server, as the web framework received it. Not part of the public
 * API.
 *
 * @param operation what the caller asks for
 * @param headers its headers
 * @param preserveStorageRefs the query parameter of that name; null if there is none
 * @param principal the authenticated caller; null if there is none
 * @param body the body, read at most once
 */
@InternalApi
public record CodecRequest(CodecServerOperation operation, Headers headers, @Nullable String preserveStorageRefs,
        @Nullable Principal principal, InputStream body) {

    /** Returns the first value of a header. */
    @FunctionalInterface
    public interface Headers {

        /**
         * Returns the first value of a header.
         * @param name the name of the header
         * @return the value; null if there is none
         */
        @Nullable String get(String name);

    }

    boolean preservesReferences() {
        return "true".equalsIgnoreCase(this.preserveStorageRefs);
    }

}
