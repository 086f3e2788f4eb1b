package com.example.shelf;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.*;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.Map;
import java.util.concurrent.*;

/** Keeps objects in memory. */
final class MapObjectStore implements ObjectStore {

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();

    private final String shelf;

    MapObjectStore(String shelf) {
        this.shelf = shelf;
    }

    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        ObjectKey key = ObjectKey.of(context.getTarget(), hexDigest, ObjectKey.MAX_LENGTH);
        return new Location(Map.of("shelf", this.shelf, KEY, key.value()), key.runScoped());
    }

    /** A claim comes from outside, and may name any shelf. */
    @Override
    public void requireOwn(Map<String, String> location, String hexDigest) {
        if (!this.shelf.equals(location.get("shelf"))) {
            throw new IllegalArgumentException("the claim's shelf is not the one of this driver");
        }
        ObjectStore.super.requireOwn(location, hexDigest);
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
        return CompletableFuture.runAsync(() -> this.objects.put(location.get(KEY), content.toByteArray()));
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        byte[] content = this.objects.get(String.valueOf(location.get(KEY)));
        return (content != null) ? admission.admit(content.length).thenApply((room) -> content.clone())
                : CompletableFuture.failedFuture(new ObjectNotFoundException("there is no such object", null));
    }

    @Override
    public String describe(Map<String, String> location) {
        return "shelf=" + location.get("shelf") + ", key=" + location.get(KEY);
    }

}
