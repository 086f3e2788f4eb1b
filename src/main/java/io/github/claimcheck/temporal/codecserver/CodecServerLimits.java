package io.github.claimcheck.temporal.codecserver;

import io.github.claimcheck.temporal.internal.InternalApi;

/**
 * The limits of the codec server. Not part of the public API.
 *
 * @param maxRequestSize the maximum size of a request's body, in bytes
 * @param maxPayloads the maximum number of payloads in a request
 * @param maxDecodedSize the maximum total size, in bytes, of what a request's payloads
 * become
 * @param maxBytesInFlight the bytes that all requests together may hold, for their bodies
 * and for what they decode
 */
@InternalApi
public record CodecServerLimits(long maxRequestSize, int maxPayloads, long maxDecodedSize, long maxBytesInFlight) {

    /** The prefix of the properties that set these limits. */
    static final String PREFIX = "temporal.external-storage.codec-server";

}
