package io.github.claimcheck.temporal.driver;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.concurrent.CompletableFuture;

/** A storage driver that can restore a lost or altered payload under its claim. */
public interface RepairableStorageDriver extends StorageDriver {

    /**
     * Restores a payload. The claim is untrusted input: implementations must write only a
     * payload that belongs under the claim.
     * @param claim the claim of the payload
     * @param payload the payload
     * @return a future with the payload as read back; fails with a
     * {@link StorageDriverException}
     */
    CompletableFuture<Payload> repair(StorageDriverClaim claim, Payload payload);

}
