package com.example.codecserver;

import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.RawValue;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.context.SerializationContext;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;

/** A converter with an encoding of its own, which takes a raw value for any other. */
class OwnConverter extends DelegatingConverter {

    private static final PayloadCodec CODEC = new SuffixCodec(".own");

    OwnConverter() {
        super(DefaultDataConverter.newDefaultInstance());
    }

    @Override
    public <T> Optional<Payload> toPayload(T value) {
        if (value instanceof RawValue) {
            throw new IllegalArgumentException("No value of the application");
        }
        return super.toPayload(value).map((payload) -> CODEC.encode(List.of(payload)).get(0));
    }

    @Override
    public <T> T fromPayload(Payload payload, Class<T> valueClass, Type valueType) {
        return super.fromPayload(CODEC.decode(List.of(payload)).get(0), valueClass, valueType);
    }

    /** The same, which tells what it does to payloads. */
    static class WithCodec extends OwnConverter implements PayloadCodec {

        @Override
        public WithCodec withContext(SerializationContext context) {
            return this;
        }

        @Override
        public List<Payload> encode(List<Payload> payloads) {
            return CODEC.encode(payloads);
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            return CODEC.decode(payloads);
        }

    }

}
