package io.github.claimcheck.temporal.testing;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.driver.Admission;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.Diagnosis;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A store in memory, which fails, waits or forgets as a test says. */
public final class MapObjectStore implements ObjectStore {

    private final Map<String, byte[]> contents = new ConcurrentSkipListMap<>();

    private final List<String> puts = new CopyOnWriteArrayList<>();

    private final List<String> gets = new CopyOnWriteArrayList<>();

    private volatile CompletableFuture<Void> before = CompletableFuture.completedFuture(null);

    private volatile CompletableFuture<Void> beforePut = CompletableFuture.completedFuture(null);

    private volatile boolean forgetful;

    private volatile int leastSize;

    private volatile Diagnosis diagnosis = Diagnosis.UNKNOWN;

    private final AtomicInteger damaged = new AtomicInteger();

    /** Returns a driver that stores here, and keeps nothing in memory. */
    public ContentAddressedStorageDriver driver(String name) {
        return driver(name, Long.MAX_VALUE, DriverResources.none());
    }

    public ContentAddressedStorageDriver driver(String name, long maxPayloadSize, DriverResources resources) {
        return new ContentAddressedStorageDriver(name, "map", maxPayloadSize, "max-payload-size", this, resources);
    }

    public void failWith(Throwable failure) {
        this.before = CompletableFuture.failedFuture(failure);
    }

    /** Fails from now on, for a reason of this kind. */
    public void failWith(Diagnosis.Kind kind) {
        this.diagnosis = new Diagnosis(kind, "Mend it");
        failWith(new IOException("no"));
    }

    public void recover() {
        this.before = CompletableFuture.completedFuture(null);
    }

    /** From now on, lets all transfers wait for the returned future. */
    public CompletableFuture<Void> hang() {
        this.before = new CompletableFuture<>();
        return this.before;
    }

    /** From now on, lets uploads alone wait. */
    public CompletableFuture<Void> hangUploads() {
        this.beforePut = new CompletableFuture<>();
        return this.beforePut;
    }

    /** From now on, says that it took what it does not keep. */
    public void forget() {
        this.forgetful = true;
    }

    /** From now on, has no place for payloads under this size. */
    public void refuseUnder(int size) {
        this.leastSize = size;
    }

    /** Damages the next downloads, and leaves the objects as they are. */
    public void damageNext(int downloads) {
        this.damaged.set(downloads);
    }

    /** Returns all objects, which a test may change. */
    public Map<String, byte[]> contents() {
        return this.contents;
    }

    /** Returns the keys of all uploads, which a test may clear. */
    public List<String> puts() {
        return this.puts;
    }

    /** Returns the keys of all downloads, which a test may clear. */
    public List<String> gets() {
        return this.gets;
    }

    /** Returns the key of the only object. */
    public String onlyKey() {
        return String.join(" and ", this.contents.keySet());
    }

    @Override
    public Location locate(StorageDriverStoreContext context, Payload payload, String hexDigest) {
        if (payload.getSerializedSize() < this.leastSize) {
            throw new IllegalStateException("no place for this tenant");
        }
        ObjectKey key = ObjectKey.of(context.getTarget(), hexDigest, ObjectKey.MAX_LENGTH);
        return new Location(Map.of(KEY, key.value()), key.runScoped());
    }

    @Override
    public CompletableFuture<?> put(Map<String, String> location, ByteString content, byte[] sha256) {
        String key = ObjectStore.require(location, KEY);
        this.puts.add(key);
        return this.before.thenCombine(this.beforePut, (nothing, either) -> null).thenAccept((nothing) -> {
            if (!this.forgetful) {
                this.contents.put(key, content.toByteArray());
            }
        });
    }

    @Override
    public CompletableFuture<byte[]> get(Map<String, String> location, Admission admission) {
        String key = ObjectStore.require(location, KEY);
        this.gets.add(key);
        return this.before.thenApply((nothing) -> {
            byte[] content = this.contents.get(key);
            if (content == null) {
                throw new ObjectNotFoundException("nothing there", null);
            }
            return (this.damaged.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0) ? new byte[content.length]
                    : content;
        });
    }

    @Override
    public Diagnosis diagnose(Operation operation, Map<String, String> location, Throwable failure) {
        return this.diagnosis;
    }

    @Override
    public String describe(Map<String, String> location) {
        return "key=" + location.get(KEY);
    }

}
