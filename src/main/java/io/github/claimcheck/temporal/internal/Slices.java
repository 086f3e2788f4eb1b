package io.github.claimcheck.temporal.internal;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits contents into small buffers. A network or file library that copies a buffer
 * before it sends or writes it then copies little at a time. Not part of the public API.
 */
public final class Slices {

    private static final int SIZE = 64 * 1024;

    private Slices() {
    }

    /**
     * Returns views of a content's bytes.
     * @param content the content
     * @return read-only buffers of at most 64 KB each, which have the content's bytes in
     * order; none of an empty content
     */
    public static List<ByteBuffer> of(ByteString content) {
        List<ByteBuffer> slices = new ArrayList<>(content.size() / SIZE + 3);
        for (ByteBuffer part : content.asReadOnlyByteBufferList()) {
            for (int start = part.position(); start < part.limit(); start += SIZE) {
                slices.add(part.slice(start, Math.min(SIZE, part.limit() - start)));
            }
        }
        return slices;
    }

}
