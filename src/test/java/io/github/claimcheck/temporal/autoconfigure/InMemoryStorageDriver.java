package io.github.claimcheck.temporal.autoconfigure;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A driver as an application would write one. */
class InMemoryStorageDriver implements StorageDriver {

    private final String name;

    final Map<String, Payload> payloads = new ConcurrentHashMap<>();

    InMemoryStorageDriver(String name) {
        this.name = name;
    }

    @Override
    public String getName() {
        return this.name;
    }

    @Override
    public String getType() {
        return "in-memory";
    }

    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        return CompletableFuture.completedFuture(payloads.stream().map((payload) -> {
            String id = UUID.randomUUID().toString();
            this.payloads.put(id, payload);
            return new StorageDriverClaim(Map.of("id", id));
        }).toList());
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        return CompletableFuture.completedFuture(
                claims.stream().map((claim) -> this.payloads.get(claim.getClaimData().get("id"))).toList());
    }

}
