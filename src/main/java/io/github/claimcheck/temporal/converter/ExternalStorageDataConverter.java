package io.github.claimcheck.temporal.converter;

import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.failure.v1.Failure;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DataConverterException;
import io.temporal.payload.context.SerializationContext;
import io.temporal.payload.storage.ExternalStorage;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A data converter with external storage. It converts values with the original converter,
 * codecs included, then stores payloads at or above the threshold and returns references
 * to them. It retrieves referenced payloads before the original converter reads them.
 * <p>
 * Workflow clients and workers do not need this converter, because the SDK applies
 * external storage around theirs. It is for schedule clients, and for code that converts
 * payloads itself, such as history readers and codec servers.
 * <p>
 * Conversions block until the transfer ends. On a workflow thread, the SDK's deadlock
 * detector is off meanwhile. A driver's exception is rethrown unchanged. Thread-safe if
 * the original converter is.
 */
public final class ExternalStorageDataConverter implements DataConverter {

    private final DataConverter original;

    private final ExternalStorageCodec storage;

    /** Converts failures, whose payloads it stores and retrieves. */
    private final DataConverter failures;

    /**
     * Creates a converter.
     * @param original the converter between values and payloads
     * @param externalStorage the drivers, the selector and the threshold
     */
    public ExternalStorageDataConverter(DataConverter original, ExternalStorage externalStorage) {
        this(original, () -> externalStorage);
    }

    /**
     * Creates a converter whose external storage may be created later.
     * @param original the converter between values and payloads
     * @param externalStorage supplies the drivers, the selector and the threshold; called
     * for each conversion
     */
    public ExternalStorageDataConverter(DataConverter original, Supplier<ExternalStorage> externalStorage) {
        this(original, new ExternalStorageCodec(externalStorage, null));
    }

    private ExternalStorageDataConverter(DataConverter original, ExternalStorageCodec storage) {
        this.original = original;
        this.storage = storage;
        this.failures = new CodecDataConverter(new InlineDataConverter(original), List.of(storage));
    }

    /**
     * Returns a converter that does not store, for callers that store its result, such as
     * the SDK's own external storage. A storing converter nested in the given one, for
     * instance behind a codec, is suspended, so that the codec runs before storing. To
     * detect one, this method converts an empty value.
     * @param converter any converter
     * @return the converter itself if it does not store, or else the same conversion
     * without storing
     */
    public static DataConverter withoutStorage(DataConverter converter) {
        if (converter instanceof ExternalStorageDataConverter storing) {
            return withoutStorage(storing.getOriginal());
        }
        return ExternalStorageCodec.mayStore(() -> converter.toPayload(new byte[0]))
                ? new InlineDataConverter(converter) : converter;
    }

    /**
     * Returns the original converter, without external storage.
     * @return the converter between values and payloads
     */
    public DataConverter getOriginal() {
        return this.original;
    }

    @Override
    public <T> Optional<Payload> toPayload(@Nullable T value) throws DataConverterException {
        return ExternalStorageCodec.suspended(() -> this.original.toPayload(value)).map(this::store);
    }

    @Override
    public <T> T fromPayload(Payload payload, Class<T> valueClass, Type valueType) throws DataConverterException {
        return this.original.fromPayload(retrieve(payload), valueClass, valueType);
    }

    @Override
    public Optional<Payloads> toPayloads(@Nullable Object... values) throws DataConverterException {
        return ExternalStorageCodec.suspended(() -> this.original.toPayloads(values))
            .map((payloads) -> Payloads.newBuilder()
                .addAllPayloads(this.storage.encode(payloads.getPayloadsList()))
                .build());
    }

    /** Retrieves only the payload at the index. */
    @Override
    public <T> T fromPayloads(int index, Optional<Payloads> content, Class<T> valueType, Type valueGenericType)
            throws DataConverterException {
        return this.original.fromPayloads(index, content.map((payloads) -> {
            if (index < 0 || index >= payloads.getPayloadsCount()) {
                return payloads;
            }
            return payloads.toBuilder().setPayloads(index, retrieve(payloads.getPayloads(index))).build();
        }), valueType, valueGenericType);
    }

    @Override
    public Object[] fromPayloads(Optional<Payloads> content, Class<?>[] parameterTypes, Type[] genericParameterTypes)
            throws DataConverterException {
        return this.original.fromPayloads(content.map((payloads) -> Payloads.newBuilder()
            .addAllPayloads(this.storage.decode(payloads.getPayloadsList()))
            .build()), parameterTypes, genericParameterTypes);
    }

    @Override
    public Failure exceptionToFailure(Throwable throwable) {
        return storeEncodedAttributes(this.failures.exceptionToFailure(throwable));
    }

    /**
     * Stores encoded attributes: the message and stack trace of a failure, which the
     * original converter's codecs encode as a payload.
     */
    private Failure storeEncodedAttributes(Failure failure) {
        Failure.Builder stored = failure.toBuilder();
        if (failure.hasEncodedAttributes()) {
            stored.setEncodedAttributes(store(failure.getEncodedAttributes()));
        }
        if (failure.hasCause()) {
            stored.setCause(storeEncodedAttributes(failure.getCause()));
        }
        return stored.build();
    }

    @Override
    public RuntimeException failureToException(Failure failure) {
        return this.failures.failureToException(failure);
    }

    /** Returns a converter that stores for the namespace and workflow of a context. */
    @Override
    public ExternalStorageDataConverter withContext(SerializationContext context) {
        return new ExternalStorageDataConverter(this.original.withContext(context), this.storage.withContext(context));
    }

    private Payload store(Payload payload) {
        return this.storage.encode(List.of(payload)).get(0);
    }

    private Payload retrieve(Payload payload) {
        return this.storage.decode(List.of(payload)).get(0);
    }

    @Override
    public String toString() {
        return "ExternalStorageDataConverter[original=" + this.original + "]";
    }

}
