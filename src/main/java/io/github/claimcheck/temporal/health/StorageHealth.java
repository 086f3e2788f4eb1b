package io.github.claimcheck.temporal.health;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.CompositeStorageDriver;
import io.github.claimcheck.temporal.driver.DriverTraffic;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells the health of storage drivers. What the transfers of the last minute say about a
 * store decides; where they say nothing, the store is asked, but not more often than once
 * in an interval. The health of a composite driver is that of its delegates.
 * <p>
 * Thread-safe.
 */
@InternalApi
public final class StorageHealth {

    private static final DriverHealth UNKNOWN = new DriverHealth(Status.UNKNOWN,
            Map.of("reason", "No transfer of the last minute tells, and this type of driver cannot be asked"));

    private final TransferWatch watch;

    private final TrafficHealth traffic;

    private final Map<String, StorageDriver> drivers = new LinkedHashMap<>();

    private final Map<String, StoreCheck> checks = new LinkedHashMap<>();

    private final Function<String, Map<String, Object>> moreDetails;

    /**
     * Creates an instance.
     * @param drivers all drivers, including the delegates of composites, as they are
     * declared or wrapped; their names are distinct
     * @param watch knows the traffic of drivers that do not tell it
     * @param interval how long the answer of a store is valid, not negative
     * @param timeout how long to wait for the answer of a store
     * @param moreDetails returns other details of a driver by its name
     */
    public StorageHealth(Collection<StorageDriver> drivers, TransferWatch watch, Duration interval, Duration timeout,
            Function<String, Map<String, Object>> moreDetails) {
        this(drivers, watch, interval, timeout, moreDetails, Ticker.systemTicker());
    }

    StorageHealth(Collection<StorageDriver> drivers, TransferWatch watch, Duration interval, Duration timeout,
            Ticker ticker) {
        this(drivers, watch, interval, timeout, (driver) -> Map.of(), ticker);
    }

    private StorageHealth(Collection<StorageDriver> drivers, TransferWatch watch, Duration interval, Duration timeout,
            Function<String, Map<String, Object>> moreDetails, Ticker ticker) {
        this.watch = watch;
        this.moreDetails = moreDetails;
        this.traffic = new TrafficHealth(ticker);
        drivers.stream().map(DelegatingStorageDriver::unwrap).forEach((driver) -> {
            this.drivers.putIfAbsent(driver.getName(), driver);
            if (driver instanceof InspectableStorageDriver inspectable) {
                this.checks.putIfAbsent(driver.getName(), new StoreCheck(inspectable, interval, timeout, ticker));
            }
        });
    }

    /**
     * Returns the names of the drivers by those of their contributors, in which Spring
     * Boot allows no slash.
     * @return the names
     */
    public Map<String, String> getContributors() {
        Map<String, String> names = new LinkedHashMap<>();
        this.drivers.keySet().forEach((name) -> {
            String contributor = name.replace('/', ':');
            while (names.containsKey(contributor)) {
                contributor += ":";
            }
            names.put(contributor, name);
        });
        return names;
    }

    /**
     * Returns a driver's health. Waits for a store that has to be asked.
     * @param name one of the names
     * @return the health
     */
    public DriverHealth get(String name) {
        StorageDriver driver = Objects.requireNonNull(this.drivers.get(name), name);
        // All at once: the health of all drivers waits no longer than that of one.
        this.drivers.values().forEach(this::begin);
        DriverHealth health = judge(driver);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("type", driver.getType());
        if (driver instanceof InspectableStorageDriver inspectable) {
            details.putAll(inspectable.getPlace());
        }
        details.putAll(health.details());
        details.putAll(this.moreDetails.apply(driver.getName()));
        long overdue = this.watch.getOverdue(name);
        if (overdue > 0) {
            details.put("overdueTransfers", overdue);
            details.put("overdueOperations", this.watch.getOverdueOperations(name));
        }
        if (driver instanceof CompositeStorageDriver composite) {
            Map<String, String> delegates = new LinkedHashMap<>();
            originals(composite)
                .forEach((delegate) -> delegates.put(delegate.getName(), judge(delegate).status().name()));
            details.put("delegates", delegates);
        }
        return new DriverHealth(health.status(), details);
    }

    private void begin(StorageDriver driver) {
        StoreCheck check = this.checks.get(driver.getName());
        if (check != null && fromTraffic(driver) == null) {
            check.getResult();
        }
    }

