package io.github.claimcheck.temporal.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.claimcheck.temporal.driver.Diagnosis.Kind;
import io.github.claimcheck.temporal.testing.Payloads;
import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which exception a driver fails with. */
class DiagnosisTests {

    private static final Payload PAYLOAD = Payloads.of(Payloads.bytes(10_000, 1));

    private static final Map<Kind, Class<?>> EXCEPTIONS = Map.of(Kind.DENIED, StorageAccessDeniedException.class,
            Kind.DENIED_OR_MISSING, StorageAccessDeniedException.class, Kind.NO_BUCKET, BucketNotFoundException.class,
            Kind.THROTTLED, StorageThrottledException.class, Kind.TIMED_OUT, StorageTimeoutException.class,
            Kind.UNREACHABLE, StorageUnreachableException.class, Kind.REFUSED, PayloadRefusedException.class,
            Kind.OTHER, StorageDriverException.class);

    private final ManualObjectStore objects = new ManualObjectStore();

    private final ContentAddressedStorageDriver driver = driver(Long.MAX_VALUE);

    private ContentAddressedStorageDriver driver(long maxPayloadSize) {
        return new ContentAddressedStorageDriver("archive", "manual", maxPayloadSize, "max-payload-size", this.objects);
    }

    private static Throwable failureOf(CompletableFuture<?> future) {
        assertThat(future).isDone();
        return future.handle((done, failure) -> failure).join();
    }

    private Throwable failureOfStore() {
        return failureOf(this.driver.store(StorageContexts.store(null), List.of(PAYLOAD)));
    }

    private Throwable failureOfRetrieve(StorageDriverClaim claim) {
        return failureOf(this.driver.retrieve(StorageContexts.retrieve(), List.of(claim)));
    }

    private StorageDriverClaim store() {
        StorageDriverClaim claim = this.driver.store(StorageContexts.store(null), List.of(PAYLOAD)).join().get(0);
        this.objects.transfers.clear();
        return claim;
    }

    @ParameterizedTest
    @EnumSource
    void eachKindIsAnExceptionOfItsOwn(Kind kind) {
        StorageDriverClaim claim = store();
        IOException cause = new IOException("no.");
        this.objects.diagnosis = new Diagnosis(kind, "Mend it");
        this.objects.failAtOnce.putAll(Map.of(0, cause, 1, cause));

        assertThat(failureOfStore()).isExactlyInstanceOf(EXCEPTIONS.get(kind))
            .hasMessageStartingWith("Storage driver 'archive' could not store a payload [manual:")
            .hasMessageEndingWith("]: no. Mend it")
            .hasCause(cause);
        assertThat(failureOfRetrieve(claim)).isExactlyInstanceOf(EXCEPTIONS.get(kind))
            .hasMessageStartingWith("Storage driver 'archive' could not retrieve a payload [manual:")
            .hasCause(cause);
    }

    @Test
    void aFailureThatTheStoreHasNoRemedyForHasThatOfItsKind() {
        this.objects.diagnosis = Diagnosis.UNKNOWN;
        this.objects.failAtOnce.put(0, new IOException("cut"));

        assertThat(failureOfStore()).isExactlyInstanceOf(StorageDriverException.class)
            .hasMessageEndingWith("]: cut. If this does not say enough, look for it in the log of the store");
    }

    @Test
    void aStoreThatTakesNoLocationRefusesThePayload() {
        IllegalArgumentException cause = new IllegalArgumentException("no such shelf");
        this.objects.failAtOnce.put(0, cause);

        assertThat(failureOfStore()).isExactlyInstanceOf(PayloadRefusedException.class)
            .hasMessageEndingWith("no such shelf")
            .hasCause(cause);
    }

    @Test
    void aStoreThatHasNoPlaceRefusesThePayload() {
        this.objects.noPlace = new IllegalStateException("no shelf for this tenant");

        assertThat(failureOfStore()).isExactlyInstanceOf(PayloadRefusedException.class)
            .hasMessage("Storage driver 'archive' cannot locate a payload: no shelf for this tenant")
            .hasCause(this.objects.noPlace);
    }

    @Test
    void aStoreThatTakesNoLocationRefusesTheClaim() {
        StorageDriverClaim claim = store();
        IllegalArgumentException cause = new IllegalArgumentException("no such shelf");
        this.objects.failAtOnce.put(0, cause);

        assertThat(failureOfRetrieve(claim)).isExactlyInstanceOf(ClaimRefusedException.class)
            .hasMessageContaining("no such shelf. If no worker of yours wrote the reference, find out who did")
            .hasCause(cause);
    }

    @Test
    void aClaimWithoutAHashIsRefused() {
        assertThat(failureOfRetrieve(new StorageDriverClaim(Map.of("key", "a"))))
            .isExactlyInstanceOf(ClaimRefusedException.class);
        assertThat(this.objects.transfers).isEmpty();
    }

    @Test
    void aLargePayloadIsTooLarge() {
        assertThat(failureOf(driver(9_999).store(StorageContexts.store(null), List.of(PAYLOAD))))
            .isExactlyInstanceOf(PayloadTooLargeException.class);
    }

    @Test
    void aMissingObjectIsMissing() {
        StorageDriverClaim claim = store();
        this.objects.contents.clear();

        assertThat(failureOfRetrieve(claim)).isExactlyInstanceOf(ObjectNotFoundException.class);
    }

    @Test
    void anAlteredObjectIsAltered() {
        StorageDriverClaim claim = store();
        this.objects.contents.replaceAll((key, content) -> new byte[10]);

        assertThat(failureOfRetrieve(claim)).isExactlyInstanceOf(PayloadIntegrityException.class);
    }

    @Test
    void aCancellationStaysOne() {
        CancellationException cancellation = new CancellationException("the pool is closed");
        this.objects.failAtOnce.put(0, cancellation);

        assertThat(failureOfStore()).isSameAs(cancellation);
    }

}
