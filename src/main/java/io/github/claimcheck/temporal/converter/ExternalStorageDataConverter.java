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
 * A data converter that keeps large payloads in external storage: it converts with the
 * original converter, codecs included, then stores what is at or above the threshold and
 * returns a reference for it; and it retrieves what a reference stands for before the
 * original converter sees it.
 * <p>
 * Workflow clients and workers need no such converter, because the SDK applies external
 * storage around theirs. It is for schedule clients, and for code that converts payloads
 * itself: readers of histories, codec servers.
 * <p>
 * Conversions wait for the transfer. On a workflow thread the SDK's deadlock detector is
 * off meanwhile. A driver's failure is thrown as it is. Thread-safe if the original
 * converter is.
 */
public final class ExternalStorageDataConverter implements DataConverter {

    private final DataConverter original;

    private final ExternalStorageCodec storage;

    /** Knows where failures hold payloads. */
    private final DataConverter failures;

    /**
     * @param original converts between values and payloads
     * @param externalStorage the drivers, the selector and the threshold
     */
    public ExternalStorageDataConverter(DataConverter original, ExternalStorage externalStorage) {
        this(original, () -> externalStorage);
    }

    /**
     * @param original converts between values and payloads
     * @param externalStorage supplies the drivers, the selector and the threshold; asked
     * for each conversion, so that they may come to life after this converter
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
     * Makes a converter for somebody who stores what it returns, such as the SDK's own
     * external storage. If a storing converter is nested in the given one, behind a codec
     * for instance, that one is suspended, so that the codec runs before storing. To find
     * out, an empty value is converted.
     * @param converter any converter
     * @return the converter itself if it does not store, else one that converts as it
     * does, and does not store
     */
    public static DataConverter withoutStorage(DataConverter converter) {
        if (converter instanceof ExternalStorageDataConverter storing) {
            return withoutStorage(storing.getOriginal());
        }
        return ExternalStorageCodec.mayStore(() -> converter.toPayload(new byte[0]))
                ? new InlineDataConverter(converter) : converter;
    }

    /**
     * @return the converter that knows nothing of external storage
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

    /** Retrieves only the payload that is asked for. */
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
     * A message and stack trace that the original converter's codecs encoded are a
     * payload like any other.
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

    /** The namespace and workflow of the context become the target of what is stored. */
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
