package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A driver that stores with other drivers. Thread-safe.
 */
@InternalApi
public interface CompositeStorageDriver extends StorageDriver {

    /**
     * Returns the drivers that it stores with.
     * @return the delegates, in calling order
     */
    List<StorageDriver> getDelegates();

    /**
     * Returns whether a delegate comes after the others for now, because it failed.
     * @param delegate one of the delegates
     * @return whether it is passed over
     */
    boolean isPassedOver(StorageDriver delegate);

    /**
     * Returns why a delegate came after the others last. The next call may try it again,
     * so it need not be passed over any more.
     * @param delegate one of the delegates
     * @return the failure since which no call of the delegate has succeeded; null if none
     */
    @Nullable Throwable getFailure(StorageDriver delegate);

    /**
     * Returns whether storing needs every delegate, and not just one.
     * @return whether it stores with all of them
     */
    boolean storesWithAll();

    /**
     * Returns the claims of the copies of a payload.
     * @param claim an untrusted claim of this driver
     * @return the claims by their delegates, at least one
     * @throws ClaimRefusedException if it is not a claim of this driver
     */
    Map<StorageDriver, StorageDriverClaim> getCopies(StorageDriverClaim claim);

}
