package io.github.claimcheck.temporal.driver;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.internal.ForeignAnswer;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stores bytes under keys: the port through which a {@link ContentAddressedStorageDriver}
 * reaches its store.
 * <p>
 * A location is the part of a claim that says where an object is. It always has the entry
 * {@value #KEY}, and whatever else the store needs to find the object, such as a bucket.
 * Locations are written to event history and read from it as untrusted input:
 * {@link #requireOwn} says which ones the store could have created.
 * <p>
 * Implementations are thread-safe, do not block the caller, and report failures through
 * the future that they return. Cancelling that future aborts the transfer. They do not
 * retry on the driver's behalf and do not interpret the bytes.
 */
public interface ObjectStore extends AutoCloseable {

    /** The entry of every location for the object's key. */
    String KEY = "key";

    /**
     * Returns a required entry of a location.
     * @param location an untrusted location from a claim
     * @param entry the name of the entry
     * @return the value, not empty
     * @throws IllegalArgumentException if the entry is missing or empty
     */
    static String require(Map<String, String> location, String entry) {
        String value = location.get(entry);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("the claim has no " + entry);
        }
        return value;
    }

    /**
     * Chooses the location of a payload. Called once for each payload, before it is
     * uploaded.
     * @param context the payload's target
     * @param payload the payload, for stores whose location depends on it
     * @param hexDigest the lower-case hexadecimal SHA-256 of the serialized payload, with
     * which the key must end
     * @return the location
     * @throws RuntimeException if the store cannot keep this payload
     */
    Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest);

    /**
     * Rejects a location that this store cannot have created: another bucket, another
     * application's prefix, a key that is not for this digest. Called for the result of
     * {@link #locate}, and for every claim before the store is asked for anything: an
     * accepted location is read, and replaced if its object is damaged. {@link OwnPlaces}
     * implements the rules that the stores of this library share.
     * <p>
     * By default, the key must be one that {@link ObjectKey} creates, without a prefix,
     * and no other entry is checked.
     * @param location the entries that {@link #locate} returned, or the untrusted entries
     * of a claim, of which only the size and the absence of control characters have been
     * checked
     * @param hexDigest the lower-case hexadecimal SHA-256 in the claim
     * @throws IllegalArgumentException if this store cannot have created the location
     * under any settings it knows of; the message names the property to set, if there is
     * one
     */
    default void requireOwn(Map<String, String> location, String hexDigest) {
        OwnPlaces.WITHOUT_KEY_PREFIX.requireKey(require(location, KEY), hexDigest);
    }

    /**
     * Stores an object. Implementations may replace an existing object or keep it: a key
     * names its content, so both have the same bytes unless the existing one was altered.
     * Readers see the whole object or none of it.
     * <p>
     * A reported success is not sufficient: a proxy may answer in place of the store. The
     * future fails unless the response shows that this object was stored, for instance by
     * its checksum, its name or an ETag.
     * @param location the entries that {@link #locate} returned
     * @param content the bytes, most of them the payload's own, in a rope of several
     * parts. Send the parts, as {@link ByteString#asReadOnlyByteBufferList()} has them:
     * {@link ByteString#toByteArray()} copies the whole. A retry can read them again
     * @param sha256 the SHA-256 of {@code content}, for stores that can verify the upload
     * @return a future that completes once the object is durable; its value is ignored
     */
    CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256);

    /**
     * Replaces an object that was altered. To be implemented by stores whose {@link #put}
     * keeps an existing object; calls {@link #put} by default.
     * @param location the location in a claim, which {@link #requireOwn} has accepted
     * @param content the bytes, as {@link #put} takes them
     * @param sha256 the SHA-256 of {@code content}, for stores that can verify the upload
     * @return a future that completes once the object is durable; its value is ignored
     */
    default CompletableFuture<?> replace(Map<String, String> location, ByteString content, byte[] sha256) {
        return put(location, content, sha256);
    }

    /**
     * Reads an object. The caller verifies the bytes.
     * @param location the location in a claim, which {@link #requireOwn} has accepted
     * @param admission to be asked for memory once the object's size is known, and before
     * anything of it is buffered
     * @return a future with the bytes, which belong to the caller; fails with an
     * {@link ObjectNotFoundException} if the object does not exist, and with an
     * {@link IllegalArgumentException} if this store could not have created the location.
     * May fail with a {@link PayloadIntegrityException} if the store or its client finds
     * that the bytes differ from those stored; only its message is used
     */
    CompletableFuture<byte[]> get(Map<String, String> location, Admission admission);

    /**
     * Reads an object again, because the bytes that {@link #get} returned differ from
     * those stored. To be implemented by stores whose requests caches may answer, to
     * bypass these; calls {@link #get} by default.
     * @param location the location in a claim, which {@link #requireOwn} has accepted
     * @param admission to be asked for memory as in {@link #get}
     * @return a future as {@link #get} returns it
     */
    default CompletableFuture<byte[]> getUncached(Map<String, String> location, Admission admission) {
        return get(location, admission);
    }

    /**
     * Describes a location for an error message: everything that helps to find the
     * object, such as its bucket, key, region and endpoint, but no secret.
     * @param location some entries that {@link #locate} returned, or of an untrusted
     * claim, shortened and escaped so that they can be quoted
     * @return the description, for instance
     * {@code bucket=payloads, key=v0/d/sha256/…, region=eu-west-1}
     */
    String describe(Map<String, String> location);

    /**
     * Diagnoses a failed transfer. Not called for an {@link ObjectNotFoundException} or
     * an {@link IllegalArgumentException}, which the driver reports itself.
     * @param operation the operation that failed
     * @param location the object's untrusted location
     * @param failure the failure of {@link #put}, {@link #replace} or {@link #get}
     * @return the diagnosis; {@link Diagnosis#UNKNOWN} by default
     */
    default Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        return Diagnosis.UNKNOWN;
    }

    /**
     * Returns where this store keeps objects, for operators: a bucket, an endpoint, a
     * directory, but no secret.
     * @return the parts of the place in the order in which to show them; empty by default
     */
    default Map<String, String> place() {
        return Map.of();
    }

    /**
     * Asks the store whether it serves, with no more than the permission to read. Called
     * rarely, for health, on a thread that it may block. By default, asks for an object
     * that cannot exist; what returns one is no store.
     * @param nowhere the location of an object that cannot exist
     * @return a future with details for operators, such as the free space; may be empty.
     * Fails as {@link #get} does: with an {@link ObjectNotFoundException} if the store
     * answers, and with an {@link UnsupportedOperationException} if it cannot be asked
     */
    default CompletableFuture<Map<String, Object>> check(Map<String, String> nowhere) {
        AtomicBoolean found = new AtomicBoolean();
        return Transfers.one(() -> get(nowhere, (bytes) -> {
            found.set(true);
            return CompletableFuture.failedFuture(new IOException("No object is expected"));
        }), (content, failure) -> {
            Transfers.rethrow((failure == null || found.get())
                    ? new ForeignAnswer("it has content, and no object can have this key") : failure);
            return Map.of();
        });
    }

    /**
     * Reads when the store deletes objects of a namespace by itself. It may need a
     * permission that storing and retrieving do not; without it, the result names it.
     * @param namespace the namespace, for stores whose rules can tell it by the key
     * @return a future with the rule; unknown by default. Fails with the store's failure
     */
    default CompletableFuture<Expiry> readExpiry(String namespace) {
        return CompletableFuture.completedFuture(Expiry.unknown("This type of store does not say when it deletes"));
    }

    /** Closes what the store has opened. The application's own clients stay open. */
    @Override
    default void close() {
    }

    /**
     * The location of an object.
     *
     * @param entries the entries of the location, which become part of the claim
     * @param runScoped whether the location belongs to one run of a workflow or a
     * standalone activity, so that no object in it is older than that run; see
     * {@link ObjectKey#runScoped()}. Must be false if storing an object again extends its
     * life, so that no upload is skipped
     */
    record Location(Map<String, String> entries, boolean runScoped) {

    }

    /** The operations on an object. */
    enum Operation {

        /** {@link ObjectStore#put} and {@link ObjectStore#replace}. */
        STORE,

        /** {@link ObjectStore#get}. */
        RETRIEVE

    }

}
