package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnsafeByteOperations;
import io.github.claimcheck.temporal.testing.Payloads;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payload.ExternalPayloadDetails;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is uploaded of a payload, beside what Protobuf makes of it. */
class SerializedPayloadTests {

    private static final int LARGE = 1_000_000;

    static final List<Integer> SIZES = List.of(0, 1, 127, 128, 129, 16_383, 16_384, LARGE);

    private static final Map<String, ByteString> METADATA = metadata(50);

    private static Map<String, ByteString> metadata(int entries) {
        Map<String, ByteString> metadata = new LinkedHashMap<>();
        IntStream.range(0, entries)
            .forEach((i) -> metadata.put("key-" + (i * 7919) % 101, ByteString.copyFromUtf8("value".repeat(i))));
        return metadata;
    }

    @ParameterizedTest
    @FieldSource("SIZES")
    void isTheSerializationByProtobuf(int size) {
        ByteString data = ByteString.copyFrom(Payloads.bytes(size, 1));
        Payload plain = Payload.newBuilder().setData(data).build();
        Payload everything = plain.toBuilder()
            .putAllMetadata(METADATA)
            .addExternalPayloads(ExternalPayloadDetails.newBuilder().setSizeBytes(7))
            .addExternalPayloads(ExternalPayloadDetails.newBuilder().setSizeBytes(Long.MAX_VALUE))
            .setUnknownFields(UnknownFieldSet.newBuilder()
                .addField(9, UnknownFieldSet.Field.newBuilder().addLengthDelimited(data).addVarint(3).build())
                .addField(1_000, UnknownFieldSet.Field.newBuilder().addFixed64(5).build())
                .build())
            .build();

        assertThat(List.of(plain, everything, everything.toBuilder().clearMetadata().build(),
                everything.toBuilder().clearExternalPayloads().build(),
                everything.toBuilder().setUnknownFields(UnknownFieldSet.getDefaultInstance()).build()))
            .allSatisfy((payload) -> {
                ByteString content = SerializedPayload.of(payload);
                assertThat(content).isEqualTo(payload.toByteString());
                assertThat(content.size()).isEqualTo(payload.getSerializedSize());
                assertThat(HexFormat.of().formatHex(PayloadHash.of(content)))
                    .isEqualTo(Payloads.sha256(payload.toByteArray()));
            });
    }

    static Stream<ByteString> data() {
        byte[] bytes = Payloads.bytes(LARGE, 2);
        ByteString whole = UnsafeByteOperations.unsafeWrap(bytes);
        ByteBuffer direct = ByteBuffer.allocateDirect(LARGE).put(bytes).flip();
        return Stream.of(whole, whole.substring(100_000, 900_000),
                whole.substring(0, 300_000).concat(whole.substring(100, 700_000)).concat(whole.substring(5)),
                UnsafeByteOperations.unsafeWrap(direct), UnsafeByteOperations.unsafeWrap(direct.slice(10, 500_000)));
    }

    @ParameterizedTest
    @MethodSource("data")
    void sharesTheDataWhateverHoldsIt(ByteString data) {
        Payload payload = Payload.newBuilder().putAllMetadata(METADATA).setData(data).build();

        ByteString content = SerializedPayload.of(payload);

        assertThat(content).isEqualTo(payload.toByteString());
        assertThat(HexFormat.of().formatHex(PayloadHash.of(content))).isEqualTo(Payloads.sha256(content.toByteArray()));
        int parts = data.asReadOnlyByteBufferList().size();
        assertThat(content.asReadOnlyByteBufferList()).hasSizeBetween(parts, parts + 2);
    }

    @ParameterizedTest
    @FieldSource("SIZES")
    void hashesAPayloadReadFromAMessage(int size) throws Exception {
        Payload original = Payloads.of(Payloads.bytes(size, 3)).toBuilder().putAllMetadata(METADATA).build();
        Payload received = Payload.parseFrom(original.toByteArray());

        assertThat(SerializedPayload.of(received)).isEqualTo(received.toByteString());
        assertThat(
                Arrays.equals(PayloadHash.of(SerializedPayload.of(received)), PayloadHash.of(received.toByteArray())))
            .isTrue();
    }

}
