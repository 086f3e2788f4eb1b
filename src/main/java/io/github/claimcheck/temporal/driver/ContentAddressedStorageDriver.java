package io.github.claimcheck.temporal.driver;

import com.google.protobuf.InvalidProtocolBufferException;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.nio.file.FileSystemException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * A storage driver that keeps each payload as one object, named by what it belongs to and by the SHA-256 of its
 * content. Everything that is the same for all stores is here: the size limit, the digest, the key, the claim, and the
 * verification of what comes back. The bytes go through an {@link ObjectStore}.
 * <p>
 * An object's content is the serialized {@link Payload} message. Its claim holds the store's location, and
 * {@code hash_algorithm} ({@code sha256}) and {@code hash_value} (lower-case hexadecimal): with the S3 store, the same
 * as the official Temporal SDKs write and read.
 * <p>
 * There is no check for an object that exists already: it would cost a round trip and a permission, and storing the
 * same bytes under the same key again is harmless.
 * <p>
 * Thread-safe if the store is.
 */
public final class ContentAddressedStorageDriver implements StorageDriver, AutoCloseable {

    private static final String HASH_ALGORITHM = "hash_algorithm";

    private static final String HASH_VALUE = "hash_value";

    private static final String SHA256 = "sha256";

    private final String name;

    private final String type;

    private final long maxPayloadSize;

    private final String maxPayloadSizeProperty;

    private final ObjectStore store;

    /**
     * @param name the name recorded in references; changing it later breaks the retrieval of what was stored before
     * @param type the kind of driver, the same for all instances
     * @param maxPayloadSize the largest serialized payload that is accepted, in bytes
     * @param maxPayloadSizeProperty how the user sets that limit, for the message of a
     *        {@link PayloadTooLargeException}
     * @param store where the objects go; closed with the driver
     */
    public ContentAddressedStorageDriver(String name, String type, long maxPayloadSize, String maxPayloadSizeProperty,
            ObjectStore store) {
        this.name = name;
        this.type = type;
        this.maxPayloadSize = maxPayloadSize;
        this.maxPayloadSizeProperty = maxPayloadSizeProperty;
        this.store = store;
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
     * Stores all payloads or fails: the sizes of the whole batch are checked before the first byte is sent, then all
     * are uploaded concurrently, and the first failure cancels the rest.
     *
     * @return one claim for each payload, in order; fails with a {@link StorageDriverException}
     */
    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        for (Payload payload : payloads) {
            if (payload.getSerializedSize() > this.maxPayloadSize) {
                return CompletableFuture.failedFuture(new PayloadTooLargeException(String.format(Locale.ROOT,
                        "A payload of %d bytes is larger than the %d bytes that storage driver '%s' accepts. "
                                + "Raise %s, or make the payload smaller. Nothing of its batch was stored.",
                        payload.getSerializedSize(), this.maxPayloadSize, this.name, this.maxPayloadSizeProperty)));
            }
        }
        return Transfers.all(payloads, context.getCancellationToken(), (payload) -> store(context, payload));
    }

    private CompletableFuture<StorageDriverClaim> store(StorageDriverStoreContext context, Payload payload) {
        byte[] content = payload.toByteArray();
        byte[] digest = sha256(content);
        String hexDigest = HexFormat.of().formatHex(digest);
        Map<String, String> location = this.store.locate(context, payload,
                ObjectKey.of(context.getTarget(), hexDigest, this.store.maxKeyLength()));
        return Transfers.one(() -> this.store.put(location, content, digest), (stored, failure) -> {
            if (failure != null) {
                throw failed(Operation.STORE, location, failure);
            }
            Map<String, String> claim = new HashMap<>(location);
            claim.put(HASH_ALGORITHM, SHA256);
            claim.put(HASH_VALUE, hexDigest);
            return new StorageDriverClaim(claim);
        });
    }

    /**
     * Retrieves the payloads of all claims or fails: downloads concurrently, and lets only bytes through whose SHA-256
     * is the one in the claim. The first failure cancels the rest.
     *
     * @return one payload for each claim, in order; fails with a {@link StorageDriverException}
     */
    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        return Transfers.all(claims, context.getCancellationToken(), (claim) -> retrieve(claim.getClaimData()));
    }

    private CompletableFuture<Payload> retrieve(Map<String, String> claim) {
        if (!SHA256.equals(claim.get(HASH_ALGORITHM)) || claim.get(HASH_VALUE) == null) {
            throw failed(Operation.RETRIEVE, claim, new IllegalArgumentException(
                    "the claim holds no SHA-256 (hash_algorithm is " + claim.get(HASH_ALGORITHM) + ")"));
        }
        return Transfers.<byte[], Payload>one(() -> this.store.get(claim), (content, failure) -> {
            if (failure != null) {
                throw failed(Operation.RETRIEVE, claim, failure);
            }
            return verified(claim, content);
        });
    }

    private Payload verified(Map<String, String> claim, byte[] content) {
        String actual = HexFormat.of().formatHex(sha256(content));
        if (!actual.equals(claim.get(HASH_VALUE))) {
            throw new PayloadIntegrityException(String.format(Locale.ROOT,
                    "The object that storage driver '%s' retrieved [%s] is not the one that was stored: its SHA-256 "
                            + "is %s, the claim says %s. It was altered or damaged; restore the original object.",
                    this.name, this.store.describe(claim), actual, claim.get(HASH_VALUE)), null);
        }
        try {
            return Payload.parseFrom(content);
        }
        catch (InvalidProtocolBufferException ex) {
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
        if (failure instanceof ObjectNotFoundException) {
            return new ObjectNotFoundException(message + ". Was it deleted, or expired by a lifecycle rule? An object "
                    + "must be kept for as long as its workflow runs, and after that for the namespace's retention "
                    + "period. Once the object is back, the next attempt succeeds.",
                    failure.getCause());
        }
        String remedy = this.store.remedy(operation, location, failure);
        return new StorageDriverException((remedy != null) ? message + ". " + remedy : message, failure);
    }

    /** The message of a file system's exception is just the path. */
    private static String message(Throwable failure) {
        String message = (failure instanceof FileSystemException || failure.getMessage() == null) ? failure.toString()
                : failure.getMessage();
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    /** Closes the store. */
    @Override
    public void close() {
        this.store.close();
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every Java platform has SHA-256", ex);
        }
    }

    @Override
    public String toString() {
        return "ContentAddressedStorageDriver[name=" + this.name + ", type=" + this.type + "]";
    }

}
