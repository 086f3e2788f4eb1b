package io.github.claimcheck.temporal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.github.claimcheck.temporal.testing.Payloads;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlicesTests {

    private static final int SLICE = 64 * 1024;

    @ParameterizedTest
    @ValueSource(ints = { 0, 1, SLICE - 1, SLICE, SLICE + 1, 10 * SLICE, 1_000_000 })
    void haveTheBytesOfTheContent(int size) {
        ByteString whole = UnsafeByteOperations.unsafeWrap(Payloads.bytes(size, 1));
        ByteString parts = whole.substring(size / 3).concat(whole.substring(0, size / 2)).concat(whole);

        assertThat(List.of(whole, parts, whole.substring(size / 4, size - size / 4))).allSatisfy((content) -> {
            List<ByteBuffer> slices = Slices.of(content);
            assertThat(slices)
                .allSatisfy((slice) -> assertThat(slice.remaining()).isEqualTo(slice.capacity()).isBetween(1, SLICE));
            assertThat(slices).allSatisfy((slice) -> assertThat(slice.isReadOnly()).isTrue());
            ByteBuffer joined = ByteBuffer.allocate(content.size());
            slices.forEach(joined::put);
            assertThat(joined.array()).isEqualTo(content.toByteArray());
        });
    }

}
