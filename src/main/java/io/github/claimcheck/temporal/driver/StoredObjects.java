package io.github.claimcheck.temporal.driver;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Ticker;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;

/**
 * Which objects this process knows to be in their stores, because it put them there or got them from there, so that it
 * need not upload them again. Shared by all drivers of a process.
 * <p>
 * A claim that is written to history must lead to its object for as long as the history is kept. These rules see to it
 * that a claim on an object that was there before is as good as one on an object that was just uploaded:
 * <ul>
 * <li><b>Only the very same object.</b> An upload is left out only where it would write the same bytes to the same
 * place: driver, location and digest are equal. Other namespaces, workflows and buckets have other places.</li>
 * <li><b>Only within a run.</b> The place must name the run that the payload belongs to, of a workflow or of a
 * standalone activity. Then the object is no older than the run, and a lifecycle rule that keeps objects for longer
 * than the longest run and the retention period after it keeps this one for as long as this run's history needs it,
 * whichever of the run's claims it is that leads there. What is stored for a run that does not exist yet is always
 * uploaded, and so made new: the input of a workflow, a child, a continuation or a scheduled action, a signal, a
 * query's or an update's arguments. Their places name no run, and may hold an older run's object. The same is true of
 * keys that are too long to name a run.</li>
 * <li><b>Only what succeeded.</b> An upload counts once the store has confirmed it, and a download once its bytes were
 * verified; one that failed or was cancelled never does.</li>
 * <li><b>Only for a while.</b> What is known is forgotten after some time, counted from the last upload or download, so
 * that an object that was deleted against the rules is uploaded again by the next run's step that has it. It is
 * forgotten at once when a download finds the object gone or altered.</li>
 * </ul>
 * Bounded in number. Thread-safe.
 */
public final class StoredObjects {

    /** At several hundred bytes each. */
    private static final int MAXIMUM = 10_000;

    private final RecentlyUsed<Key, Boolean> objects;

    /**
     * @param assumeStoredFor the time for which an object is taken to be in its store; not negative, zero remembers
     *        nothing
     */
    public StoredObjects(Duration assumeStoredFor) {
        this(assumeStoredFor, Ticker.systemTicker());
    }

    StoredObjects(Duration assumeStoredFor, Ticker ticker) {
        this.objects = RecentlyUsed.byWrite(assumeStoredFor, MAXIMUM, ticker);
    }

    boolean contains(StorageDriver driver, StorageDriverClaim claim) {
        return this.objects.get(new Key(driver, claim)) != null;
    }

    void add(StorageDriver driver, StorageDriverClaim claim) {
        this.objects.put(new Key(driver, claim), true);
    }

    void remove(StorageDriver driver, StorageDriverClaim claim) {
        this.objects.remove(new Key(driver, claim));
    }

    /** @return the cache that this is made of, for its statistics: a hit is an upload that was not needed */
    public Cache<?, ?> asCaffeine() {
        return this.objects.asCaffeine();
    }

    private record Key(StorageDriver driver, StorageDriverClaim claim) {

    }

}
