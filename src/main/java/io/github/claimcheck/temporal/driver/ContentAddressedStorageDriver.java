package io.github.claimcheck.temporal.driver;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.cache.PayloadCache;
import io.github.claimcheck.temporal.driver.ObjectStore.Location;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.internal.ClaimBounds;
import io.github.claimcheck.temporal.internal.ExternalStorageApi;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Stores each payload as one object, whose key names the payload's target and the SHA-256
 * of its content. The driver implements what all stores have in common: the size limit,
 * the digest, the claim, the verification of retrieved objects, and the reuse of
 * transfers. An {@link ObjectStore} transfers the bytes.
 * <p>
 * An object's content is the serialized {@link Payload} message. Its claim holds the
 * store's location, {@code hash_algorithm} ({@code sha256}) and {@code hash_value}
 * (lower-case hexadecimal). With the S3 store, this is the claim that the official
 * Temporal SDKs write and read. The first releases of the TypeScript SDK's drivers call
 * these entries {@code hashAlgorithm} and {@code hashValue}; this driver reads those
 * names, too, but never writes them.
 * <p>
 * The driver does not check whether an object exists already: a check would cost a round
 * trip and a permission, and storing the same bytes under the same key again is harmless.
 * It skips uploads of objects that this process knows to be stored (see
 * {@link StoredObjects}) and downloads of payloads in memory or on disk (see
 * {@link PayloadCache}), and shares concurrent transfers of the same object. None of this
 * changes a payload or a claim.
 * <p>
 * A payload is hashed once, in place, and uploaded from its own bytes, without a copy.
 * Downloaded bytes are hashed once and become the payload without a copy.
 * <p>
 * Thread-safe if the store is.
 */
