package io.github.claimcheck.temporal.testing;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A driver as an application would write one, which remembers what it was asked, and
 * fails when told to.
 */
public final class RecordingStorageDriver implements StorageDriver {

    private final String name;

    private final List<Payload> stored = new CopyOnWriteArrayList<>();

    private final List<Integer> batches = new CopyOnWriteArrayList<>();

    private final List<Integer> retrievals = new CopyOnWriteArrayList<>();

    private final List<StorageDriverTargetInfo> targets = new CopyOnWriteArrayList<>();

    private CompletableFuture<Void> before = CompletableFuture.completedFuture(null);

    private Executor executor = Runnable::run;

    private boolean returnNothing;

    public RecordingStorageDriver(String name) {
        this.name = name;
    }

    @Override
    public String getName() {
        return this.name;
    }

    @Override
    public String getType() {
        return "recording";
    }

    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        this.batches.add(payloads.size());
        this.targets.add(context.getTarget());
        return then(() -> {
            List<StorageDriverClaim> claims = new ArrayList<>();
            for (Payload payload : payloads) {
                claims.add(new StorageDriverClaim(Map.of("index", String.valueOf(this.stored.size()))));
                this.stored.add(payload);
            }
            return this.returnNothing ? List.of() : List.copyOf(claims);
        });
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        this.retrievals.add(claims.size());
        return then(() -> claims.stream()
            .map((claim) -> this.stored.get(Integer.parseInt(claim.getClaimData().get("index"))))
            .toList());
    }

    private <T> CompletableFuture<T> then(Supplier<T> operation) {
        CompletableFuture<T> result = this.before.thenApplyAsync((nothing) -> operation.get(), this.executor);
        result.whenComplete((done, failure) -> {
            if (result.isCancelled()) {
                this.before.cancel(true);
            }
        });
        return result;
    }

    public void failWith(RuntimeException failure) {
        this.before = CompletableFuture.failedFuture(failure);
    }

    public void recover() {
        this.before = CompletableFuture.completedFuture(null);
    }

    public CompletableFuture<Void> hang() {
        this.before = new CompletableFuture<>();
        return this.before;
    }

    public void delay(Duration delay) {
        this.executor = CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    public void returnNothing() {
        this.returnNothing = true;
    }

    public List<Payload> stored() {
        return this.stored;
    }

    public List<Integer> batches() {
        return this.batches;
    }

    public List<Integer> retrievals() {
        return this.retrievals;
    }

    public List<StorageDriverTargetInfo> targets() {
        return this.targets;
    }

}
