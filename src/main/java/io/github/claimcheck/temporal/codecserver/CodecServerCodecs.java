package io.github.claimcheck.temporal.codecserver;

import io.temporal.payload.codec.PayloadCodec;
import org.jspecify.annotations.Nullable;

/**
 * Tells the codec server what a namespace's data converter does to payloads before they
 * go to external storage. Needed only for data converters that encode payloads in a way
 * of their own: codecs of the SDK's {@code CodecDataConverter}, and converters that are
 * payload codecs, are found without a bean of this type.
 * <p>
 * Implementations must be thread-safe.
 */
@FunctionalInterface
public interface CodecServerCodecs {

    /**
     * Returns the codec of a namespace. Called once for each namespace.
     * @param namespace the namespace
     * @return the codec, or null for that of the namespace's data converter
     */
    @Nullable PayloadCodec getCodec(String namespace);

}
