package io.github.claimcheck.temporal.testing;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A codec as an application would write one. */
public final class GzipCodec implements PayloadCodec {

    public static final String ENCODING = "binary/gzip";

    @Override
    public List<Payload> encode(List<Payload> payloads) {
        return payloads.stream().map(GzipCodec::encode).toList();
    }

    private static Payload encode(Payload payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            payload.writeTo(gzip);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8(ENCODING))
            .setData(ByteString.copyFrom(bytes.toByteArray()))
            .build();
    }

    @Override
    public List<Payload> decode(List<Payload> payloads) {
        return payloads.stream().map(GzipCodec::decode).toList();
    }

    private static Payload decode(Payload payload) {
        if (!payload.getMetadataOrDefault("encoding", ByteString.EMPTY).toStringUtf8().equals(ENCODING)) {
            return payload;
        }
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(payload.getData().toByteArray()))) {
            return Payload.parseFrom(gzip);
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
