package io.github.claimcheck.temporal.driver;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs transfers that take longer than a workflow task may. Otherwise, the only trace of
 * a store that hangs would be tasks that time out. Logs once for each driver when its
 * first transfer becomes overdue, and once when none is overdue any more.
 * <p>
 * Thread-safe. One timer runs while there are transfers.
 */
@InternalApi
public final class TransferWatch {

    /** The Temporal server's default timeout of a workflow task. */
    static final Duration OVERDUE = Duration.ofSeconds(10);

    private static final Logger logger = LoggerFactory.getLogger(TransferWatch.class);

    private final Duration overdue;

    private final Ticker clock;

    private final Executor timer;

    /** The transfers in flight, by their futures. */
    private final Map<CompletableFuture<?>, Transfer> inFlight = new ConcurrentHashMap<>();

    /** The start of the first overdue transfer of each driver, by the driver's name. */
    private final Map<String, Long> overdueSince = new ConcurrentHashMap<>();

    /** The traffic of drivers that do not tell it, by the driver's name. */
    private final Map<String, DriverTraffic> traffic = new ConcurrentHashMap<>();

    private final AtomicBoolean scheduled = new AtomicBoolean();

    /**
     * Creates a watch for which a transfer is overdue after 10 seconds, the default
     * timeout of a workflow task.
     */
    public TransferWatch() {
        this(OVERDUE, Ticker.systemTicker(), BackgroundThreads.delayed(OVERDUE.dividedBy(4)));
    }

    /**
     * Creates a watch.
     * @param overdue the time after which a transfer is overdue
     * @param clock provides the time
     * @param timer runs a task after a delay; called repeatedly while there are transfers
     */
    TransferWatch(Duration overdue, Ticker clock, Executor timer) {
        this.overdue = overdue;
        this.clock = clock;
        this.timer = timer;
    }

    /**
     * Watches a driver.
     * @param driver a driver of any kind
     * @return the watched driver, with the same name and type
     */
    public StorageDriver watch(StorageDriver driver) {
        return new WatchedStorageDriver(driver);
    }

    /**
     * Returns the age of the oldest transfer in flight.
     * @return the age; zero if there is no transfer
     */
    public Duration getOldest() {
        long now = this.clock.read();
        return Duration
            .ofNanos(this.inFlight.values().stream().mapToLong((transfer) -> now - transfer.since()).max().orElse(0));
    }

    /**
     * Returns whether a driver has a transfer that takes too long.
     * @param driver the driver's name
     * @return whether a transfer in flight is overdue
     */
    public boolean hasOverdue(String driver) {
        return getOverdue(driver) > 0;
    }

    /**
     * Returns the number of a driver's transfers that take too long.
     * @param driver the driver's name
     * @return the number of transfers in flight that are overdue
     */
    public long getOverdue(String driver) {
        return overdue(driver).count();
    }

    /**
     * Returns which of a driver's operations have transfers that take too long.
     * @param driver the driver's name
     * @return {@code store}, {@code retrieve}, both or none
     */
    public List<String> getOverdueOperations(String driver) {
        return overdue(driver).map(Transfer::operation).distinct().sorted().toList();
    }

    private Stream<Transfer> overdue(String driver) {
        long now = this.clock.read();
        return this.inFlight.values()
            .stream()
            .filter((transfer) -> transfer.driver().equals(driver) && isOverdue(transfer, now));
    }

    /**
     * Returns what a driver's transfers say about its store. A driver that does not tell
     * is judged by the calls that this watch sees.
     * @param driver a driver, wrapped or not
     * @return the traffic
     */
    public DriverTraffic getTraffic(StorageDriver driver) {
        return (DelegatingStorageDriver.unwrap(driver) instanceof InspectableStorageDriver inspectable)
                ? inspectable.getTraffic()
                : this.traffic.computeIfAbsent(driver.getName(), (name) -> new DriverTraffic());
    }

    private <T> CompletableFuture<T> track(String driver, String operation, CompletableFuture<T> result) {
        if (!result.isDone()) {
            this.inFlight.put(result, new Transfer(driver, operation, this.clock.read()));
            result.whenComplete((value, failure) -> {
                this.inFlight.remove(result);
                logRecovery(driver);
            });
            schedule();
        }
        return result;
    }

    private void schedule() {
        if (!this.inFlight.isEmpty() && this.scheduled.compareAndSet(false, true)) {
            this.timer.execute(() -> {
                this.scheduled.set(false);
                logOverdue();
                schedule();
            });
        }
    }

    private void logOverdue() {
        long now = this.clock.read();
        this.inFlight.values().stream().filter((transfer) -> isOverdue(transfer, now)).forEach((transfer) -> {
            if (this.overdueSince.putIfAbsent(transfer.driver(), transfer.since()) == null) {
                logger
                    .warn("Storage driver '{}' has not completed a {} for {} s, with {} transfers in flight. Check that "
                            + "the store is reachable and fast enough. By default, workflow tasks time out after 10 s "
                            + "and are retried.", transfer.driver(), transfer.operation(),
                            seconds(now - transfer.since()), this.inFlight.size());
            }
        });
    }

    private void logRecovery(String driver) {
        long now = this.clock.read();
        if (this.overdueSince.containsKey(driver) && this.inFlight.values()
            .stream()
            .noneMatch((transfer) -> transfer.driver().equals(driver) && isOverdue(transfer, now))) {
            Long since = this.overdueSince.remove(driver);
            if (since != null) {
                logger.info("Storage driver '{}' has no overdue transfers any more, after {} s", driver,
                        seconds(now - since));
            }
        }
    }

    private boolean isOverdue(Transfer transfer, long now) {
        return now - transfer.since() >= this.overdue.toNanos();
    }

    private static long seconds(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos);
    }

    /**
     * A transfer in flight.
     *
     * @param driver the name of the driver
     * @param operation {@code store} or {@code retrieve}
     * @param since the time of the clock at its start
     */
    private record Transfer(String driver, String operation, long since) {

    }

    /** A driver whose transfers are watched. */
    private final class WatchedStorageDriver extends DelegatingStorageDriver {

        WatchedStorageDriver(StorageDriver driver) {
            super(driver);
        }

        /** Returns the driver's own future, so that cancelling it reaches the driver. */
        @Override
        public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
                List<Payload> payloads) {
            return watched(Operation.STORE, super.store(context, payloads));
        }

        @Override
        public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
                List<StorageDriverClaim> claims) {
            return watched(Operation.RETRIEVE, super.retrieve(context, claims));
        }

        private <T> CompletableFuture<T> watched(Operation operation, CompletableFuture<T> result) {
            if (!(unwrap(this) instanceof InspectableStorageDriver)) {
                DriverTraffic seen = TransferWatch.this.getTraffic(this);
                result.whenComplete((value, failure) -> {
                    if (failure == null) {
                        seen.succeeded(operation);
                    }
                    else {
                        seen.failed(operation, Transfers.unwrap(failure));
                    }
                });
            }
            return track(getName(), operation.name().toLowerCase(Locale.ROOT), result);
        }

    }

}
