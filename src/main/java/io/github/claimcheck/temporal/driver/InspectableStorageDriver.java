package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A driver that operators can ask about its store and its objects. Thread-safe.
 */
@InternalApi
public interface InspectableStorageDriver extends StorageDriver {

    /**
     * Returns where the driver stores.
     * @return the place, as {@link ObjectStore#place()} has it
     */
    Map<String, String> getPlace();

    /**
     * Returns what the driver's transfers have said about the store.
     * @return the traffic, which goes on changing
     */
    DriverTraffic getTraffic();

    /**
     * Asks the store whether it serves this driver. May block.
     * @return a future with details about the store; fails with a
     * {@link StorageDriverException}, or with an {@link UnsupportedOperationException} if
     * the store cannot be asked
     */
    CompletableFuture<Map<String, Object>> check();

    /**
     * Reads when the store deletes this driver's objects of a namespace by itself.
     * @param namespace the namespace
     * @return a future with the rule; fails with the failure of the store
     */
    CompletableFuture<Expiry> readExpiry(String namespace);

    /**
     * Describes where the object of a claim is.
     * @param claim an untrusted claim
     * @return the description, quoted
     */
    String describe(StorageDriverClaim claim);

    /**
     * Finds out whether the object of a claim is there, and is what was stored.
     * @param claim an untrusted claim
     * @return a future with the object's state, which does not fail for any state
     */
    CompletableFuture<AuditedObject> audit(StorageDriverClaim claim);

}
