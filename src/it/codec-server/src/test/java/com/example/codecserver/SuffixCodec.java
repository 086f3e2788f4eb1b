package com.example.codecserver;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import java.util.List;

/**
 * Appends its name to each payload's encoding and data, so that a payload shows which
 * codecs it went through, in which order. Decodes nothing else.
 */
record SuffixCodec(String suffix) implements PayloadCodec {

    @Override
    public List<Payload> encode(List<Payload> payloads) {
        return payloads.stream()
            .map((payload) -> payload.toBuilder()
                .putMetadata("encoding", ByteString.copyFromUtf8(TestPayloads.encoding(payload) + this.suffix))
                .setData(payload.getData().concat(ByteString.copyFromUtf8(this.suffix)))
                .build())
            .toList();
    }

    @Override
    public List<Payload> decode(List<Payload> payloads) {
        return payloads.stream().map(this::decode).toList();
    }

    private Payload decode(Payload payload) {
        String encoding = TestPayloads.encoding(payload);
        if (!encoding.endsWith(this.suffix) || !payload.getData().endsWith(ByteString.copyFromUtf8(this.suffix))) {
            throw new IllegalArgumentException("SECRET: not encoded by this codec: " + payload);
        }
        return payload.toBuilder()
            .putMetadata("encoding",
                    ByteString.copyFromUtf8(encoding.substring(0, encoding.length() - this.suffix.length())))
            .setData(payload.getData().substring(0, payload.getData().size() - this.suffix.length()))
            .build();
    }

}
