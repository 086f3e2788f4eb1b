package io.github.claimcheck.temporal.driver;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Downloads the objects of one driver, and verifies them. Takes claims that the driver
 * has checked.
 * <p>
 * Thread-safe.
 */
final class Downloads {

    private static final Logger logger = LoggerFactory.getLogger(Downloads.class);

    private final StorageDriver driver;

    private final SizeLimits limits;

    private final ObjectStore store;

    private final DriverResources resources;

    private final DriverFailures failures;

    private final DriverTraffic traffic;

    private final DiskTier disk;

    /** Whether a warning was logged, which would otherwise be one for each payload. */
    private final AtomicBoolean refetched = new AtomicBoolean();

    Downloads(StorageDriver driver, SizeLimits limits, ObjectStore store, DriverResources resources,
            DriverFailures failures, DriverTraffic traffic, DiskTier disk) {
        this.driver = driver;
        this.limits = limits;
        this.store = store;
        this.resources = resources;
        this.failures = failures;
        this.traffic = traffic;
        this.disk = disk;
    }

    /** Reads a payload from the cache on disk, or else downloads it. */
    CompletableFuture<Payload> load(StorageDriverClaim claim, TransferOwner owner) {
        if (!this.disk.mayHave(claim)) {
            return fetch(claim, owner);
        }
        return Transfers.then(this.resources.limiter().run(owner, 0, (admission) -> {
            BoundedAdmission bounded = new BoundedAdmission(admission, this.limits.maxRetrievedSize());
            return Transfers.one(() -> this.disk.read(claim, bounded), (content, failure) -> {
                if (bounded.isExceeded()) {
                    // The limit was lowered: the store says so.
                    return null;
                }
                Transfers.rethrow(failure);
                return content;
            });
        }), (content) -> {
            if (content == null) {
                return fetch(claim, owner);
            }
            Payload payload = parse(claim.getClaimData(), content);
            this.traffic.saved(Operation.RETRIEVE, payload.getSerializedSize());
            this.resources.cache().retrieved(this.driver, claim, payload);
            return CompletableFuture.completedFuture(payload);
        });
    }

    /**
     * Downloads an object, and once more if its bytes are wrong: they may have been
     * corrupted on the way, or in a cache. The second download has a permit of its own,
     * because its object may have another size.
     */
    CompletableFuture<Payload> fetch(StorageDriverClaim claim, TransferOwner owner) {
        return Transfers.orElse(
                () -> this.resources.limiter()
                    .run(owner, 0, (admission) -> download(claim, admission, this.store::get)),
                (failure) -> isAltered(claim, failure), () -> this.resources.limiter()
                    .run(owner, 0, (admission) -> download(claim, admission, this.store::getUncached)));
    }

    /**
     * Bytes that have the claim's digest, but are no payload, are as they were stored.
     */
    private boolean isAltered(StorageDriverClaim claim, Throwable failure) {
        boolean altered = failure instanceof PayloadIntegrityException && failure.getCause() == null;
        if (altered) {
            logger.atLevel(this.refetched.compareAndSet(false, true) ? Level.WARN : Level.DEBUG)
                .log("Storage driver '{}' downloads an object again, because its bytes differ from those stored [{}]. "
                        + "Further objects are logged at DEBUG.", this.driver.getName(),
                        this.failures.describe(claim.getClaimData()));
        }
        return altered;
    }

    private CompletableFuture<Payload> download(StorageDriverClaim claim, Admission admission, Download download) {
        CompletableFuture<Payload> downloaded = Transfers.one(() -> read(claim, admission, download),
                (payload, failure) -> {
                    if (failure instanceof ObjectNotFoundException || failure instanceof PayloadIntegrityException) {
                        this.resources.storedObjects().remove(this.driver, claim);
                    }
                    Transfers.rethrow((failure != null) ? this.traffic.failed(Operation.RETRIEVE, failure) : null);
                    this.traffic.succeeded(Operation.RETRIEVE);
                    this.resources.storedObjects().add(this.driver, claim);
                    this.resources.cache().retrieved(this.driver, claim, payload);
                    return payload;
                });
        // The bytes are in flight until they are on disk, so that no more wait for it.
        return Transfers.then(downloaded,
                (payload) -> this.disk.retrieved(claim, payload).thenApply((done) -> payload));
    }

    /**
     * Downloads and verifies an object, and keeps nothing of it, nor records it as
     * traffic.
     */
    CompletableFuture<Payload> read(StorageDriverClaim claim, Admission admission) {
        return read(claim, admission, this.store::get);
    }

    private CompletableFuture<Payload> read(StorageDriverClaim claim, Admission admission, Download download) {
        Map<String, String> data = claim.getClaimData();
        BoundedAdmission bounded = new BoundedAdmission(admission, this.limits.maxRetrievedSize());
        return Transfers.<byte[], Payload>one(() -> download.start(data, bounded), (content, failure) -> {
            // Whatever failure the store has made of it.
            if (bounded.isExceeded() || (failure == null && content.length > bounded.maxSize())) {
                throw this.failures.tooLarge(data);
            }
            if (failure instanceof PayloadIntegrityException) {
                throw new PayloadIntegrityException(this.failures.altered(data, DriverFailures.message(failure)), null);
            }
            if (failure != null) {
                throw this.failures.of(Operation.RETRIEVE, data, failure);
            }
            return verified(data, content);
        });
    }

    private Payload verified(Map<String, String> claim, byte[] content) {
        if (!HexFormat.of().formatHex(PayloadHash.of(content)).equals(claim.get(PayloadHash.VALUE))) {
            // The actual digest would tell the author of a forged claim about the object.
            throw new PayloadIntegrityException(this.failures.altered(claim, "its SHA-256 differs from the claim's"),
                    null);
        }
        return parse(claim, content);
    }

    private Payload parse(Map<String, String> claim, byte[] content) {
        try {
            // No one else holds these bytes, so the payload can be a view of them.
            CodedInputStream input = UnsafeByteOperations.unsafeWrap(content).newCodedInput();
            input.enableAliasing(true);
            Payload payload = Payload.parseFrom(input);
            input.checkLastTagWas(0);
            return payload;
        }
        catch (IOException ex) {
            throw new PayloadIntegrityException(
                    String.format("The object that storage driver '%s' retrieved [%s] is not a Temporal payload",
                            this.driver.getName(), this.failures.describe(claim)),
                    ex);
        }
    }

    /** {@link ObjectStore#get} or {@link ObjectStore#getUncached}. */
    @FunctionalInterface
    private interface Download {

        CompletableFuture<byte[]> start(Map<String, String> location, Admission admission);

    }

    /** Rejects objects that are too large, before memory is available for them. */
    private static final class BoundedAdmission implements Admission {

        private final Admission admission;

        private final long maxSize;

        private volatile boolean exceeded;

        BoundedAdmission(Admission admission, long maxSize) {
            this.admission = admission;
            this.maxSize = maxSize;
        }

        @Override
        public CompletableFuture<Void> admit(long bytes) {
            if (bytes > this.maxSize) {
                this.exceeded = true;
                return CompletableFuture
                    .failedFuture(new IOException("The object is larger than " + this.maxSize + " bytes"));
            }
            return this.admission.admit(bytes);
        }

        @Override
        public long maxSize() {
            return this.maxSize;
        }

        boolean isExceeded() {
            return this.exceeded;
        }

    }

}
