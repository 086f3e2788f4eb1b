package com.example.codecserver;

import static com.example.codecserver.TestPayloads.encoding;
import static com.example.codecserver.TestPayloads.isReference;
import static com.example.codecserver.TestPayloads.large;
import static com.example.codecserver.TestPayloads.of;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.codecserver.CodecServerCodecs;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.codec.PayloadCodec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.Bean;

/** The codecs of converters, however the application has put them together. */
@Tag("one-framework")
class ConverterTests {

    private static final PayloadCodec INNER = new SuffixCodec(".inner");

    private static final PayloadCodec OUTER = new SuffixCodec(".outer");

    private static final AtomicBoolean KEY_SERVICE_IS_DOWN = new AtomicBoolean();

    private static CodecDataConverter converter(PayloadCodec... codecs) {
        return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(codecs));
    }

    /** Small and large payloads come back, and are encoded wherever they are. */
    private static void assertEncodes(Class<?> beans, String encoding) {
        try (Server server = Server.start(List.of(beans))) {
            List<Payload> originals = List.of(of("small"), large("large"), TestPayloads.random(5000), of(null),
                    of("other").toBuilder().putMetadata("a", ByteString.copyFromUtf8("b")).build());
            List<Payload> encoded = server.post("/encode", originals).payloads();
            assertThat(encoding(encoded.get(0))).isEqualTo(encoding);
            // As it is in the store, before what the driver's user sees is decoded.
            assertThat(encoded.subList(1, 3)).allMatch(TestPayloads::isReference);
            assertThat(server.post("/decode", encoded).payloads()).isEqualTo(originals);
            assertThat(server.post("/download", encoded.subList(1, 3)).payloads()).isEqualTo(originals.subList(1, 3));
            // As workers do it.
            DataConverter converter = server.getContext().getBean(DataConverter.class);
            assertThat(converter.fromPayload(encoded.get(0), String.class, String.class)).isEqualTo("small");
            assertThat(converter.fromPayload(encoded.get(1), String.class, String.class))
                .isEqualTo("large".repeat(2000));
            Payload ofWorker = converter.toPayload("worker".repeat(2000)).orElseThrow();
            assertThat(isReference(ofWorker)).isTrue();
            assertThat(TestPayloads.text(server.post("/download", List.of(ofWorker)).payloads().get(0)))
                .isEqualTo("worker".repeat(2000));
        }
    }

    @Test
    void allCodecsOfAConverterRunInOrder() {
        assertEncodes(Chained.class, "json/plain.inner.outer");
    }

    static class Chained {

        @Bean
        DataConverter dataConverter() {
            // The last is the first to encode.
            return converter(OUTER, INNER);
        }

    }

    @Test
    void allCodecsOfNestedConvertersRunInOrder() {
        assertEncodes(Nested.class, "json/plain.inner.outer");
    }

    static class Nested {

        @Bean
        DataConverter dataConverter() {
            return new CodecDataConverter(converter(INNER), List.of(OUTER));
        }

    }

    @Test
    void aConverterBehindAnInterfaceOrAProxyKeepsItsCodecs() {
        assertEncodes(Delegating.class, "json/plain.inner");
        assertEncodes(JdkProxy.class, "json/plain.inner");
        assertEncodes(ClassProxy.class, "json/plain.inner");
    }

    static class Delegating {

        @Bean
        DataConverter dataConverter() {
            return new DelegatingConverter(converter(INNER));
        }

    }

    static class JdkProxy {

        @Bean
        DataConverter dataConverter() {
            DataConverter target = converter(INNER);
            return (DataConverter) Proxy.newProxyInstance(getClass().getClassLoader(),
                    new Class<?>[] { DataConverter.class }, (proxy, method, arguments) -> {
                        try {
                            return method.invoke(target, arguments);
                        }
                        catch (InvocationTargetException ex) {
                            throw ex.getCause();
                        }
                    });
        }

    }

    static class ClassProxy {

        @Bean
        DataConverter dataConverter() {
            ProxyFactory factory = new ProxyFactory(new DelegatingConverter(converter(INNER)));
            factory.setProxyTargetClass(true);
            return (DataConverter) factory.getProxy();
        }

    }

    @Test
    void aConverterThatIsACodecButKnowsNoRawValuesIsAskedAsACodec() {
        assertEncodes(OwnCodec.class, "json/plain.own");
        assertEncodes(OwnCodecByClass.class, "json/plain.own");
    }

    static class OwnCodecByClass {

        @Bean
        OwnConverter.WithCodec dataConverter() {
            return new OwnConverter.WithCodec();
        }

    }

    static class OwnCodec {

        @Bean
        DataConverter dataConverter() {
            return new OwnConverter.WithCodec();
        }

    }

    @Test
    void aConverterThatIsNeitherEncodesAndStoresNothing() throws Exception {
        try (Server server = Server.start(List.of(Neither.class))) {
            for (String operation : List.of("/encode", "/decode")) {
                server.post(operation, List.of(large("a"))).assertRefused(500, "CodecServerCodecs", "OwnConverter");
            }
            assertThat(server.countObjects()).isZero();
        }
        assertEncodes(WithBean.class, "json/plain.own");
    }

    static class Neither {

        @Bean
        DataConverter dataConverter() {
            return new OwnConverter();
        }

    }

    static class WithBean extends Neither {

        @Bean
        CodecServerCodecs codecs() {
            return (namespace) -> namespace.equals("default") ? new SuffixCodec(".own") : null;
        }

    }

    @Test
    void whenTheKeyServiceIsBackPayloadsAreDecoded() throws Exception {
        KEY_SERVICE_IS_DOWN.set(true);
        try (Server server = Server.start(List.of(KeyService.class))) {
            Payload encoded = INNER.encode(List.of(of("hello"))).get(0);
            for (int i = 0; i < 2; i++) {
                server.post("/encode", List.of(large("a"))).assertRefused(500, "application's log");
                server.post("/decode", List.of(encoded)).assertRefused(500, "application's log");
            }
            assertThat(server.countObjects()).isZero();
            KEY_SERVICE_IS_DOWN.set(false);
            assertThat(server.post("/decode", List.of(encoded)).payloads()).containsExactly(of("hello"));
            Payload stored = server.post("/encode", List.of(large("a"))).payloads().get(0);
            KEY_SERVICE_IS_DOWN.set(true);
            server.post("/encode", List.of(of("hello"))).assertRefused(500);
            server.post("/download", List.of(stored)).assertRefused(500);
        }
    }

    static class KeyService {

        @Bean
        DataConverter dataConverter() {
            return converter(new PayloadCodec() {
                @Override
                public List<Payload> encode(List<Payload> payloads) {
                    return keys().encode(payloads);
                }

                @Override
                public List<Payload> decode(List<Payload> payloads) {
                    return keys().decode(payloads);
                }

                private PayloadCodec keys() {
                    if (KEY_SERVICE_IS_DOWN.get()) {
                        throw new IllegalStateException("SECRET");
                    }
                    return INNER;
                }
            });
        }

    }

    @Test
    void whatACodecCannotDecodeIsABadRequest() {
        try (Server server = Server.start(List.of(Chained.class))) {
            server.post("/decode", List.of(of("SECRET"))).assertRefused(400, "could not decode");
            Payload wrong = Payload.newBuilder()
                .putMetadata("encoding", ByteString.copyFromUtf8("json/plain.outer"))
                .setData(ByteString.copyFromUtf8("SECRET"))
                .build();
            server.post("/decode", List.of(wrong)).assertRefused(400);
            assertThat(server.post("/decode", OUTER.encode(INNER.encode(List.of(of("hello"))))).payloads())
                .containsExactly(of("hello"));
        }
    }

    @Test
    void aCodecThatLosesPayloadsIsReported() throws Exception {
        try (Server server = Server.start(List.of(Losing.class))) {
            List<Payload> payloads = List.of(large("a"), large("b"));
            server.post("/encode", payloads).assertRefused(500, "must keep their number");
            server.post("/decode", payloads).assertRefused(500, "must keep their number");
            assertThat(server.countObjects()).isZero();
        }
    }

    static class Losing {

        @Bean
        CodecServerCodecs codecs() {
            return (namespace) -> new PayloadCodec() {
                @Override
                public List<Payload> encode(List<Payload> payloads) {
                    return payloads.subList(1, payloads.size());
                }

                @Override
                public List<Payload> decode(List<Payload> payloads) {
                    return List.of();
                }
            };
        }

    }

    @Test
    void aCodecThatLacksAClassDoesNotLetItsCallerWait() {
        try (Server server = Server.start(List.of(Broken.class))) {
            server.post("/encode", List.of(of("hello"))).assertRefused(500, "application's log");
            server.post("/decode", List.of(of("hello"))).assertRefused(500, "application's log");
        }
    }

    static class Broken {

        @Bean
        CodecServerCodecs codecs() {
            return (namespace) -> new PayloadCodec() {
                @Override
                public List<Payload> encode(List<Payload> payloads) {
                    throw new NoClassDefFoundError("SECRET");
                }

                @Override
                public List<Payload> decode(List<Payload> payloads) {
                    throw new StackOverflowError("SECRET");
                }
            };
        }

    }

}
