package io.github.claimcheck.temporal.converter;

import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.failure.v1.Failure;
import io.temporal.common.converter.DataConverter;
import io.temporal.payload.context.SerializationContext;
import java.lang.reflect.Type;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Delegates to another converter and suspends all storing converters nested in it.
 */
final class InlineDataConverter implements DataConverter {

    private final DataConverter converter;

    InlineDataConverter(DataConverter converter) {
        this.converter = converter;
    }

    @Override
    public <T> Optional<Payload> toPayload(@Nullable T value) {
        return ExternalStorageCodec.suspended(() -> this.converter.toPayload(value));
    }

    @Override
    public Optional<Payloads> toPayloads(@Nullable Object... values) {
        return ExternalStorageCodec.suspended(() -> this.converter.toPayloads(values));
    }

    @Override
    public Failure exceptionToFailure(Throwable throwable) {
        return ExternalStorageCodec.suspended(() -> this.converter.exceptionToFailure(throwable));
    }

    @Override
    public <T> T fromPayload(Payload payload, Class<T> valueClass, Type valueType) {
        return this.converter.fromPayload(payload, valueClass, valueType);
    }

    @Override
    public <T> T fromPayloads(int index, Optional<Payloads> content, Class<T> valueType, Type valueGenericType) {
        return this.converter.fromPayloads(index, content, valueType, valueGenericType);
    }

    @Override
    public Object[] fromPayloads(Optional<Payloads> content, Class<?>[] parameterTypes, Type[] genericParameterTypes) {
        return this.converter.fromPayloads(content, parameterTypes, genericParameterTypes);
    }

    @Override
    public RuntimeException failureToException(Failure failure) {
        return this.converter.failureToException(failure);
    }

    @Override
    public DataConverter withContext(SerializationContext context) {
        return new InlineDataConverter(this.converter.withContext(context));
    }

    @Override
    public String toString() {
        return "InlineDataConverter[converter=" + this.converter + "]";
    }

}
