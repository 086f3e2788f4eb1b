package io.github.claimcheck.temporal.driver;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Ticker;
import com.github.benmanes.caffeine.cache.Weigher;
import io.github.claimcheck.temporal.driver.ObjectStore.Location;
import io.github.claimcheck.temporal.internal.ClaimBounds;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which objects this process has stored or retrieved, so that it need not
 * upload them again. All drivers of a process share one instance.
 * <p>
 * A claim in history must lead to its object for as long as the history is kept. A
 * lifecycle rule counts from an object's last upload, so a claim on an existing object is
 * only as good as a claim on a new upload if the object is no older than the history that
 * needs it, or if that history needs the object anyway. These rules ensure that:
 * <ul>
 * <li><b>Only the same bytes, of the same driver, in the same bucket.</b> Another
 * driver's or another bucket's object is a different object, even with the same
 * digest.</li>
 * <li><b>Only within a run.</b> Either the location names the run of the workflow or
 * standalone activity that the payload belongs to. Then the object is no older than the
 * run. Or the run's history already leads to the object, because the run received it as
 * input or in a signal. Then the history needs the object anyway, however old it is: the
 * input of a schedule's runs, of a retry, or of a run of a cron schedule is as old as the
 * schedule or as the first run. The memo, the last result and the last failure that the
 * server hands from run to run are not reused, and neither is what the run before a reset
 * stored, since the new run has an id of its own.</li>
 * <li><b>Nothing for runs that do not exist yet.</b> Their payloads are always uploaded,
 * and so renewed: the input of a workflow, a child, a continuation or a scheduled action,
 * a signal, and the arguments of a query or an update. Their locations do not name a run,
 * and may contain an earlier run's object. The same applies to keys that are too long to
 * name a run, and to a child's result, whose location names its parent's run, which may
 * have closed by then.</li>
 * <li><b>Nothing for runs with callbacks.</b> The server copies what a run returns, or
 * fails with, to the history of the Nexus caller that waits for it. The caller may be
 * younger than the run, and its history may be kept for longer than an object from the
 * run's beginning. The driver cannot tell results from other payloads, so such a run
 * uploads everything. A parent's history receives only the failures of its children, all
 * of whose objects are younger than the parent's run.</li>
 * <li><b>Only after success.</b> An upload counts once the store has confirmed it, and a
 * download once its bytes are verified. Failed and cancelled transfers never count.</li>
 * <li><b>Only for a limited time.</b> Objects are forgotten some time after their last
 * upload or download, so that an object deleted against the rules is uploaded again. They
 * are forgotten at once if a download finds them missing or altered.</li>
 * </ul>
 * What a run reuses can still reach the later runs of its chain: the server hands its
 * result on to the next run of a cron or other schedule, its failure to a retry, and all
 * of its history to a reset. The lifecycle rule therefore covers the whole chain, from
 * the first upload for it to the end of its last run plus the retention period. A reused
 * object is no older than the chain, or is part of what the chain was started with, so
 * the rule covers it, too.
 * <p>
 * Limited in bytes, because the claims in a history are untrusted, and to 10,000 runs
 * with callbacks. The server sends the whole history of a run that is not in the worker's
 * cache of workflows, which holds 600 by default, so a run with callbacks is not
 * forgotten while it is executed. Thread-safe.
 */
public final class StoredObjects {

    /**
     * The maximum size of the stored objects, in bytes, and of the claims in histories:
     * about ten thousand claims as drivers write them, or a few hundred of the largest.
     */
    private static final long MAXIMUM_SIZE = 10 * 1024 * 1024;

    /** The maximum number of runs with callbacks. */
    private static final int MAXIMUM_RUNS = 10_000;

    /** The memory that an entry needs besides its claim, in bytes. */
    private static final int ENTRY_OVERHEAD = 256;

    private final Duration assumeStoredFor;

    private final LruCache<Key, Boolean> objects;

    private final LruCache<HistoryKey, StorageDriverClaim> historyClaims;

