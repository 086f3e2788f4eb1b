package com.example.codecserver;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.Map;
import java.util.Random;

/** Payloads as workers write them. */
final class TestPayloads {

    private TestPayloads() {
    }

    static Payload of(Object value) {
        return DefaultDataConverter.newDefaultInstance().toPayload(value).orElseThrow();
    }

    /** Returns a payload that goes to external storage. */
    static Payload large(String text) {
        return of(text.repeat(2000));
    }

    /** Returns bytes that do not compress. */
    static Payload random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return of(bytes);
    }

    static Payload reference(String driver, Map<String, String> claim) {
        return new StorageReference(driver, new StorageDriverClaim(claim)).toPayload(1000);
    }

    /** Returns a reference as the first releases of the Go and Python SDKs wrote it. */
    static Payload earlyReference(String driver, String key) {
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("json/external-storage-reference"))
            .setData(ByteString.copyFromUtf8("""
                    {"driver_name": "%s", "driver_claim": {"claim_data": {"key": "%s"}}}""".formatted(driver, key)))
            .build();
    }

    static boolean isReference(Payload payload) {
        return StorageReference.isReference(payload);
    }

    static String encoding(Payload payload) {
        return payload.getMetadataOrDefault("encoding", ByteString.EMPTY).toStringUtf8();
    }

    static String text(Payload payload) {
        return DefaultDataConverter.newDefaultInstance().fromPayload(payload, String.class, String.class);
    }

}