    /** Returns what the driver's traffic says; null if it says nothing. */
    private @Nullable DriverHealth fromTraffic(StorageDriver driver) {
        DriverTraffic transfers = this.watch.getTraffic(driver);
        DriverHealth health = this.traffic.of(transfers);
        if (health == null || health.status() != Status.UP) {
            return health;
        }
        // The successes of a store that hangs are what came before.
        if (this.watch.hasOverdue(driver.getName())) {
            return null;
        }
        boolean asks = this.checks.containsKey(driver.getName())
                && (this.traffic.isDoubtful(transfers) || hasFailedInComposite(driver));
        return asks ? null : health;
    }

    /** A transfer that a composite has given up is not in the delegate's traffic. */
    private boolean hasFailedInComposite(StorageDriver driver) {
        return composites().anyMatch((composite) -> composite.getDelegates().stream().anyMatch((delegate) -> {
            Throwable failure = composite.getFailure(delegate);
            return DelegatingStorageDriver.unwrap(delegate) == driver && failure != null
                    && DriverTraffic.isAboutStore(failure);
        }));
    }

    private Stream<CompositeStorageDriver> composites() {
        return this.drivers.values()
            .stream()
            .filter(CompositeStorageDriver.class::isInstance)
            .map(CompositeStorageDriver.class::cast);
    }

    /** Returns whether a failure for which a delegate is passed over is its store's. */
    private static boolean isAboutStore(CompositeStorageDriver composite, Throwable failure) {
        // What stores with all of its delegates passes one over only to retrieve.
        Operation operation = composite.storesWithAll() ? Operation.RETRIEVE : Operation.STORE;
        return DriverTraffic.isAboutStore(failure) && TrafficHealth.isAboutStore(operation, failure);
    }

    /** Returns a driver's health, and whether others serve in its place. */
    private DriverHealth judge(StorageDriver driver) {
        DriverHealth own = own(driver);
        return composites()
            .flatMap((composite) -> composite.getDelegates()
                .stream()
                .filter((delegate) -> DelegatingStorageDriver.unwrap(delegate) == driver)
                .flatMap((delegate) -> Stream.ofNullable(replaced(composite, delegate, own))))
            .findFirst()
            .orElse(own);
    }

    /** Returns the health of a delegate that others replace; null if none does. */
    private @Nullable DriverHealth replaced(CompositeStorageDriver composite, StorageDriver delegate,
            DriverHealth own) {
        Throwable failure = composite.getFailure(delegate);
        boolean down = own.status() == Status.DOWN;
        if (failure == null || !(down || (composite.isPassedOver(delegate) && isAboutStore(composite, failure)))
                || composite.getDelegates()
                    .stream()
                    .noneMatch((other) -> other != delegate && works(DelegatingStorageDriver.unwrap(other)))) {
            return null;
        }
        Map<String, Object> details = new LinkedHashMap<>(down ? own.details() : TrafficHealth.failure(failure));
        details.put("passedOverBy", composite.getName());
        return new DriverHealth(Status.OUT_OF_SERVICE, details);
    }

    private boolean works(StorageDriver driver) {
        return own(driver).status() != Status.DOWN;
    }

    /** Returns a driver's health, whoever serves in its place. */
    private DriverHealth own(StorageDriver driver) {
        if (driver instanceof CompositeStorageDriver composite) {
            return ofDelegates(composite);
        }
        DriverHealth health = fromTraffic(driver);
        StoreCheck check = this.checks.get(driver.getName());
        if (health == null) {
            health = (check != null) ? check.getResult().join() : UNKNOWN;
        }
        return health;
    }

    /**
     * Returns the health of a composite driver. Its own traffic does not count: it may
     * come from the delegates' cache.
     */
    private DriverHealth ofDelegates(CompositeStorageDriver composite) {
        List<DriverHealth> delegates = originals(composite).map(this::own).toList();
        List<DriverHealth> down = delegates.stream().filter((health) -> health.status() == Status.DOWN).toList();
        if (composite.storesWithAll() ? !down.isEmpty() : down.size() == delegates.size()) {
            return down.get(0);
        }
        return delegates.stream().anyMatch((health) -> health.status() == Status.UP)
                ? new DriverHealth(Status.UP, Map.of()) : UNKNOWN;
    }

    private static Stream<StorageDriver> originals(CompositeStorageDriver composite) {
        return composite.getDelegates().stream().map(DelegatingStorageDriver::unwrap);
    }

}
