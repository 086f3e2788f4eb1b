package io.github.claimcheck.temporal.codecserver;

import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.RawValue;
import io.temporal.payload.codec.PayloadCodec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a data converter does to payloads, without converting values and without storing.
 * Not part of the public API.
 * <p>
 * The SDK's converters pass a {@link RawValue} on as the payload that it holds, so that
 * converting one runs all codecs, however converters are nested or wrapped. A converter
 * that does not know raw values may be a {@link PayloadCodec} itself. Which of the two is
 * found out at the first use, and not earlier, because codecs may need a key service.
 */
@InternalApi
public final class ConverterCodec implements PayloadCodec {

    private static final RawValue PROBE = new RawValue(GuardedCodec.PROBE);

    private final DataConverter converter;

    private volatile @Nullable PayloadCodec codec;

    /**
     * Creates a codec.
     * @param converter any converter, perhaps one that stores
     */
    public ConverterCodec(DataConverter converter) {
        this.converter = converter;
    }

    @Override
    public List<Payload> encode(List<Payload> payloads) {
        return payloads.isEmpty() ? payloads : codec().encode(payloads);
    }

    @Override
    public List<Payload> decode(List<Payload> payloads) {
        return payloads.isEmpty() ? payloads : codec().decode(payloads);
    }

    private PayloadCodec codec() {
        PayloadCodec found = this.codec;
        if (found == null) {
            found = find();
            this.codec = found;
        }
        return found;
    }

    private PayloadCodec find() {
        DataConverter inline = ExternalStorageDataConverter.withoutStorage(this.converter);
        requireWorking(inline);
        if (passesRawValues(inline)) {
            return new RawValueCodec(inline);
        }
        DataConverter original = original();
        if (original instanceof PayloadCodec itself) {
            return itself;
        }
        throw new RefusedException(RefusedException.INTERNAL_ERROR, "The data converter "
                + original.getClass().getName()
                + " is not a PayloadCodec, and does not pass RawValues on. Declare a CodecServerCodecs bean that "
                + "returns its codec.");
    }

    /**
     * A failure of its codecs must not look like a missing feature, or a caller's fault.
     */
    private void requireWorking(DataConverter inline) {
        try {
            inline.fromPayload(toPayload(inline, "probe"), String.class, String.class);
        }
        catch (RuntimeException ex) {
            throw new RefusedException(RefusedException.INTERNAL_ERROR,
                    "The data converter " + original().getClass().getName() + " could not convert a value: "
                            + ex.getClass().getName() + "; the application's log says more.",
                    ex);
        }
    }

    /** Returns the converter as the application declared it. */
    private DataConverter original() {
        DataConverter original = this.converter;
        while (original instanceof ExternalStorageDataConverter storing) {
            original = storing.getOriginal();
        }
        return original;
    }

    private static boolean passesRawValues(DataConverter converter) {
        try {
            return PROBE.equals(converter.fromPayload(toPayload(converter, PROBE), RawValue.class, RawValue.class));
        }
        catch (RuntimeException ex) {
            return false;
        }
    }

    private static Payload toPayload(DataConverter converter, Object value) {
        return converter.toPayload(value)
            .orElseThrow(() -> new IllegalStateException("The data converter made no payload of a value"));
    }

    private record RawValueCodec(DataConverter converter) implements PayloadCodec {

        @Override
        public List<Payload> encode(List<Payload> payloads) {
            return payloads.stream().map((payload) -> toPayload(this.converter, new RawValue(payload))).toList();
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            return payloads.stream()
                .map((payload) -> this.converter.fromPayload(payload, RawValue.class, RawValue.class).getPayload())
                .toList();
        }

    }

}
