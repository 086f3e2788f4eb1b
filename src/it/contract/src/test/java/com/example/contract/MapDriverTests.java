package com.example.contract;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.contract.StorageDriverContract;
import io.github.claimcheck.temporal.driver.*;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.*;
import java.util.Map;
import java.util.concurrent.*;

/**
 * A storage driver of somebody else, and all that its author writes to have it tested.
 */
class MapDriverTests extends StorageDriverContract {

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();

    @Override
    protected StorageDriver newDriver(long maxPayloadSize) {
        return new ContentAddressedStorageDriver("map", "map", maxPayloadSize, "maxPayloadSize", new MapStore());
    }

    @Override
    protected void overwrite(StorageDriverClaim claim, byte[] content) {
        this.objects.put(claim.getClaimData().get("key"), content);
    }

    @Override
    protected void delete(StorageDriverClaim claim) {
        this.objects.remove(claim.getClaimData().get("key"));
    }

    private final class MapStore implements ObjectStore {

        @Override
        public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
            ObjectKey key = ObjectKey.of(context.getTarget(), hexDigest, ObjectKey.MAX_LENGTH);
            return new Location(Map.of(KEY, key.value()), key.runScoped());
        }

        @Override
        public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
            return CompletableFuture
                .runAsync(() -> MapDriverTests.this.objects.put(location.get(KEY), content.toByteArray()));
        }

        @Override
        public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
            byte[] content = MapDriverTests.this.objects.get(String.valueOf(location.get(KEY)));
            return (content != null) ? admission.admit(content.length).thenApply((room) -> content.clone())
                    : CompletableFuture.failedFuture(new ObjectNotFoundException("there is no such object", null));
        }

        @Override
        public String describe(Map<String, String> location) {
            return "key=" + location.get(KEY);
        }

    }

}
