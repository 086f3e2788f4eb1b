package io.github.claimcheck.temporal.expiry;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A store that takes everything, and says when it deletes it. */
final class ExpiringStore implements ObjectStore {

    private volatile Function<String, CompletableFuture<Expiry>> expiry;

    ExpiringStore(Expiry expiry) {
        set(expiry);
    }

    void set(Expiry expiry) {
        set((namespace) -> CompletableFuture.completedFuture(expiry));
    }

    void set(Function<String, CompletableFuture<Expiry>> expiry) {
        this.expiry = expiry;
    }

    ContentAddressedStorageDriver driver(String name) {
        return new ContentAddressedStorageDriver(name, "expiring", Long.MAX_VALUE, "max-payload-size", this,
                DriverResources.none());
    }

    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        return new Location(Map.of(KEY, ObjectKey.of(context.getTarget(), hexDigest, 1024).value()), false);
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    @Override
    public String describe(Map<String, String> location) {
        return location.toString();
    }

    @Override
    public CompletableFuture<Expiry> readExpiry(String namespace) {
        return this.expiry.apply(namespace);
    }

}
