package io.github.claimcheck.temporal.codecserver;

import io.github.claimcheck.temporal.internal.InternalApi;
import java.io.InputStream;
import java.security.Principal;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request to the codec server, as the web framework received it. Not part of the public
 * API.
 *
 * @param operation what the caller asks for
 * @param headers its headers
 * @param query the query of its URL, as it was sent; null if there is none
 * @param principal the authenticated caller; null if there is none
 * @param body the body, read at most once
 */
@InternalApi
public record CodecRequest(CodecServerOperation operation, Headers headers, @Nullable String query,
        @Nullable Principal principal, InputStream body) {

    private static final Pattern PRESERVES_REFERENCES = Pattern.compile("(^|&)preserveStorageRefs=(?i:true)(&|$)");

    /** Returns the values of a header. */
    @FunctionalInterface
    public interface Headers {

        /**
         * Returns the values of a header.
         * @param name the name of the header
         * @return the values; empty if there is none
         */
        List<String> get(String name);

    }

    /**
     * Returns a header that says once what the request is.
     * @throws RefusedException if it is there several times: a proxy may have checked
     * another of them
     */
    @Nullable String header(String name) {
        List<String> values = this.headers.get(name);
        if (values.size() > 1) {
            throw new RefusedException(RefusedException.BAD_REQUEST,
                    "The request has several " + name + " headers. Send one.");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** Reads no more of the query, which may be malformed elsewhere. */
    boolean preservesReferences() {
        return this.query != null && PRESERVES_REFERENCES.matcher(this.query).find();
    }

}
