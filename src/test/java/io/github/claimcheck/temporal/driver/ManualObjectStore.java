package io.github.claimcheck.temporal.driver;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * A store whose transfers a test completes or fails, which no real store allows.
 */
final class ManualObjectStore implements ObjectStore {

    final Map<String, byte[]> contents = new TreeMap<>();

    /** What a cache returns in place of the contents. */
    final Map<String, byte[]> cached = new TreeMap<>();

    int uncached;

    /** Returns what becomes of the content of a key on its way. */
    BiFunction<String, byte[], byte[]> altering = (key, content) -> content;

    final List<CompletableFuture<?>> transfers = new ArrayList<>();

    final List<Runnable> endings = new ArrayList<>();

    final Map<Integer, Throwable> failAtOnce = new HashMap<>();

    boolean automatic = true;

    boolean asking = true;

    String prefix = "";

    RuntimeException thrown;

    RuntimeException noPlace;

    Diagnosis diagnosis;

    boolean closed;

    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        if (this.noPlace != null) {
            throw this.noPlace;
        }
        ObjectKey key = ObjectKey.of(context.getTarget(), hexDigest, ObjectKey.MAX_LENGTH);
        return new Location(Map.of("shelf", "A", "key", this.prefix + key.value()), key.runScoped());
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
        return start((transfer) -> {
            this.contents.put(location.get("key"), content.toByteArray());
            transfer.complete(new byte[0]);
        });
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        return get(location.get("key"), this.cached, admission);
    }

    @Override
    public CompletableFuture<byte[]> getUncached(Map<String, String> location, Admission admission) {
        this.uncached++;
        return get(location.get("key"), Map.of(), admission);
    }

    private CompletableFuture<byte[]> get(String key, Map<String, byte[]> cache, Admission admission) {
        return start((transfer) -> {
            byte[] stored = cache.getOrDefault(key, this.contents.get(key));
            byte[] content = (stored != null) ? this.altering.apply(key, stored) : null;
            if (content != null && !this.asking) {
                transfer.complete(content);
            }
            else if (content != null) {
                admission.admit(content.length)
                    .whenComplete((admitted, failure) -> Optional.ofNullable(failure)
                        .ifPresentOrElse(transfer::completeExceptionally, () -> transfer.complete(content)));
            }
            else {
                transfer.completeExceptionally(new ObjectNotFoundException("nothing there", null));
            }
        });
    }

    private CompletableFuture<byte[]> start(Consumer<CompletableFuture<byte[]>> ending) {
        if (this.thrown != null) {
            throw this.thrown;
        }
        CompletableFuture<byte[]> transfer = new CompletableFuture<>();
        Throwable failure = this.failAtOnce.remove(this.transfers.size());
        this.transfers.add(transfer);
        this.endings.add(() -> ending.accept(transfer));
        if (failure != null) {
            transfer.completeExceptionally(failure);
        }
        else if (this.automatic) {
            ending.accept(transfer);
        }
        return transfer;
    }

    void finish(int index) {
        this.endings.get(this.endings.size() - this.transfers.size() + index).run();
    }

    @Override
    public String describe(Map<String, String> location) {
        return "manual:" + location.get("key");
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        return (this.diagnosis != null) ? this.diagnosis
                : new Diagnosis(Diagnosis.Kind.OTHER, "Mend what cannot " + operation);
    }

    @Override
    public void close() {
        this.closed = true;
    }

}
