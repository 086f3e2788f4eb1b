package io.github.claimcheck.temporal.driver;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A place that keeps bytes under a key: the port that a
 * {@link ContentAddressedStorageDriver} stores through.
 * <p>
 * A location is the part of a claim that says where an object is: always {@value #KEY},
 * and whatever else the store needs to find it again, such as a bucket. It is written to
 * event history, and comes back from there: an implementation treats a location given to
 * {@link #get} as input from outside.
 * <p>
 * Implementations are thread-safe, block no caller, and report failures through the
 * future they return. Cancelling that future aborts the transfer. They neither retry on
 * behalf of the driver nor look into the bytes.
 */
public interface ObjectStore extends AutoCloseable {

    /** The entry of every location that holds the object's key. */
    String KEY = "key";

    /**
     * Returns an entry of a location that must be there.
     * @param location from a claim, unchecked
     * @param entry the name of the entry
     * @return the value
     * @throws IllegalArgumentException if there is none
     */
    static String require(Map<String, String> location, String entry) {
        String value = location.get(entry);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("the claim has no " + entry);
        }
        return value;
    }

    /**
     * Decides where a payload goes. Called once for each payload, before anything is
     * sent.
     * @param context what the payload belongs to
     * @param payload the payload, for stores that choose a place by it
     * @param hexDigest the lower-case hexadecimal SHA-256 of the serialized payload,
     * which the key must hold
     * @return the place
     * @throws RuntimeException if there is no place for this payload
     */
    Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest);

    /**
     * Stores an object. Whether it replaces one that is there is the store's choice: a
     * key names its content, so the bytes are the same unless somebody has altered them.
     * Readers see all of the object or none of it.
     * @param location the entries that {@link #locate} returned
     * @param content the bytes, which the store must not change
     * @param sha256 the digest of {@code content}, so that the store can have the
     * transfer verified
     * @return completes once the object is durable; the value means nothing
     */
    CompletableFuture<?> put(Map<String, String> location, byte[] content, byte[] sha256);

    /**
     * Stores an object in place of one that was altered. Only for stores whose
     * {@link #put} leaves what is there.
     * @param location from a claim, whose key ends with the digest
     * @param content the bytes, which the store must not change
     * @param sha256 the digest of {@code content}, so that the store can have the
     * transfer verified
     * @return completes once the object is durable; the value means nothing
     */
    default CompletableFuture<?> replace(Map<String, String> location, byte[] content, byte[] sha256) {
        return put(location, content, sha256);
    }

    /**
     * Fetches an object. The caller verifies the bytes.
     * @param location from a claim, unchecked
     * @param admission to be asked for room once the object's size is known
     * @return the bytes, which the caller may keep; fails with an
     * {@link ObjectNotFoundException} if there is no such object, and with an
     * {@link IllegalArgumentException} if the location is not one that this store would
     * have produced
     */
    CompletableFuture<byte[]> get(Map<String, String> location, Admission admission);

    /**
     * Names a location for an error message, with all that helps to find it (bucket, key,
     * region, endpoint), and nothing secret.
     * @param location the entries that {@link #locate} returned, or a claim, unchecked
     * @return for instance {@code bucket=payloads, key=v0/d/sha256/…, region=eu-west-1}
     */
    String describe(Map<String, String> location);

    /**
     * Says what kind of failure a failed transfer is, and what a person can do about it.
     * Not asked about an {@link ObjectNotFoundException} or an
     * {@link IllegalArgumentException}, which the driver reports itself.
     * @param operation what failed
     * @param location where, unchecked
     * @param failure what {@link #put}, {@link #replace} or {@link #get} failed with
     * @return the diagnosis
     */
    default Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        return Diagnosis.UNKNOWN;
    }

    /** Releases what the store owns. Clients that the application brought stay open. */
    @Override
    default void close() {
    }

    /**
     * Where an object goes.
     *
     * @param entries the location; they become part of the claim
     * @param ofRun whether the place belongs to one run of a workflow or of a standalone
     * activity, so that nothing there is older than that run; see
     * {@link ObjectKey#ofRun()}. Never where storing an object again makes it live
     * longer, so that no upload is left out there
     */
    record Location(Map<String, String> entries, boolean ofRun) {

    }

    /** The two things that are done with an object. */
    enum Operation {

        /** {@link ObjectStore#put}. */
        STORE,

        /** {@link ObjectStore#get}. */
        RETRIEVE

    }

}
