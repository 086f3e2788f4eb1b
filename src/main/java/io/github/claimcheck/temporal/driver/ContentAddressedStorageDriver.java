package io.github.claimcheck.temporal.driver;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.github.claimcheck.temporal.driver.ObjectStore.Location;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
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
 * {@link StoredObjects}) and downloads of payloads in memory (see {@link PayloadCache}),
 * and shares concurrent transfers of the same object. None of this changes a payload or a
 * claim.
 * <p>
 * A payload is hashed once, in place, and copied once, when its upload has a permit.
 * Downloaded bytes are hashed once and become the payload without a copy.
 * <p>
 * Thread-safe if the store is.
 */
public final class ContentAddressedStorageDriver implements RepairableStorageDriver, AutoCloseable {

    private final String name;

    private final String type;

    private final long maxPayloadSize;

    private final String maxPayloadSizeProperty;

    private final ObjectStore store;

    private final DriverResources resources;

    private volatile boolean closed;

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
     * Creates a driver.
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
        this.name = name;
        this.type = type;
        this.maxPayloadSize = maxPayloadSize;
        this.maxPayloadSizeProperty = maxPayloadSizeProperty;
        this.store = store;
        this.resources = resources;
    }

    @Override
    public String getName() {
        return this.name;
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
            if (payload.getSerializedSize() > this.maxPayloadSize) {
                return CompletableFuture.failedFuture(new PayloadTooLargeException(payload.getSerializedSize(),
                        this.maxPayloadSize, this.name, this.maxPayloadSizeProperty));
            }
        }
        return Transfers.all(payloads, context.getCancellationToken(), (payload) -> store(context, payload));
    }

    private CompletableFuture<StorageDriverClaim> store(StorageDriverStoreContext context, Payload payload) {
        byte[] digest = PayloadHash.of(payload);
        String hexDigest = HexFormat.of().formatHex(digest);
        Location location = locate(context, payload, hexDigest);
        Map<String, String> claimData = new HashMap<>(location.entries());
        claimData.put(PayloadHash.ALGORITHM, PayloadHash.SHA256);
        claimData.put(PayloadHash.VALUE, hexDigest);
        StorageDriverClaim claim = new StorageDriverClaim(claimData);
        StorageDriverClaim stored = this.resources.storedObjects()
            .find(this, claim, location, ObjectKey.runId(context.getTarget()));
        if (stored != null) {
            this.resources.cache().put(this, stored, payload);
            return CompletableFuture.completedFuture(stored);
        }
        return this.uploads.join(claim,
                () -> this.resources.limiter()
                    .run(payload.getSerializedSize(),
                            (admission) -> upload(location.entries(), payload, digest, claim, this.store::put)));
    }

    private Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        try {
            return this.store.locate(context, payload, hexDigest);
        }
        catch (RuntimeException ex) {
            throw new PayloadRefusedException(
                    "Storage driver '" + this.name + "' cannot locate a payload: " + message(ex), ex);
        }
    }

    private CompletableFuture<StorageDriverClaim> upload(Map<String, String> entries, Payload payload, byte[] digest,
            StorageDriverClaim claim, Upload upload) {
        return Transfers.one(() -> upload.start(entries, payload.toByteArray(), digest), (stored, failure) -> {
            if (failure != null) {
                throw failed(Operation.STORE, entries, failure);
            }
            this.resources.storedObjects().add(this, claim);
            this.resources.cache().put(this, claim, payload);
            return claim;
        });
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
        return Transfers.all(claims, context.getCancellationToken(), this::retrieve);
    }

    private CompletableFuture<Payload> retrieve(StorageDriverClaim recorded) {
        StorageDriverClaim claim = PayloadHash.normalized(recorded);
        Map<String, String> data = claim.getClaimData();
        if (!PayloadHash.SHA256.equals(data.get(PayloadHash.ALGORITHM)) || data.get(PayloadHash.VALUE) == null) {
            throw failed(Operation.RETRIEVE, data,
                    new IllegalArgumentException("the claim does not contain a SHA-256 (hash_algorithm is "
                            + data.get(PayloadHash.ALGORITHM) + ")"));
        }
        Payload cached = this.resources.cache().get(this, claim);
        if (cached != null) {
            return CompletableFuture.completedFuture(cached);
        }
        return download(claim);
    }

    /**
     * Puts a payload back in place of a lost or altered object, and reads it again.
     * Writes only under a key that ends with the payload's digest, as all keys of this
     * driver do.
     */
    @Override
    public CompletableFuture<Payload> repair(StorageDriverClaim recorded, Payload payload) {
        StorageDriverClaim claim = PayloadHash.normalized(recorded);
        byte[] digest = PayloadHash.of(payload);
        Map<String, String> entries = new HashMap<>(claim.getClaimData());
        entries.remove(PayloadHash.ALGORITHM);
        String hash = entries.remove(PayloadHash.VALUE);
        if (!HexFormat.of().formatHex(digest).equals(hash)
                || !entries.getOrDefault(ObjectStore.KEY, "").endsWith(hash)) {
            return CompletableFuture.failedFuture(failed(Operation.STORE, entries,
                    new IllegalArgumentException("the claim does not belong to this payload")));
        }
        // Not shared: other callers' uploads do not replace the object, and their
        // downloads may have begun to read the old one.
        return this.resources.limiter()
            .run(payload.getSerializedSize(),
                    (admission) -> upload(entries, payload, digest, claim, this.store::replace))
            // An upload that succeeded does not prove that the object can be read.
            .thenCompose((stored) -> this.resources.limiter().run(0, (admission) -> download(claim, admission)));
    }

    private CompletableFuture<Payload> download(StorageDriverClaim claim) {
        return this.downloads.join(claim,
                () -> this.resources.limiter().run(0, (admission) -> download(claim, admission)));
    }

    private CompletableFuture<Payload> download(StorageDriverClaim claim, Admission admission) {
        Map<String, String> data = claim.getClaimData();
        return Transfers.<byte[], Payload>one(() -> this.store.get(data, admission), (content, failure) -> {
            try {
                if (failure != null) {
                    throw failed(Operation.RETRIEVE, data, failure);
                }
                Payload payload = verified(data, content);
                this.resources.storedObjects().add(this, claim);
                this.resources.cache().put(this, claim, payload);
                return payload;
            }
            catch (ObjectNotFoundException | PayloadIntegrityException ex) {
                this.resources.storedObjects().remove(this, claim);
                throw ex;
            }
        });
    }

    private Payload verified(Map<String, String> claim, byte[] content) {
        String actual = HexFormat.of().formatHex(PayloadHash.of(content));
        if (!actual.equals(claim.get(PayloadHash.VALUE))) {
            throw new PayloadIntegrityException(String.format(Locale.ROOT,
                    "The object that storage driver '%s' retrieved [%s] is not the one that was stored: its SHA-256 "
                            + "is %s, but the claim's is %s. It was altered or corrupted; restore the original object.",
                    this.name, this.store.describe(claim), actual, claim.get(PayloadHash.VALUE)), null);
        }
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
                            this.name, this.store.describe(claim)),
                    ex);
        }
    }

    private RuntimeException failed(Operation operation, Map<String, String> location, Throwable failure) {
        if (failure instanceof CancellationException cancellation) {
            return cancellation;
        }
        String message = String.format("Storage driver '%s' could not %s a payload [%s]: %s", this.name,
                operation.name().toLowerCase(Locale.ROOT), this.store.describe(location), message(failure));
        // Not diagnosed by the store, whose client may not report that it is closed.
        if (this.closed) {
            return new StorageUnreachableException(
                    message + ". The driver is closed because the application is shutting "
                            + "down. To give workers more time to complete their tasks, increase "
                            + "spring.lifecycle.timeout-per-shutdown-phase",
                    failure);
        }
        if (failure instanceof ObjectNotFoundException) {
            return new ObjectNotFoundException(message
                    + ". It may have been deleted, or expired by a lifecycle rule. Keep an object until the last run "
                    + "that its reference is carried into is over, plus the namespace's retention period: cron, "
                    + "schedules, retries, resets and continue-as-new carry references on. Once the object is "
                    + "restored, the next attempt succeeds.", failure.getCause());
        }
        // A store rejects locations that it did not create or cannot use.
        if (failure instanceof IllegalArgumentException) {
            return (operation == Operation.STORE) ? new PayloadRefusedException(message, failure)
                    : new ClaimRefusedException(message, failure);
        }
        Diagnosis diagnosis = this.store.diagnose(operation, location, failure);
        return diagnosis.toException((diagnosis.remedy() != null) ? message + ". " + diagnosis.remedy() : message,
                failure);
    }

    /** Describes a failure. The message of a file system's exception is only a path. */
    private static String message(Throwable failure) {
        String message = (failure instanceof FileSystemException || failure.getMessage() == null) ? failure.toString()
                : failure.getMessage();
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    /** Closes the driver and its store. Transfers in flight fail. */
    @Override
    public void close() {
        this.closed = true;
        this.store.close();
    }

    /** {@link ObjectStore#put} or {@link ObjectStore#replace}. */
    @FunctionalInterface
    private interface Upload {

        CompletableFuture<?> start(Map<String, String> location, byte[] content, byte[] sha256);

    }

    @Override
    public String toString() {
        return "ContentAddressedStorageDriver[name=" + this.name + ", type=" + this.type + "]";
    }

}
