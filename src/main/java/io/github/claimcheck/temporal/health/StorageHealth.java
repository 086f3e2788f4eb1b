package io.github.claimcheck.temporal.health;

import io.github.claimcheck.temporal.driver.CompositeStorageDriver;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.health.DriverHealth.Status;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.payload.storage.StorageDriver;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tells the health of storage drivers. What the transfers of the last minute say about a
 * store decides; where they say nothing, the store is asked, but not more often than once
 * in an interval.
 * <p>
 * Thread-safe.
 */
@InternalApi
public final class StorageHealth {

    private final TransferWatch watch;

    private final Map<String, StorageDriver> drivers = new LinkedHashMap<>();

    private final Map<String, StoreCheck> checks = new LinkedHashMap<>();

    private final TrafficHealth traffic;

    private final Function<String, Map<String, Object>> moreDetails;

    /**
     * Creates an instance.
     * @param drivers all drivers, including the delegates of composites, as they are
     * declared or wrapped
     * @param watch knows the traffic of drivers that do not tell it
     * @param interval how long the answer of a store is valid, not negative
     * @param timeout how long to wait for the answer of a store
     * @param moreDetails returns other details of a driver by its name
     */
    public StorageHealth(Collection<StorageDriver> drivers, TransferWatch watch, Duration interval, Duration timeout,
            Function<String, Map<String, Object>> moreDetails) {
        this(drivers, watch, interval, timeout, moreDetails, Clock.systemUTC());
    }

    StorageHealth(Collection<StorageDriver> drivers, TransferWatch watch, Duration interval, Duration timeout,
            Clock clock) {
        this(drivers, watch, interval, timeout, (driver) -> Map.of(), clock);
    }

    private StorageHealth(Collection<StorageDriver> drivers, TransferWatch watch, Duration interval, Duration timeout,
            Function<String, Map<String, Object>> moreDetails, Clock clock) {
        this.watch = watch;
        this.moreDetails = moreDetails;
        this.traffic = new TrafficHealth(clock);
        drivers.stream().map(DelegatingStorageDriver::unwrap).forEach((driver) -> {
            this.drivers.putIfAbsent(driver.getName(), driver);
            if (driver instanceof InspectableStorageDriver inspectable) {
                this.checks.putIfAbsent(driver.getName(), new StoreCheck(inspectable, interval, timeout, clock));
            }
        });
    }

    /**
     * Returns the names of the drivers.
     * @return the names, in the order in which the drivers were given
     */
    public Collection<String> getNames() {
        return List.copyOf(this.drivers.keySet());
    }

    /**
     * Returns a driver's health. Waits for a store that has to be asked.
     * @param name one of the names
     * @return the health
     */
    public DriverHealth get(String name) {
        // All at once: the health of all drivers waits no longer than that of one.
        this.drivers.values().forEach(this::begin);
        StorageDriver driver = Objects.requireNonNull(this.drivers.get(name), name);
        DriverHealth health = own(driver);
        if (health.status() == Status.DOWN && isReplaced(driver)) {
            return new DriverHealth(Status.OUT_OF_SERVICE, health.details());
        }
        return health;
    }

    private void begin(StorageDriver driver) {
        StoreCheck check = this.checks.get(driver.getName());
        if (check != null && fromTraffic(driver) == null) {
            check.getResult();
        }
    }

    /** Returns what the driver's traffic says; null if it says nothing. */
    private @Nullable DriverHealth fromTraffic(StorageDriver driver) {
        // The traffic of a store that hangs is what came before.
        return this.watch.hasOverdue(driver.getName()) ? null : this.traffic.of(this.watch.getTraffic(driver));
    }

    /** Returns a driver's health, whoever serves in its place. */
    private DriverHealth own(StorageDriver driver) {
        DriverHealth health = fromTraffic(driver);
        StoreCheck check = this.checks.get(driver.getName());
        if (health == null) {
            health = (check != null) ? check.getResult().join()
                    : (driver instanceof CompositeStorageDriver composite) ? ofDelegates(composite)
                            : new DriverHealth(Status.UNKNOWN,
                                    Map.of("reason", "no transfer in the last minute, and the driver cannot be asked"));
        }
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("type", driver.getType());
        if (driver instanceof InspectableStorageDriver inspectable) {
            details.putAll(inspectable.getPlace());
        }
        details.putAll(health.details());
        details.putAll(this.moreDetails.apply(driver.getName()));
        if (driver instanceof CompositeStorageDriver composite) {
            details.put("delegates", delegates(composite));
        }
        return new DriverHealth(health.status(), details);
    }

    private DriverHealth ofDelegates(CompositeStorageDriver composite) {
        List<Status> statuses = composite.getDelegates()
            .stream()
            .map((delegate) -> own(DelegatingStorageDriver.unwrap(delegate)).status())
            .toList();
        Predicate<Status> works = (status) -> status == Status.UP || status == Status.UNKNOWN;
        boolean serves = composite.storesWithAll() ? statuses.stream().allMatch(works)
                : statuses.stream().anyMatch(works);
        return new DriverHealth(serves ? Status.UP : Status.DOWN, Map.of());
    }

    private static Map<String, String> delegates(CompositeStorageDriver composite) {
        Map<String, String> delegates = new LinkedHashMap<>();
        composite.getDelegates()
            .forEach((delegate) -> delegates.put(delegate.getName(),
                    composite.isPassedOver(delegate) ? "passed over" : "in use"));
        return delegates;
    }

    /** Returns whether a composite passes a driver over, and works. */
    private boolean isReplaced(StorageDriver driver) {
        return this.drivers.values()
            .stream()
            .anyMatch((other) -> other instanceof CompositeStorageDriver composite && composite.getDelegates()
                .stream()
                .anyMatch((delegate) -> DelegatingStorageDriver.unwrap(delegate) == driver
                        && composite.isPassedOver(delegate))
                    && own(composite).status() != Status.DOWN);
    }

}
