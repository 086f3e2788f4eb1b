package io.github.claimcheck.temporal.codecserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.context.SerializationContext;
import io.temporal.payload.storage.ExternalStorage;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;

class ConverterCodecTests {

    private static final Payload PLAIN = payload("json/plain", "\"value\"");

    private static final List<Payload> ALL = List.of(PLAIN, payload("binary/plain", "\0"), payload("binary/null", ""),
            payload("json/protobuf", "{}"), payload("unknown", "x"), Payload.getDefaultInstance());

    private static Payload payload(String encoding, String data) {
        return Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8(encoding))
            .setData(ByteString.copyFromUtf8(data))
            .build();
    }

    private static DataConverter encoding(DataConverter inner, String... marks) {
        return new CodecDataConverter(inner, List.of(marks).stream().<PayloadCodec>map(MarkCodec::new).toList());
    }

    private static DataConverter standard() {
        return DefaultDataConverter.newDefaultInstance();
    }

    private static String encoded(DataConverter converter) {
        PayloadCodec codec = new ConverterCodec(converter);
        List<Payload> encoded = codec.encode(ALL);
        assertThat(codec.decode(encoded)).isEqualTo(ALL);
        // As a worker's converter does it.
        assertThat(encoded.get(0)).isEqualTo(converter.toPayload("value").orElseThrow());
        return encoded.get(0).getData().toStringUtf8();
    }

    @Test
    void aConverterWithoutCodecsChangesNothing() {
        assertThat(new ConverterCodec(standard()).encode(ALL)).isEqualTo(ALL);
        assertThat(new ConverterCodec(standard()).decode(ALL)).isEqualTo(ALL);
    }

    @Test
    void runsAllCodecsInTheirOrder() {
        assertThat(encoded(encoding(standard(), "a", "b"))).isEqualTo("\"value\"ba");
    }

    @Test
    void runsTheCodecsOfNestedConverters() {
        assertThat(encoded(encoding(encoding(standard(), "inner"), "outer"))).isEqualTo("\"value\"innerouter");
    }

    @Test
    void runsTheCodecsOfAWrappedConverter() {
        assertThat(encoded(new Wrapper(encoding(standard(), "a")))).isEqualTo("\"value\"a");
    }

    @Test
    void runsTheCodecsOfAProxiedConverter() {
        DataConverter target = encoding(standard(), "a");
        ProxyFactory classProxy = new ProxyFactory(new Wrapper(target));
        classProxy.setProxyTargetClass(true);
        assertThat(encoded((DataConverter) classProxy.getProxy())).isEqualTo("\"value\"a");
        assertThat(encoded((DataConverter) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] { DataConverter.class },
                (proxy, method, arguments) -> method.invoke(target, arguments))))
            .isEqualTo("\"value\"a");
    }

    @Test
    void storesNothing() {
        RecordingStorageDriver driver = new RecordingStorageDriver("recording");
        ExternalStorage storage = ExternalStorage.newBuilder().setDriver(driver).setPayloadSizeThreshold(0).build();
        DataConverter storing = new ExternalStorageDataConverter(encoding(standard(), "inner"), storage);
        assertThat(new ConverterCodec(storing).encode(List.of(PLAIN)).get(0).getData().toStringUtf8())
            .isEqualTo("\"value\"inner");
        assertThat(
                new ConverterCodec(encoding(storing, "outer")).encode(List.of(PLAIN)).get(0).getData().toStringUtf8())
            .isEqualTo("\"value\"innerouter");
        assertThat(driver.stored()).isEmpty();
    }

    @Test
    void usesAConverterThatIsACodecItself() {
        assertThat(
                new ConverterCodec(new OwnConverterWithCodec()).encode(List.of(PLAIN)).get(0).getData().toStringUtf8())
            .isEqualTo("\"value\"own");
    }

    /** Else, it might store in the clear what workers encrypt. */
    @Test
    void refusesAConverterThatMayEncodeInAWayOfItsOwn() {
        assertThatExceptionOfType(RefusedException.class)
            .isThrownBy(() -> new ConverterCodec(new OwnConverter()).encode(ALL))
            .withMessageContaining("OwnConverter")
            .withMessageContaining("Declare a CodecServerCodecs bean");
    }

    @Test
    void aFailureOfTheFirstUseIsNotTheLastWord() {
        MarkCodec keyService = new MarkCodec("a");
        PayloadCodec codec = new ConverterCodec(
                new CodecDataConverter(encoding(standard(), "inner"), List.of(keyService)));
        keyService.down = true;
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> codec.encode(ALL))
            .withStackTraceContaining("down");
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> codec.decode(ALL))
            .withStackTraceContaining("down");
        keyService.down = false;
        assertThat(codec.encode(List.of(PLAIN)).get(0).getData().toStringUtf8()).isEqualTo("\"value\"innera");
    }

    /** Appends a mark to the data. */
    private static final class MarkCodec implements PayloadCodec {

        private final ByteString mark;

        private boolean down;

        MarkCodec(String mark) {
            this.mark = ByteString.copyFromUtf8(mark);
        }

        @Override
        public List<Payload> encode(List<Payload> payloads) {
            requireUp();
            return payloads.stream()
                .map((payload) -> payload.toBuilder().setData(payload.getData().concat(this.mark)).build())
                .toList();
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            requireUp();
            return payloads.stream().map(this::decode).toList();
        }

        private Payload decode(Payload payload) {
            assertThat(payload.getData().endsWith(this.mark)).isTrue();
            return payload.toBuilder()
                .setData(payload.getData().substring(0, payload.getData().size() - this.mark.size()))
                .build();
        }

        private void requireUp() {
            if (this.down) {
                throw new IllegalStateException("down");
            }
        }

    }

    /** Delegates, as applications do, without being a codec. */
    static class Wrapper implements DataConverter {

        private final DataConverter delegate;

        Wrapper(DataConverter delegate) {
            this.delegate = delegate;
        }

        Wrapper() {
            this(standard());
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

    /** Knows strings, and no raw values. */
    static class OwnConverter extends Wrapper {

        @Override
        public <T> Optional<Payload> toPayload(T value) {
            return Optional.of(payload("own", String.valueOf(value)));
        }

        @Override
        public <T> T fromPayload(Payload payload, Class<T> valueClass, Type valueType) {
            return valueClass.cast(payload.getData().toStringUtf8());
        }

    }

    static final class OwnConverterWithCodec extends OwnConverter implements PayloadCodec {

        @Override
        public List<Payload> encode(List<Payload> payloads) {
            return new MarkCodec("own").encode(payloads);
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            return new MarkCodec("own").decode(payloads);
        }

        @Override
        public OwnConverterWithCodec withContext(SerializationContext context) {
            return this;
        }

    }

}
