package io.github.claimcheck.temporal.codecserver;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.storage.ExternalStorage;
import org.jspecify.annotations.Nullable;

/**
 * How workers and clients of one namespace encode and store payloads. Not part of the
 * public API.
 *
 * @param name the name of the namespace
 * @param codec what is done to payloads before they are stored
 * @param storage the external storage; null if the application has none
 */
@InternalApi
public record CodecNamespace(String name, PayloadCodec codec, @Nullable ExternalStorage storage) {
}
