package io.github.claimcheck.temporal.driver;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.concurrent.CompletableFuture;

/** A storage driver that can put a payload back where a claim of its own says it is. */
public interface RepairableStorageDriver extends StorageDriver {

    /**
     * Puts a payload back. A claim comes from outside: nothing is written but what the
     * place is for.
     * @param claim the claim that the payload was stored with
     * @param payload the payload
     * @return the payload as it was read back; fails with a
     * {@link StorageDriverException}
     */
    CompletableFuture<Payload> repair(StorageDriverClaim claim, Payload payload);

}
