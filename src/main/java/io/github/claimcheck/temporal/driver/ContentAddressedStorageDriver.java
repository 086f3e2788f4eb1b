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
 * A storage driver that keeps each payload as one object, named by what it belongs to and
 * by the SHA-256 of its content. Everything that is the same for all stores is here: the
 * size limit, the digest, the key, the claim, the verification of what comes back, and
 * what saves requests. The bytes go through an {@link ObjectStore}.
 * <p>
 * An object's content is the serialized {@link Payload} message. Its claim holds the
 * store's location, and {@code hash_algorithm} ({@code sha256}) and {@code hash_value}
 * (lower-case hexadecimal): with the S3 store, the same as the official Temporal SDKs
 * write and read. The first releases of the TypeScript SDK's drivers call these two
 * {@code hashAlgorithm} and {@code hashValue}; that is read, too, and never written.
 * <p>
 * There is no check for an object that exists already: it would cost a round trip and a
 * permission, and storing the same bytes under the same key again is harmless. What this
 * process knows to be stored is not stored again, see {@link StoredObjects}; what it has
 * in memory is not retrieved, see {@link PayloadCache}; and transfers of the same object
 * at the same time are one transfer. None of this changes a payload or a claim.
 * <p>
 * A payload is hashed once, from where it is, and copied once, for an upload that has its
 * turn. What was downloaded is hashed once, and becomes the payload without being copied.
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
     * Makes a driver that has {@linkplain DriverResources#none() no resources}.
     * @param name the name recorded in references; changing it later breaks the retrieval
     * of what was stored before
     * @param type the kind of driver, the same for all instances
     * @param maxPayloadSize the largest serialized payload that is accepted, in bytes
     * @param maxPayloadSizeProperty how the user sets that limit, for the message of a
     * {@link PayloadTooLargeException}
     * @param store where the objects go; closed with the driver
     */
    public ContentAddressedStorageDriver(String name, String type, long maxPayloadSize, String maxPayloadSizeProperty,
            ObjectStore store) {
        this(name, type, maxPayloadSize, maxPayloadSizeProperty, store, DriverResources.none());
    }

    /**
     * @param name the name recorded in references; changing it later breaks the retrieval
     * of what was stored before
     * @param type the kind of driver, the same for all instances
     * @param maxPayloadSize the largest serialized payload that is accepted, in bytes
     * @param maxPayloadSizeProperty how the user sets that limit, for the message of a
     * {@link PayloadTooLargeException}
     * @param store where the objects go; closed with the driver
     * @param resources what this driver shares with others
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
     * Stores all payloads or fails: the sizes of the whole batch are checked before the
     * first byte is sent, then all are uploaded concurrently, and the first failure
     * cancels the rest.
     * @return one claim for each payload, in order; fails with a
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
                    "Storage driver '" + this.name + "' has no place for a payload: " + message(ex), ex);
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
     * Retrieves the payloads of all claims or fails: downloads concurrently, and lets
     * only bytes through whose SHA-256 is the one in the claim. The first failure cancels
     * the rest.
     * @return one payload for each claim, in order; fails with a
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
            throw failed(Operation.RETRIEVE, data, new IllegalArgumentException(
                    "the claim holds no SHA-256 (hash_algorithm is " + data.get(PayloadHash.ALGORITHM) + ")"));
        }
        Payload cached = this.resources.cache().get(this, claim);
        if (cached != null) {
            return CompletableFuture.completedFuture(cached);
        }
        return download(claim);
    }

    /**
     * Writes only under a key that ends with the digest of the payload, as all keys of
     * this driver do.
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
                    new IllegalArgumentException("the claim does not name a place for this payload")));
        }
        // Not shared with others, who do not replace, or have begun to read what was
        // there before.
        return this.resources.limiter()
            .run(payload.getSerializedSize(),
                    (admission) -> upload(entries, payload, digest, claim, this.store::replace))
            // What a store says it took is not always what it gives.
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
                            + "is %s, the claim says %s. It was altered or damaged; restore the original object.",
                    this.name, this.store.describe(claim), actual, claim.get(PayloadHash.VALUE)), null);
        }
        try {
            // Nobody else has the bytes, so that the payload may be a view of them.
            CodedInputStream input = UnsafeByteOperations.unsafeWrap(content).newCodedInput();
            input.enableAliasing(true);
            Payload payload = Payload.parseFrom(input);
            input.checkLastTagWas(0);
            return payload;
        }
        catch (IOException ex) {
            throw new PayloadIntegrityException(
                    String.format("The object that storage driver '%s' retrieved [%s] holds no Temporal payload",
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
        // Whatever the store says of it: its client may not know that it was closed.
        if (this.closed) {
            return new StorageUnreachableException(message + ". The driver is closed, because the application shuts "
                    + "down. Workers that need more time for the tasks that they have begun get it from "
                    + "spring.lifecycle.timeout-per-shutdown-phase", failure);
        }
        if (failure instanceof ObjectNotFoundException) {
            return new ObjectNotFoundException(message + ". Was it deleted, or expired by a lifecycle rule? An object "
                    + "must be kept for as long as its workflow runs, and after that for the namespace's retention "
                    + "period. Once the object is back, the next attempt succeeds.", failure.getCause());
        }
        // A store takes neither a location that it did not make nor one that it cannot
        // use.
        if (failure instanceof IllegalArgumentException) {
            return (operation == Operation.STORE) ? new PayloadRefusedException(message, failure)
                    : new ClaimRefusedException(message, failure);
        }
        Diagnosis diagnosis = this.store.diagnose(operation, location, failure);
        return diagnosis.toException((diagnosis.remedy() != null) ? message + ". " + diagnosis.remedy() : message,
                failure);
    }

    /** The message of a file system's exception is just the path. */
    private static String message(Throwable failure) {
        String message = (failure instanceof FileSystemException || failure.getMessage() == null) ? failure.toString()
                : failure.getMessage();
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    /** Closes the store. What is in flight fails. */
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
