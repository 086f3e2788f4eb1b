package com.example.interop;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** A payload codec that compresses, the same as the one that the Go SDK ships. */
public class ZlibCodec implements PayloadCodec {

    static final String ENCODING = "binary/zlib";

    @Override
    public List<Payload> encode(List<Payload> payloads) {
        return payloads.stream().map(ZlibCodec::encode).toList();
    }

    private static Payload encode(Payload payload) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (DeflaterOutputStream stream = new DeflaterOutputStream(compressed)) {
            payload.writeTo(stream);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8(ENCODING))
            .setData(ByteString.copyFrom(compressed.toByteArray()))
            .build();
    }

    @Override
    public List<Payload> decode(List<Payload> payloads) {
        return payloads.stream().map(ZlibCodec::decode).toList();
    }

    private static Payload decode(Payload payload) {
        if (!ENCODING.equals(payload.getMetadataOrDefault("encoding", ByteString.EMPTY).toStringUtf8())) {
            return payload;
        }
        try (InflaterInputStream stream = new InflaterInputStream(payload.getData().newInput())) {
            return Payload.parseFrom(stream);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
