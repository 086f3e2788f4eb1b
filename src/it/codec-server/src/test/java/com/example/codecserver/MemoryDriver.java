package com.example.codecserver;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A driver as an application would write one, which notes what it is asked. */
final class MemoryDriver implements StorageDriver {

    private final String name;

    private final Map<String, Payload> stored = new ConcurrentHashMap<>();

    private final List<String> retrieved = new CopyOnWriteArrayList<>();

    private final List<StorageDriverTargetInfo> targets = new CopyOnWriteArrayList<>();

    private final Set<String> threads = ConcurrentHashMap.newKeySet();

    private volatile RuntimeException failure;

    MemoryDriver(String name) {
        this.name = name;
    }

    @Override
    public String getName() {
        return this.name;
    }

    @Override
    public String getType() {
        return "memory";
    }

    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        this.threads.add(Thread.currentThread().getName());
        this.targets.add(context.getTarget());
        List<StorageDriverClaim> claims = new ArrayList<>();
        for (Payload payload : payloads) {
            String key = "key-" + this.stored.size();
            put(key, payload);
            claims.add(new StorageDriverClaim(Map.of("key", key)));
        }
        return CompletableFuture.completedFuture(claims);
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        this.threads.add(Thread.currentThread().getName());
        if (this.failure != null) {
            throw this.failure;
        }
        return CompletableFuture.completedFuture(claims.stream().map((claim) -> {
            String key = claim.getClaimData().get("key");
            this.retrieved.add(key);
            return this.stored.get(key);
        }).toList());
    }

    void put(String key, Payload payload) {
        this.stored.put(key, payload);
    }

    /** Fails from now on. */
    void failWith(RuntimeException failure) {
        this.failure = failure;
    }

    Map<String, Payload> stored() {
        return this.stored;
    }

    List<String> retrieved() {
        return this.retrieved;
    }

    List<StorageDriverTargetInfo> targets() {
        return this.targets;
    }

    Set<String> threads() {
        return this.threads;
    }

}
