package io.github.claimcheck.temporal.codecserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import io.github.claimcheck.temporal.codecserver.PayloadsReader.MalformedException;
import io.github.claimcheck.temporal.codecserver.PayloadsReader.TooManyPayloadsException;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payload.ExternalPayloadDetails;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadsJsonTests {

    private static final Payload REFERENCE = Payload.newBuilder()
        .putMetadata("encoding", ByteString.copyFromUtf8("json/protobuf"))
        .setData(ByteString.copyFromUtf8("{}"))
        .addExternalPayloads(ExternalPayloadDetails.newBuilder().setSizeBytes(Long.MAX_VALUE))
        .build();

    private static List<Payload> read(String json) throws Exception {
        return PayloadsJson.read(json.getBytes(StandardCharsets.UTF_8), 100);
    }

    private static String write(Payload... payloads) throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PayloadsJson.write(List.of(payloads), output);
        return output.toString(StandardCharsets.UTF_8);
    }

    @Test
    void protobufReadsWhatIsWrittenAndTheReverse() throws Exception {
        Random random = new Random(1);
        for (int size = 0; size < 300; size++) {
            byte[] data = new byte[size * size];
            random.nextBytes(data);
            Payload payload = Payload.newBuilder()
                .putMetadata("encoding", ByteString.copyFromUtf8("binary/plain"))
                .putMetadata("key \"\\\u00e9\ud83d\ude00\n", ByteString.copyFrom(data, 0, size))
                .putMetadata("empty", ByteString.EMPTY)
                .setData(ByteString.copyFrom(data))
                .build();
            io.temporal.api.common.v1.Payloads.Builder parsed = io.temporal.api.common.v1.Payloads.newBuilder();
            JsonFormat.parser().merge(write(payload, REFERENCE, Payload.getDefaultInstance()), parsed);
            assertThat(parsed.getPayloadsList()).containsExactly(payload, REFERENCE, Payload.getDefaultInstance());
            assertThat(read(JsonFormat.printer().print(parsed))).isEqualTo(parsed.getPayloadsList());
        }
    }

    @Test
    void writesAnEmptyListAsSuch() throws Exception {
        assertThat(write()).isEqualTo("{\"payloads\":[]}");
    }

    @ParameterizedTest
    @ValueSource(strings = { "{}", "{\"payloads\":[]}", "{\"payloads\":null}", " {\"other\":{\"payloads\":[1]}} ",
            "\ufeff{}" })
    void readsAnEmptyList(String json) throws Exception {
        assertThat(read(json)).isEmpty();
    }

    @Test
    void ignoresUnknownFieldsAndTakesNullForTheDefault() throws Exception {
        assertThat(
                read("""
                        {"a": [{"b": 1}], "payloads": [{"x": {"y": []}, "metadata": null, "data": null, "externalPayloads": null},
                        {"metadata": {"encoding": "YQ=="}, "externalPayloads": [{"z": 1, "sizeBytes": null}, {"sizeBytes": 5}]}]}
                        """))
            .containsExactly(Payload.getDefaultInstance(),
                    Payload.newBuilder()
                        .putMetadata("encoding", ByteString.copyFromUtf8("a"))
                        .addExternalPayloads(ExternalPayloadDetails.getDefaultInstance())
                        .addExternalPayloads(ExternalPayloadDetails.newBuilder().setSizeBytes(5))
                        .build());
    }

    @ParameterizedTest
    @CsvSource({ "7, 7", "'\"7\"', 7", "7.0, 7", "'\"7e0\"', 7", "-1, -1", "9223372036854775807, 9223372036854775807" })
    void readsASizeInItsSpellings(String json, long size) throws Exception {
        assertThat(read("{\"payloads\":[{\"externalPayloads\":[{\"sizeBytes\":" + json + "}]}]}").get(0)
            .getExternalPayloads(0)
            .getSizeBytes()).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(strings = { "true", "9223372036854775808", "1e999999999", "\"1e-999999999\"", "[7]", "\"\"", "0.5" })
    void refusesASizeThatIsNone(String json) {
        assertThatThrownBy(() -> read("{\"payloads\":[{\"externalPayloads\":[{\"sizeBytes\":" + json + "}]}]}"))
            .isInstanceOf(MalformedException.class);
    }

    @Test
    void readsTheNamesOfTheProtocolBufferToo() throws Exception {
        assertThat(read("{\"payloads\":[{\"external_payloads\":[{\"size_bytes\":\"7\"}]}]}").get(0)
            .getExternalPayloads(0)
            .getSizeBytes()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({ "+/+/, -1", "-_-_, -1", "-_-_-w==, 4", "-_-_-w, 4", "+/+/+w, 4", "\\u002b\\/+/, -1" })
    void readsBase64OfBothAlphabetsWithAndWithoutPadding(String base64) throws Exception {
        byte[] expected = base64.length() == 6 || base64.length() == 8 ? new byte[] { -5, -1, -65, -5 }
                : new byte[] { -5, -1, -65 };
        assertThat(read("{\"payloads\":[{\"data\":\"" + base64 + "\"}]}").get(0).getData().toByteArray())
            .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "secret", "{", "{\"payloads\":[", "{\"payloads\":[{\"data\":\"c2VjcmV0",
            "{} secret", "{\"payloads\":[]}{", "[]", "1", "null", "{\"payloads\":{}}", "{\"payloads\":\"secret\"}",
            "{\"payloads\":[null]}", "{\"payloads\":[\"secret\"]}", "{\"payloads\":[{\"data\":5}]}",
            "{\"payloads\":[{\"data\":\"secret!\"}]}", "{\"payloads\":[{\"data\":\"c2Vj-mV0+\"}]}",
            "{\"payloads\":[{\"metadata\":[]}]}", "{\"payloads\":[{\"metadata\":{\"secret\":null}}]}",
            "{\"payloads\":[{\"metadata\":{\"secret\":\"secret!\"}}]}", "{\"payloads\":[{\"externalPayloads\":{}}]}",
            "{\"payloads\":[{\"externalPayloads\":[5]}]}",
            "{\"payloads\":[{\"externalPayloads\":[{\"sizeBytes\":\"secret\"}]}]}",
            "{\"payloads\":[{\"externalPayloads\":[{\"sizeBytes\":1.5}]}]}", "{'payloads':[]}", "{payloads:[]}" })
    void refusesWhatIsNoMessageWithoutQuotingIt(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(MalformedException.class)
            .hasMessageNotContaining("secret")
            .hasMessageNotContaining("c2V");
    }

    @ParameterizedTest
    @ValueSource(strings = { "[", "{\"a\":", "{\"payloads\":[{\"a\":[" })
    void refusesDeepNesting(String opening) {
        assertThatThrownBy(() -> read(opening.repeat(100_000))).isInstanceOf(MalformedException.class);
    }

    @Test
    void readsAsManyPayloadsAsAllowed() throws Exception {
        String json = "{\"payloads\":[" + "{},".repeat(99) + "{}]}";
        assertThat(read(json)).hasSize(100);
        assertThatThrownBy(() -> read(json.replace("]", ",{}]"))).isInstanceOf(TooManyPayloadsException.class);
    }

    /** What a longer string than Jackson's own default limit would fail at. */
    @Test
    void readsALargePayload() throws Exception {
        Payload payload = Payload.newBuilder().setData(ByteString.copyFrom(new byte[40_000_000])).build();
        assertThat(read(write(payload))).containsExactly(payload);
    }

}