public final class ContentAddressedStorageDriver
        implements RepairableStorageDriver, InspectableStorageDriver, AutoCloseable {

    private final String name;

    private final String type;

    private final SizeLimits limits;

    private final ObjectStore store;

    private final DriverResources resources;

    private final DriverFailures failures;

    private final DriverTraffic traffic = new DriverTraffic();

    private final DiskTier disk;

    private final Downloads objects;

    private final SingleFlight<StorageDriverClaim, StorageDriverClaim> uploads = new SingleFlight<>();

    private final SingleFlight<StorageDriverClaim, Payload> downloads = new SingleFlight<>();

    /**
     * Creates a driver with {@linkplain DriverResources#none() no shared resources}.
     * @param name the name recorded in references; payloads stored under another name
     * cannot be retrieved
     * @param type the type of the driver, the same for all instances
     * @param maxPayloadSize the maximum serialized size of a payload, in bytes
     * @param maxPayloadSizeProperty the property that sets this limit, for the message of
     * a {@link PayloadTooLargeException}
     * @param store the store of the objects; closed with the driver
     */
    public ContentAddressedStorageDriver(String name, String type, long maxPayloadSize, String maxPayloadSizeProperty,
            ObjectStore store) {
        this(name, type, maxPayloadSize, maxPayloadSizeProperty, store, DriverResources.none());
    }

    /**
     * Creates a driver that retrieves objects of up to
     * {@link SizeLimits#DEFAULT_MAX_RETRIEVED_SIZE}, or of the maximum payload size if
     * that is larger.
     * @param name the name recorded in references; payloads stored under another name
     * cannot be retrieved
     * @param type the type of the driver, the same for all instances
     * @param maxPayloadSize the maximum serialized size of a payload, in bytes
     * @param maxPayloadSizeProperty the property that sets this limit, for the message of
     * a {@link PayloadTooLargeException}
     * @param store the store of the objects; closed with the driver
     * @param resources the resources that this driver shares with others
     */
    public ContentAddressedStorageDriver(String name, String type, long maxPayloadSize, String maxPayloadSizeProperty,
            ObjectStore store, DriverResources resources) {
        this(name, type, SizeLimits.ofMaxPayloadSize(maxPayloadSize, maxPayloadSizeProperty), store, resources);
    }

    /**
     * Creates a driver.
     * @param name the name recorded in references; payloads stored under another name
     * cannot be retrieved
     * @param type the type of the driver, the same for all instances
     * @param limits the maximum sizes of stored payloads and of retrieved objects
     * @param store the store of the objects; closed with the driver
     * @param resources the resources that this driver shares with others
     */
    public ContentAddressedStorageDriver(String name, String type, SizeLimits limits, ObjectStore store,
            DriverResources resources) {
        this.name = name;
        this.type = type;
        this.limits = limits;
        this.store = store;
        this.resources = resources;
        this.failures = new DriverFailures(name, limits, store);
        this.disk = new DiskTier(this, store, resources.cache().getDisk());
        this.objects = new Downloads(this, limits, store, resources, this.failures, this.traffic, this.disk);
    }

    @Override
    public String getName() {
        return this.name;
    }

    /**
     * Returns the sizes that the driver stores and retrieves.
     * @return the limits
     */
    public SizeLimits getLimits() {
        return this.limits;
    }

    @Override
    public String getType() {
        return this.type;
    }

    /**
     * Stores all payloads or fails. The sizes of the whole batch are checked before the
     * first upload; then all payloads are uploaded concurrently, and the first failure
     * cancels the other uploads.
     * @return a future with one claim for each payload, in order; fails with a
     * {@link StorageDriverException}
     */
    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        for (Payload payload : payloads) {
            if (payload.getSerializedSize() > this.limits.maxPayloadSize()) {
                return CompletableFuture.failedFuture(new PayloadTooLargeException(payload.getSerializedSize(),
                        this.limits.maxPayloadSize(), this.name, this.limits.maxPayloadSizeProperty()));
            }
        }
        return Transfers.all(payloads, context.getCancellationToken(), (payload) -> store(context, payload));
    }

    private CompletableFuture<StorageDriverClaim> store(StorageDriverStoreContext context, Payload payload) {
        ByteString content = SerializedPayload.of(payload);
        byte[] digest = PayloadHash.of(content);
        String hexDigest = HexFormat.of().formatHex(digest);
        Location location = locate(context, payload, hexDigest);
        StorageDriverClaim claim = PayloadHash.claim(location.entries(), hexDigest);
        StorageDriverClaim stored = this.resources.storedObjects()
            .find(this, claim, location, ObjectKey.runId(context.getTarget()));
        if (stored != null) {
            this.traffic.saved(Operation.STORE, payload.getSerializedSize());
            this.resources.cache().stored(this, stored, payload);
            return CompletableFuture.completedFuture(stored);
        }
        // Each caller has a permit of its own: the transfer outlives the message of the
        // caller that started it, whose permit may be cancelled.
        return ExternalStorageApi.permit(context, payload, () -> this.uploads.join(claim, () -> this.resources.limiter()
            .run(TransferOwner.of(location.entries(), context), payload.getSerializedSize(),
                    (admission) -> upload(location.entries(), payload, content, digest, claim, this.store::put))));
    }

    private Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        try {
            Location location = this.store.locate(context, payload, hexDigest);
            // Nothing is stored that would be refused when it is retrieved.
            ClaimBounds.requireOfObject(PayloadHash.claim(location.entries(), hexDigest));
            this.store.requireOwn(location.entries(), hexDigest);
            return location;
        }
        catch (RuntimeException ex) {
            throw new PayloadRefusedException(
                    "Storage driver '" + this.name + "' cannot locate a payload: " + DriverFailures.message(ex),
                    Quoted.cause(ex));
        }
    }

    private CompletableFuture<StorageDriverClaim> upload(Map<String, String> entries, Payload payload,
            ByteString content, byte[] digest, StorageDriverClaim claim, Upload upload) {
        CompletableFuture<StorageDriverClaim> uploaded = Transfers.one(() -> upload.start(entries, content, digest),
                (stored, failure) -> {
                    if (failure != null) {
                        throw this.traffic.failed(Operation.STORE, this.failures.of(Operation.STORE, entries, failure));
                    }
                    this.traffic.succeeded(Operation.STORE);
                    this.traffic.stored(payload.getSerializedSize());
                    this.resources.storedObjects().add(this, claim);
                    this.resources.cache().stored(this, claim, payload);
                    return claim;
                });
        return Transfers.then(uploaded, (stored) -> this.disk.stored(claim, payload).thenApply((done) -> stored));
    }

    /**
     * Retrieves the payloads of all claims or fails. The payloads are downloaded
     * concurrently, and each must have the SHA-256 of its claim. The first failure
     * cancels the other downloads.
     * @return a future with one payload for each claim, in order; fails with a
     * {@link StorageDriverException}
     */
    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        return Transfers.all(claims, context.getCancellationToken(), (claim) -> retrieve(context, claim));
    }

    private CompletableFuture<Payload> retrieve(StorageDriverRetrieveContext context, StorageDriverClaim recorded) {
        StorageDriverClaim claim = checked(recorded);
        Payload cached = this.resources.cache().get(this, claim);
        if (cached != null) {
            this.traffic.saved(Operation.RETRIEVE, cached.getSerializedSize());
            return CompletableFuture.completedFuture(cached);
        }
        return ExternalStorageApi.permit(context, recorded, () -> this.downloads.join(claim,
                () -> this.objects.load(claim, TransferOwner.of(claim.getClaimData(), context))));
    }

    /**
     * Returns the normalized claim if this driver can have written it. Until then,
     * nothing is asked of the store, and the claim is not kept.
     */
    private StorageDriverClaim checked(StorageDriverClaim recorded) {
        try {
            ClaimBounds.requireOfObject(recorded);
        }
        catch (IllegalArgumentException ex) {
            throw DriverFailures
                .refused("Storage driver '" + this.name + "' could not retrieve a payload: " + ex.getMessage(), null);
        }
        StorageDriverClaim claim = PayloadHash.normalized(recorded);
        try {
            String hexDigest = PayloadHash.require(claim);
            this.store.requireOwn(PayloadHash.location(claim), hexDigest);
        }
        catch (IllegalArgumentException ex) {
            throw this.failures.of(Operation.RETRIEVE, claim.getClaimData(), ex);
        }
        return claim;
    }

    /**
     * Puts a payload back in place of a lost or altered object, and reads it again.
     * Writes only where this driver could have stored the payload, under a key that ends
     * with its digest.
     */
    @Override
    public CompletableFuture<Payload> repair(StorageDriverClaim recorded, Payload payload) {
        return Transfers.attempt(() -> {
            StorageDriverClaim claim = checked(recorded);
            ByteString content = SerializedPayload.of(payload);
            byte[] digest = PayloadHash.of(content);
            Map<String, String> entries = PayloadHash.location(claim);
            if (!HexFormat.of().formatHex(digest).equals(PayloadHash.require(claim))) {
                throw this.failures.of(Operation.STORE, entries,
                        new IllegalArgumentException("the claim does not belong to this payload"));
            }
            if (payload.getSerializedSize() > this.limits.maxRetrievedSize()) {
                throw this.failures.tooLarge(entries);
            }
            // Not shared: other callers' uploads do not replace the object, and their
            // downloads may have begun to read the old one.
            CompletableFuture<StorageDriverClaim> replaced = this.resources.limiter()
                .run(TransferOwner.AUDIT, payload.getSerializedSize(),
                        (admission) -> upload(entries, payload, content, digest, claim, this.store::replace));
            // An upload that succeeded does not prove that the object can be read.
            return Transfers.then(replaced, (stored) -> this.objects.fetch(claim, TransferOwner.AUDIT));
        });
    }

    @Override
    public Map<String, String> getPlace() {
        return this.store.place();
    }

    @Override
    public DriverTraffic getTraffic() {
        return this.traffic;
    }

    /**
     * Asks the store for an object that cannot exist, or what the store asks instead. Not
     * limited, so that transfers that hang do not delay it.
     */
    @Override
    public CompletableFuture<Map<String, Object>> check() {
        Map<String, String> nowhere;
        try {
            nowhere = locate(ExternalStorageApi.storeContext(null), Payload.getDefaultInstance(),
                    PayloadHash.OF_NOTHING)
                .entries();
        }
        catch (PayloadRefusedException ex) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException(
                    "The store cannot be asked without a payload: " + ex.getMessage(), ex));
        }
        return Transfers.one(() -> this.store.check(nowhere), (details, failure) -> {
            if (failure instanceof ObjectNotFoundException) {
                return Map.of();
            }
            Throwable problem = (failure == null || failure instanceof UnsupportedOperationException) ? failure
                    : this.failures.ofCheck(nowhere, failure);
            if (problem instanceof StorageAccessDeniedException denied && denied.mayBeMissing()) {
                return Map.of("answer",
                        "403, as for any missing object without the permission to list, and without that to read");
            }
            Transfers.rethrow(problem);
            return details;
        });
    }

    @Override
    public CompletableFuture<Expiry> readExpiry(String namespace) {
        return Transfers.one(() -> this.store.readExpiry(namespace), (expiry, failure) -> {
            Transfers.rethrow(failure);
            return expiry;
        });
    }

    @Override
    public String describe(StorageDriverClaim claim) {
        return this.failures.describe(claim.getClaimData());
    }

    /**
     * Downloads and verifies the object, whatever is cached: only the store knows whether
     * it is still there. Keeps nothing, so that an audit does not flush the cache. Is no
     * traffic: what an old history refers to says nothing about the transfers of now.
     */
    @Override
    public CompletableFuture<AuditedObject> audit(StorageDriverClaim recorded) {
        return Transfers.one(() -> {
            StorageDriverClaim claim = checked(recorded);
            return this.resources.limiter()
                .run(TransferOwner.AUDIT, 0, (admission) -> this.objects.read(claim, admission));
        }, (payload, failure) -> {
            if (failure instanceof ObjectNotFoundException || failure instanceof PayloadIntegrityException) {
                this.resources.storedObjects().remove(this, PayloadHash.normalized(recorded));
            }
            return AuditedObject.of(this.name, this.failures.describe(recorded.getClaimData()), failure);
        });
    }

    /** Closes the driver and its store. Transfers in flight fail. */
    @Override
    public void close() {
        this.failures.close();
        this.store.close();
    }

    /** {@link ObjectStore#put} or {@link ObjectStore#replace}. */
    @FunctionalInterface
    private interface Upload {

        CompletableFuture<?> start(Map<String, String> location, ByteString content, byte[] sha256);

    }

    @Override
    public String toString() {
        return "ContentAddressedStorageDriver[name=" + this.name + ", type=" + this.type + "]";
    }

}
