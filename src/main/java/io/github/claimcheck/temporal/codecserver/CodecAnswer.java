package io.github.claimcheck.temporal.codecserver;

import io.github.claimcheck.temporal.internal.InternalApi;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The answer of the codec server. Holds a share of the server's memory until it is
 * closed. Not part of the public API.
 *
 * @param status the HTTP status
 * @param contentType the content type
 * @param body writes the body
 * @param share what is released in the end
 */
@InternalApi
public record CodecAnswer(int status, String contentType, Body body, AutoCloseable share) implements AutoCloseable {

    /** Writes a body. */
    @FunctionalInterface
    public interface Body {

        /**
         * Writes the body.
         * @param output the stream to write to; left open
         * @throws IOException if the stream fails
         */
        void writeTo(OutputStream output) throws IOException;

    }

    @Override
    public void close() {
        try {
            this.share.close();
        }
        catch (Exception ex) {
            throw new IllegalStateException("A share of memory is always released", ex);
        }
    }

}
