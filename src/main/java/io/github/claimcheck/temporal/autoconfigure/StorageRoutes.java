package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.selector.Glob;
import io.github.claimcheck.temporal.selector.Route;
import io.github.claimcheck.temporal.selector.RoutingStorageDriverSelector;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.temporal.payload.storage.StorageDriver;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Makes the selector from {@code temporal.external-storage.routes} and
 * {@code default-driver}.
 */
final class StorageRoutes {

    static final String ROUTES = ExternalStorageProperties.PREFIX + ".routes";

    private StorageRoutes() {
    }

    /**
     * @throws ExternalStorageConfigurationException if a route could never take anything,
     * leads nowhere or to a driver that there is none of, or if nothing says where the
     * rest goes
     */
    static RoutingStorageDriverSelector selector(ExternalStorageProperties properties,
            RegisteredStorageDrivers drivers) {
        List<Route> routes = new ArrayList<>();
        for (ExternalStorageProperties.Route route : properties.getRoutes()) {
            String prefix = ROUTES + "[" + routes.size() + "]";
            requireReachable(prefix, route, properties.getThreshold());
            Route made = route(prefix, route, driver(prefix, route, drivers));
            routes.stream().filter((earlier) -> earlier.covers(made)).findFirst().ifPresent((earlier) -> {
                throw neverMatches(prefix, "since " + earlier.name() + " comes first and takes all that it would take",
                        "Put " + prefix + " before " + earlier.name() + ", or remove it.");
            });
            routes.add(made);
        }
        boolean nothingIsLeft = routes.stream().anyMatch((route) -> route.covers(everything()));
        return new RoutingStorageDriverSelector(routes,
                (nothingIsLeft && !StringUtils.hasText(properties.getDefaultDriver())) ? null
                        : drivers.getDefault(properties.getDefaultDriver()));
    }

    private static Route everything() {
        return route("", new ExternalStorageProperties.Route(), null);
    }

    private static Route route(String prefix, ExternalStorageProperties.Route route, @Nullable StorageDriver driver) {
        return new Route(prefix, patterns(prefix + ".namespaces", route.getNamespaces()),
                patterns(prefix + ".workflow-types", route.getWorkflowTypes()),
                patterns(prefix + ".workflow-ids", route.getWorkflowIds()),
                patterns(prefix + ".activity-types", route.getActivityTypes()),
                (route.getMinSize() != null) ? route.getMinSize().toBytes() : 0,
                (route.getMaxSize() != null) ? route.getMaxSize().toBytes() : Long.MAX_VALUE,
                patterns(prefix + ".encodings", route.getEncodings()), driver);
    }

    private static List<Glob> patterns(String property, List<String> patterns) {
        patterns.forEach((pattern) -> {
            if (!StringUtils.hasText(pattern)) {
                throw new ExternalStorageConfigurationException(property + " holds an empty pattern.",
                        "Give " + property + " names or patterns such as Report*, or remove it for a route that takes "
                                + "all.");
            }
        });
        return patterns.stream().map(Glob::new).toList();
    }

    private static @Nullable StorageDriver driver(String prefix, ExternalStorageProperties.Route route,
            RegisteredStorageDrivers drivers) {
        String id = StringUtils.hasText(route.getDriver()) ? route.getDriver() : null;
        boolean leadsToDriver = id != null;
        if (leadsToDriver == route.isInline()) {
            throw new ExternalStorageConfigurationException(
                    prefix + (leadsToDriver ? " has both a driver and inline." : " leads nowhere."),
                    "Set " + prefix + ".driver to the id of a driver, one of: " + drivers.ids() + "; or " + prefix
                            + ".inline to true, to keep in event history what the route takes.");
        }
        return (id != null) ? drivers.get(id, prefix + ".driver") : null;
    }

    private static void requireReachable(String prefix, ExternalStorageProperties.Route route, DataSize threshold) {
        DataSize min = route.getMinSize();
        DataSize max = route.getMaxSize();
        if (min != null && max != null && min.compareTo(max) > 0) {
            throw neverMatches(prefix, "since its min-size is " + min + " and its max-size " + max,
                    "Set " + prefix + ".min-size to no more than " + prefix + ".max-size.");
        }
        if (max != null && max.compareTo(threshold) < 0) {
            throw neverMatches(prefix,
                    "since its max-size is " + max + ", and payloads under the threshold of " + threshold
                            + " stay inline without being asked for a route",
                    "Lower " + ExternalStorageProperties.PREFIX + ".threshold, or raise " + prefix + ".max-size.");
        }
        if (!route.getActivityTypes().isEmpty()
                && !(route.getWorkflowTypes().isEmpty() && route.getWorkflowIds().isEmpty())) {
            throw neverMatches(prefix,
                    "since a payload belongs to a workflow or to a standalone activity, and not to both",
                    "Remove " + prefix + ".activity-types, or workflow-types and workflow-ids. The payloads of an "
                            + "activity that a workflow calls belong to the workflow.");
        }
    }

    private static ExternalStorageConfigurationException neverMatches(String prefix, String reason, String action) {
        return new ExternalStorageConfigurationException(prefix + " can never take a payload, " + reason + ".", action);
    }

}
