package io.github.claimcheck.temporal.converter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.RecordingStorageDriver;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.context.SerializationContext;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How a batch is divided among drivers. */
class ExternalStorageCodecTests {

    private static final Payload SMALL = Payloads.of(new byte[10]);

    private static final Payload LARGE = Payloads.of(Payloads.bytes(1_000, 1));

    private static final Payload HUGE = Payloads.of(Payloads.bytes(10_000, 2));

    private final RecordingStorageDriver one = new RecordingStorageDriver("one");

    private final RecordingStorageDriver two = new RecordingStorageDriver("two");

    /** The second driver takes what is huge. */
    private final ExternalStorageCodec codec = codec(this.one, this.two);

    private static ExternalStorageCodec codec(StorageDriver one, StorageDriver two) {
        ExternalStorage storage = ExternalStorage.newBuilder()
            .setDrivers(List.of(one, two))
            .setDriverSelector((context, payload) -> (payload.getSerializedSize() < 5_000) ? one : two)
            .setPayloadSizeThreshold(100)
            .build();
        return new ExternalStorageCodec(() -> storage, null);
    }

    @Test
    void eachDriverGetsOneBatchAndPayloadsKeepTheirPlaces() {
        List<Payload> payloads = List.of(HUGE, SMALL, LARGE, HUGE, LARGE);

        List<Payload> encoded = this.codec.encode(payloads);

        assertThat(this.one.batches()).containsExactly(2);
        assertThat(this.two.batches()).containsExactly(2);
        assertThat(encoded.get(1)).isEqualTo(SMALL);
        assertThat(Stream.of(0, 2, 3, 4).map((i) -> StorageReference.from(encoded.get(i)).driverName()))
            .containsExactly("two", "one", "two", "one");
        assertThat(this.codec.decode(encoded)).isEqualTo(payloads);
        assertThat(this.one.retrievals()).containsExactly(2);
        assertThat(this.two.retrievals()).containsExactly(2);
    }

    @Test
    void aReferenceSaysHowLargeThePayloadIs() {
        assertThat(this.codec.encode(List.of(HUGE)).get(0).getExternalPayloads(0).getSizeBytes())
            .isEqualTo(HUGE.getSerializedSize());
    }

    @Test
    void aReferenceIsNotStoredAgain() {
        List<Payload> encoded = this.codec.encode(List.of(LARGE, HUGE));

        assertThat(this.codec.encode(encoded)).isEqualTo(encoded);
    }

    @Test
    void nothingIsCalledForSmallPayloads() {
        List<Payload> payloads = List.of(SMALL, SMALL);

        assertThat(this.codec.encode(payloads)).isSameAs(payloads);
        assertThat(this.codec.decode(payloads)).isSameAs(payloads);
        assertThat(this.one.batches()).isEmpty();
    }

    @Test
    void oneDriversFailureCancelsTheOthers() {
        RuntimeException failure = new IllegalStateException("down");
        this.one.failWith(failure);
        CompletableFuture<Void> inFlight = this.two.hang();

        assertThatThrownBy(() -> this.codec.encode(List.of(LARGE, HUGE))).isSameAs(failure);
        assertThat(inFlight).isCancelled();
    }

    @Test
    void aDriverThatThrowsCancelsTheOthers() {
        CompletableFuture<Void> inFlight = this.one.hang();
        StorageDriver broken = mock(StorageDriver.class);
        when(broken.getName()).thenReturn("broken");
        when(broken.store(any(), any())).thenThrow(new IllegalStateException("closed"));

        assertThatThrownBy(() -> codec(this.one, broken).encode(List.of(LARGE, HUGE))).hasMessage("closed");
        assertThat(inFlight).isCancelled();
    }

    @Test
    void aCheckedFailureIsWrapped() {
        StorageDriver broken = mock(StorageDriver.class);
        when(broken.getName()).thenReturn("broken");
        IOException failure = new IOException("cut");
        when(broken.store(any(), any())).thenReturn(CompletableFuture.failedFuture(failure));

        assertThatThrownBy(() -> codec(this.one, broken).encode(List.of(HUGE))).isInstanceOf(CompletionException.class)
            .cause()
            .isSameAs(failure);
    }

    static Stream<List<StorageDriverClaim>> wrongResults() {
        StorageDriverClaim claim = new StorageDriverClaim(Map.of());
        return Stream.of(null, List.of(), List.of(claim), Arrays.asList(claim, null), List.of(claim, claim, claim));
    }

    @ParameterizedTest
    @MethodSource("wrongResults")
    void aDriverMustReturnOneResultForEachPayload(List<StorageDriverClaim> claims) {
        StorageDriver broken = mock(StorageDriver.class);
        when(broken.getName()).thenReturn("broken");
        when(broken.store(any(), any())).thenReturn(CompletableFuture.completedFuture(claims));

        assertThatThrownBy(() -> codec(this.one, broken).encode(List.of(HUGE, HUGE)))
            .hasMessageContaining("Storage driver 'broken' must return one result for each of 2 payloads");
    }

    @Test
    void aReferenceToAnUnknownDriverRetrievesNothing() {
        List<Payload> encoded = new ArrayList<>(this.codec.encode(List.of(LARGE)));
        encoded.add(new StorageReference("tape", new StorageDriverClaim(Map.of())).toPayload(1));

        assertThatThrownBy(() -> this.codec.decode(encoded)).hasMessageContaining("'tape'")
            .hasMessageContaining("[one, two]");
        assertThat(this.one.retrievals()).isEmpty();
    }

    @Test
    void aSuspendedConversionStoresNothing() {
        List<Payload> payloads = List.of(LARGE);

        assertThat(ExternalStorageCodec.suspended(() -> this.codec.encode(payloads))).isSameAs(payloads);
        assertThat(ExternalStorageCodec
            .suspended(() -> ExternalStorageCodec.suspended(() -> "inner") + this.codec.encode(payloads).size()))
            .isEqualTo("inner1");
        assertThat(this.one.batches()).isEmpty();

        assertThat(StorageReference.isReference(this.codec.encode(payloads).get(0))).isTrue();
    }

    @Test
    void knowsWhetherAConversionStores() {
        assertThat(ExternalStorageCodec.mayStore(() -> this.codec.encode(List.of(SMALL)))).isTrue();
        assertThat(ExternalStorageCodec.mayStore(() -> "converted")).isFalse();
        assertThat(ExternalStorageCodec.mayStore(() -> {
            throw new IllegalStateException("no such type");
        })).isTrue();
        assertThat(this.one.batches()).isEmpty();
    }

    @Test
    void aContextWithoutAWorkflowIsNoTarget() {
        this.codec.withContext(new SerializationContext() {
        }).encode(List.of(LARGE));

        assertThat(this.one.targets()).containsExactly((StorageDriverWorkflowInfo) null);
    }

}
