package io.github.claimcheck.temporal.driver;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.ObjectStore.Location;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which objects this process knows to be in their stores, because it put them there or
 * got them from there, so that it need not upload them again. Shared by all drivers of a
 * process.
 * <p>
 * A claim that is written to history must lead to its object for as long as the history
 * is kept. These rules see to it that a claim on an object that was there before is as
 * good as one on an object that was just uploaded:
 * <ul>
 * <li><b>Only the same bytes, by the same driver, in the same bucket.</b> An object that
 * another driver or another bucket has is another object, though its digest be the
 * same.</li>
 * <li><b>Only within a run.</b> Either the place names the run that the payload belongs
 * to, of a workflow or of a standalone activity. Then the object is no older than the
 * run, and a lifecycle rule that keeps objects for longer than the longest run and the
 * retention period after it keeps this one for as long as this run's history needs it,
 * whichever of the run's claims it is that leads there. Or the run's history leads to the
 * object already, because the run was given it, as its input or with a signal. Then the
 * history needs the object for as long anyway. What is stored for a run that does not
 * exist yet is always uploaded, and so made new: the input of a workflow, a child, a
 * continuation or a scheduled action, a signal, a query's or an update's arguments. Their
 * places name no run, and may hold an older run's object. The same is true of keys that
 * are too long to name a run, and of what a child returns: its place names the run of its
 * parent, which may be over by then.</li>
 * <li><b>Only what succeeded.</b> An upload counts once the store has confirmed it, and a
 * download once its bytes were verified; one that failed or was cancelled never
 * does.</li>
 * <li><b>Only for a while.</b> What is known is forgotten after some time, counted from
 * the last upload or download, so that an object that was deleted against the rules is
 * uploaded again by the next run's step that has it. It is forgotten at once when a
 * download finds the object gone or altered.</li>
 * </ul>
 * Bounded in number. Thread-safe.
 */
public final class StoredObjects {

    /** At several hundred bytes each. */
    private static final int MAXIMUM = 10_000;

    private final RecentlyUsed<Key, Boolean> objects;

    private final RecentlyUsed<HistoryKey, StorageDriverClaim> historyClaims;

    /**
     * @param assumeStoredFor the time for which an object is taken to be in its store;
     * not negative, zero remembers nothing
     */
    public StoredObjects(Duration assumeStoredFor) {
        this(assumeStoredFor, Ticker.systemTicker());
    }

    StoredObjects(Duration assumeStoredFor, Ticker ticker) {
        this.objects = RecentlyUsed.byWrite(assumeStoredFor, MAXIMUM, ticker);
        this.historyClaims = RecentlyUsed.byWrite(Duration.ofDays(1), MAXIMUM, ticker);
    }

    /**
     * Finds an object that makes an upload needless.
     * @param claim on the object that the upload would make
     * @param location of that object
     * @param runId of the run that the payload belongs to; null if there is none yet
     * @return the same claim, or the one that the run's history holds; null if the
     * payload is to be uploaded
     */
    @Nullable StorageDriverClaim find(StorageDriver driver, StorageDriverClaim claim, Location location, @Nullable String runId) {
        if (location.ofRun() && this.objects.get(new Key(driver, claim)) != null) {
            return claim;
        }
        StorageDriverClaim inHistory = (runId != null)
                ? this.historyClaims.get(HistoryKey.of(runId, driver.getName(), claim)) : null;
        return (inHistory != null && differOnlyInKey(inHistory, claim)
                && this.objects.get(new Key(driver, inHistory)) != null) ? inHistory : null;
    }

    private static boolean differOnlyInKey(StorageDriverClaim one, StorageDriverClaim other) {
        Map<String, String> entries = new HashMap<>(one.getClaimData());
        String key = entries.get(ObjectStore.KEY);
        // Some claims name it twice.
        entries.replaceAll((entry, value) -> value.equals(key) ? other.getClaimData().get(ObjectStore.KEY) : value);
        return entries.equals(other.getClaimData());
    }

    /**
     * Records a claim that a workflow run's history holds, because the run received the
     * payload as its input or with a signal.
     * @param runId the run
     * @param driverName the name of the driver that stored the payload
     * @param claim from the run's history, unchecked: it counts once a driver has
     * retrieved what it leads to
     */
    public void addHistoryClaim(String runId, String driverName, StorageDriverClaim claim) {
        StorageDriverClaim normalized = PayloadHash.normalized(claim);
        this.historyClaims.put(HistoryKey.of(runId, driverName, normalized), normalized);
    }

    void add(StorageDriver driver, StorageDriverClaim claim) {
        this.objects.put(new Key(driver, claim), true);
    }

    void remove(StorageDriver driver, StorageDriverClaim claim) {
        this.objects.remove(new Key(driver, claim));
    }

    /**
     * @return the cache that this is made of, for its statistics: a hit is an upload that
     * was not needed
     */
    public Cache<?, ?> asCaffeine() {
        return this.objects.asCaffeine();
    }

    private record Key(StorageDriver driver, StorageDriverClaim claim) {

    }

    private record HistoryKey(String runId, String driverName, @Nullable String hash) {

        static HistoryKey of(String runId, String driverName, StorageDriverClaim claim) {
            return new HistoryKey(runId, driverName, claim.getClaimData().get(PayloadHash.VALUE));
        }

    }

}
