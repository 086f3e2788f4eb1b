package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.cache.CacheStatistics;
import io.github.claimcheck.temporal.cache.DiskCache;
import io.github.claimcheck.temporal.driver.CompositeStorageDriver;
import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.InspectableStorageDriver;
import io.github.claimcheck.temporal.driver.ObjectStore.Operation;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.selector.Route;
import io.github.claimcheck.temporal.selector.RoutingStorageDriverSelector;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;

/**
 * Describes the external storage of the application: its drivers, how payloads are
 * distributed among them, what the drivers share, and which namespaces it serves.
 */
final class StorageOverview {

    private final ExternalStorage storage;

    private final Collection<StorageDriver> drivers;

    private final @Nullable StorageDriverSelector selector;

    private final DriverResources resources;

    private final TransferWatch watch;

    /**
     * Creates an overview.
     * @param storage the external storage
     * @param drivers all drivers, as they were declared or configured
     * @param selector the selector bean; null if the application's external storage has
     * one of its own
     * @param resources what the drivers share
     * @param watch knows the transfers in flight
     */
    StorageOverview(ExternalStorage storage, Collection<StorageDriver> drivers,
            @Nullable StorageDriverSelector selector, DriverResources resources, TransferWatch watch) {
        this.storage = storage;
        this.drivers = drivers;
        this.selector = selector;
        this.resources = resources;
        this.watch = watch;
    }

    /** Returns the drivers that references may name. */
    Collection<StorageDriver> getRegistered() {
        return this.storage.getDrivers();
    }

    /** Returns all drivers, also those that only composites know. */
    Collection<StorageDriver> getDrivers() {
        return this.drivers;
    }

    int getThreshold() {
        return this.storage.getPayloadSizeThreshold();
    }

    /**
     * Returns the selector; null if it is hidden in the application's external storage.
     */
    @Nullable StorageDriverSelector getSelector() {
        return this.selector;
    }

    /** Returns what is known of a driver besides its health. */
    static Map<String, Object> describe(StorageDriver driver) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("name", driver.getName());
        description.put("type", driver.getType());
        if (driver instanceof ContentAddressedStorageDriver limited) {
            description.put("limits", Map.of("maxPayloadSize", limited.getLimits().maxPayloadSize(), "maxRetrievedSize",
                    limited.getLimits().maxRetrievedSize()));
        }
        if (driver instanceof InspectableStorageDriver inspectable) {
            description.put("saved", Map.of("storeBytes", inspectable.getTraffic().getSavedBytes(Operation.STORE),
                    "retrieveBytes", inspectable.getTraffic().getSavedBytes(Operation.RETRIEVE)));
        }
        if (driver instanceof CompositeStorageDriver composite) {
            description.put("delegates", composite.getDelegates()
                .stream()
                .map((delegate) -> Map.of("name", delegate.getName(), "passedOver", composite.isPassedOver(delegate)))
                .toList());
        }
        return description;
    }

    static Map<String, String> place(StorageDriver driver) {
        return (driver instanceof InspectableStorageDriver inspectable) ? inspectable.getPlace() : Map.of();
    }

    Map<String, Object> describeSelector() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("type",
                AopUtils.getTargetClass((this.selector != null) ? this.selector : this.storage.getDriverSelector())
                    .getName());
        if (this.selector instanceof RoutingStorageDriverSelector routing) {
            description.put("routes", routing.getRoutes().stream().map(StorageOverview::describe).toList());
            StorageDriver defaultDriver = routing.getDefaultDriver();
            description.put("defaultDriver", (defaultDriver != null) ? defaultDriver.getName() : "none, inline");
        }
        return description;
    }

    private static Map<String, Object> describe(Route route) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("name", route.name());
        StorageDriver driver = route.driver();
        description.put("driver", (driver != null) ? driver.getName() : "none, inline");
        putPatterns(description, "namespaces", route.namespaces());
        putPatterns(description, "workflowTypes", route.workflowTypes());
        putPatterns(description, "workflowIds", route.workflowIds());
        putPatterns(description, "activityTypes", route.activityTypes());
        putPatterns(description, "encodings", route.encodings());
        if (route.minSize() > 0) {
            description.put("minSize", route.minSize());
        }
        if (route.maxSize() < Long.MAX_VALUE) {
            description.put("maxSize", route.maxSize());
        }
        return description;
    }

    private static void putPatterns(Map<String, Object> description, String name, List<?> patterns) {
        if (!patterns.isEmpty()) {
            description.put(name, patterns.stream().map(String::valueOf).toList());
        }
    }

    Map<String, Object> describeCache() {
        Map<String, Object> description = describe(this.resources.cache().getStatistics());
        DiskCache disk = this.resources.cache().getDisk();
        if (disk != null) {
            description.put("disk", describe(disk.getStatistics()));
        }
        return description;
    }

    private static Map<String, Object> describe(CacheStatistics cache) {
        return new LinkedHashMap<>(Map.of("entries", cache.entries(), "bytes", cache.bytes(), "maxBytes",
                cache.maxBytes(), "hits", cache.hits(), "misses", cache.misses()));
    }

    Map<String, Object> describeTransfers() {
        return Map.of("bytesInFlight", this.resources.limiter().getBytesInFlight(), "waiting",
                this.resources.limiter().getWaiters(), "oldestMillis", this.watch.getOldest().toMillis(),
                "maxConcurrent", this.resources.limiter().getMaxTransfers());
    }

    /** Returns how a namespace's client converts, and whether it stores. */
    static Map<String, Object> describe(WorkflowClient client) {
        WorkflowClientOptions options = client.getOptions();
        return Map.of("converter",
                AopUtils.getTargetClass(DataConverterCustomizer.original(options.getDataConverter())).getName(),
                "stores", options.getExternalStorage() != null);
    }

}