    /** The ids of the runs that reuse nothing. */
    private final LruCache<String, Boolean> runsWithCallbacks;

    /**
     * Creates an instance that remembers nothing yet.
     * @param assumeStoredFor how long an object is assumed to stay in its store, not
     * negative; zero remembers nothing
     */
    public StoredObjects(Duration assumeStoredFor) {
        this(assumeStoredFor, Ticker.systemTicker());
    }

    StoredObjects(Duration assumeStoredFor, Ticker ticker) {
        this.assumeStoredFor = assumeStoredFor;
        this.objects = new LruCache<>(assumeStoredFor, MAXIMUM_SIZE,
                (key, stored) -> ENTRY_OVERHEAD + ClaimBounds.weigh(key.claim()), ticker);
        this.historyClaims = new LruCache<>(Duration.ofDays(1), MAXIMUM_SIZE,
                (key, claim) -> ENTRY_OVERHEAD + key.weigh() + ClaimBounds.weigh(claim), ticker);
        // A run may wait for years between two tasks.
        this.runsWithCallbacks = new LruCache<>(Duration.ofDays(36_500), MAXIMUM_RUNS, Weigher.singletonWeigher(),
                ticker);
    }

    /**
     * Returns how long an object is assumed to stay in its store.
     * @return the time; zero if nothing is remembered
     */
    public Duration getAssumeStoredFor() {
        return this.assumeStoredFor;
    }

    /**
     * Finds a stored object that makes an upload unnecessary.
     * @param driver the driver that would upload the payload
     * @param claim the claim of the object that it would upload
     * @param location the location of that object
     * @param runId the id of the run that the payload belongs to; null if there is none
     * yet
     * @return the same claim, or the one in the run's history; null if the payload must
     * be uploaded
     */
    @Nullable StorageDriverClaim find(StorageDriver driver, StorageDriverClaim claim, Location location, @Nullable String runId) {
        if (runId != null && this.runsWithCallbacks.get(runId) != null) {
            return null;
        }
        if (location.runScoped() && this.objects.get(new Key(driver, claim)) != null) {
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
        // Some claims have it twice.
        entries.replaceAll((entry, value) -> value.equals(key) ? other.getClaimData().get(ObjectStore.KEY) : value);
        return entries.equals(other.getClaimData());
    }

    /**
     * Records a claim in a workflow run's history, on a payload that the run received as
     * input or in a signal.
     * @param runId the id of the run
     * @param driverName the name of the driver that stored the payload
     * @param claim the untrusted claim, which is ignored if no driver can have written
     * it, and otherwise counts once a driver has retrieved its object
     */
    public void addHistoryClaim(String runId, String driverName, StorageDriverClaim claim) {
        try {
            ClaimBounds.requireOfObject(claim);
        }
        catch (IllegalArgumentException ex) {
            // Retrieving it fails, and says what is wrong.
            return;
        }
        StorageDriverClaim normalized = PayloadHash.normalized(claim);
        this.historyClaims.put(HistoryKey.of(runId, driverName, normalized), normalized);
    }

    /**
     * Records that a worker received a task of a workflow run.
     * @param runId the id of the run
     * @param callbacks whether the task says that someone else waits for the run's
     * outcome, or for that of one of its updates
     */
    public void addTask(String runId, boolean callbacks) {
        if (callbacks || this.runsWithCallbacks.get(runId) != null) {
            this.runsWithCallbacks.put(runId, true);
        }
    }

    void add(StorageDriver driver, StorageDriverClaim claim) {
        this.objects.put(new Key(driver, claim), true);
    }

    void remove(StorageDriver driver, StorageDriverClaim claim) {
        this.objects.remove(new Key(driver, claim));
    }

    /**
     * Returns the underlying cache, for its statistics: a hit is a skipped upload.
     * @return the Caffeine cache
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

        /** Returns the size of what the claim does not share, in bytes. */
        int weigh() {
            return (int) (ClaimBounds.size(this.runId) + ClaimBounds.size(this.driverName));
        }

    }

}
