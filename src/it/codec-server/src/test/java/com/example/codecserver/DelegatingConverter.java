package com.example.codecserver;

import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.common.converter.DataConverter;
import java.lang.reflect.Type;
import java.util.Optional;

/** Hides what it delegates to. */
class DelegatingConverter implements DataConverter {

    private final DataConverter delegate;

    DelegatingConverter(DataConverter delegate) {
        this.delegate = delegate;
    }

    /** For proxies. */
    DelegatingConverter() {
        this(null);
    }

    @Override
    public <T> Optional<Payload> toPayload(T value) {
        return this.delegate.toPayload(value);
    }

    @Override
    public <T> T fromPayload(Payload payload, Class<T> valueClass, Type valueType) {
        return this.delegate.fromPayload(payload, valueClass, valueType);
    }

    @Override
    public Optional<Payloads> toPayloads(Object... values) {
        return this.delegate.toPayloads(values);
    }

    @Override
    public <T> T fromPayloads(int index, Optional<Payloads> content, Class<T> valueType, Type valueGenericType) {
        return this.delegate.fromPayloads(index, content, valueType, valueGenericType);
    }

}
