package io.github.claimcheck.temporal.codecserver.web;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;

/**
 * The body of a request, which is subscribed to when it is read: Spring's stream cannot
 * be closed before its subscription, which is not at once. Nothing of a request that is
 * refused for its headers is read. Used by one thread, which may block.
 */
final class ReactiveBody extends InputStream {

    /** The buffers that a body may be ahead of its reader. */
    private static final int PREFETCH = 4;

    /** As a servlet container's. Netty waits forever. */
    private static final Duration MAX_IDLE = Duration.ofSeconds(20);

    private final Flux<DataBuffer> buffers;

    private @Nullable InputStream stream;

    ReactiveBody(Flux<DataBuffer> buffers) {
        this.buffers = buffers;
    }

    @Override
    public int read() throws IOException {
        byte[] next = new byte[1];
        return (read(next, 0, 1) > 0) ? Byte.toUnsignedInt(next[0]) : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (this.stream == null) {
            this.stream = DataBufferUtils.subscriberInputStream(this.buffers.timeout(MAX_IDLE), PREFETCH);
        }
        try {
            return this.stream.read(bytes, offset, length);
        }
        catch (RuntimeException ex) {
            throw new IOException("The body could not be read", Exceptions.unwrap(ex));
        }
    }

    @Override
    public void close() throws IOException {
        if (this.stream != null) {
            this.stream.close();
        }
    }

}
