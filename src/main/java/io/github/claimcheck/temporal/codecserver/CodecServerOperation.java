package io.github.claimcheck.temporal.codecserver;

import java.util.Locale;

/**
 * What a caller asks of the codec server. Each operation is a path below that of the
 * server, such as {@code /decode}.
 */
public enum CodecServerOperation {

    /** Encodes payloads, and stores those at or above the threshold. */
    ENCODE,

    /** Retrieves references, unless the caller wants them preserved, and decodes. */
    DECODE,

    /** Retrieves and decodes references. */
    DOWNLOAD;

    /**
     * Returns the operation's path below that of the server.
     * @return the path, with a leading slash
     */
    public String getPath() {
        return "/" + name().toLowerCase(Locale.ROOT);
    }

}
