package io.github.claimcheck.temporal.testing;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/** Test data. */
public final class Payloads {

    private Payloads() {
    }

    /** Returns bytes that do not compress, the same for the same seed. */
    public static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Returns a payload whose serialized size is exactly the given one. */
    public static Payload ofSerializedSize(int size) {
        Payload payload = of(new byte[size]);
        for (int excess = payload.getSerializedSize() - size; excess != 0; excess = payload.getSerializedSize()
                - size) {
            payload = of(new byte[payload.getData().size() - excess]);
        }
        return payload;
    }

    public static Payload of(byte[] data) {
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("binary/plain"))
            .setData(ByteString.copyFrom(data))
            .build();
    }

    public static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException(ex);
        }
    }

}
