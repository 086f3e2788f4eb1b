package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
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
 * Creates the selector from {@code temporal.external-storage.routes} and
 * {@code default-driver}.
 */
final class StorageRoutes {

    static final String ROUTES = ExternalStorageProperties.PREFIX + ".routes";

    private StorageRoutes() {
    }

    /**
     * Creates the selector.
     * @param properties the routes, the threshold and the default driver
     * @param drivers all drivers
     * @return the selector
     * @throws ExternalStorageConfigurationException if a route can never match, has no
     * target or names an unknown driver, or if there is no default driver for payloads
     * that no route takes
     */
    static RoutingStorageDriverSelector selector(ExternalStorageProperties properties,
            RegisteredStorageDrivers drivers) {
        List<Route> routes = new ArrayList<>();
        for (ExternalStorageProperties.Route route : properties.getRoutes()) {
            String prefix = ROUTES + "[" + routes.size() + "]";
            requireReachable(prefix, route, properties.getThreshold());
            StorageDriver driver = driver(prefix, route, drivers);
            requireStorable(prefix, route, driver);
            Route made = route(prefix, route, driver);
            routes.stream().filter((earlier) -> earlier.covers(made)).findFirst().ifPresent((earlier) -> {
                throw neverMatches(prefix, earlier.name() + " comes first and takes all of its payloads",
                        "Move " + prefix + " before " + earlier.name() + ", or remove it.");
            });
            routes.add(made);
        }
        boolean takesAll = routes.stream().anyMatch((route) -> route.covers(everything()));
        return new RoutingStorageDriverSelector(routes,
                (takesAll && !StringUtils.hasText(properties.getDefaultDriver())) ? null
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
                throw new ExternalStorageConfigurationException(property + " contains an empty pattern.",
                        "Set " + property + " to names or patterns such as Report*, or remove it to match all.");
            }
        });
        return patterns.stream().map(PropertyText::strip).map(Glob::new).toList();
    }

    private static @Nullable StorageDriver driver(String prefix, ExternalStorageProperties.Route route,
            RegisteredStorageDrivers drivers) {
        String id = StringUtils.hasText(route.getDriver()) ? route.getDriver() : null;
        boolean hasDriver = id != null;
        if (hasDriver == route.isInline()) {
            throw new ExternalStorageConfigurationException(
                    prefix + (hasDriver ? " has both a driver and inline." : " has neither a driver nor inline."),
                    "Set " + prefix + ".driver to one of: " + drivers.ids() + ". Or set " + prefix
                            + ".inline to true to keep its payloads in event history.");
        }
        return (id != null) ? drivers.get(id, prefix + ".driver") : null;
    }

    private static void requireReachable(String prefix, ExternalStorageProperties.Route route, DataSize threshold) {
        DataSize min = route.getMinSize();
        DataSize max = route.getMaxSize();
        if (min != null && max != null && min.compareTo(max) > 0) {
            throw neverMatches(prefix, "its min-size is " + min + ", but its max-size is " + max,
                    "Lower " + prefix + ".min-size, or raise " + prefix + ".max-size.");
        }
        if (max != null && max.compareTo(threshold) < 0) {
            throw neverMatches(prefix,
                    "its max-size is " + max + ", but payloads below the threshold of " + threshold
                            + " always stay inline",
                    "Lower " + ExternalStorageProperties.PREFIX + ".threshold, or raise " + prefix + ".max-size.");
        }
        if (!route.getActivityTypes().isEmpty()
                && !(route.getWorkflowTypes().isEmpty() && route.getWorkflowIds().isEmpty())) {
            throw neverMatches(prefix, "a payload belongs either to a workflow or to a standalone activity",
                    "Remove " + prefix + ".activity-types, or remove workflow-types and workflow-ids. Payloads of an "
                            + "activity that a workflow calls belong to the workflow.");
        }
    }

    private static void requireStorable(String prefix, ExternalStorageProperties.Route route,
            @Nullable StorageDriver driver) {
        if (route.getMinSize() != null && driver instanceof ContentAddressedStorageDriver limited
                && limited.getLimits().maxPayloadSize() < route.getMinSize().toBytes()) {
            String property = limited.getLimits().maxPayloadSizeProperty();
            throw new ExternalStorageConfigurationException(
                    prefix + ".min-size is " + route.getMinSize() + ", but " + property + " is "
                            + DataSize.ofBytes(limited.getLimits().maxPayloadSize())
                            + ": the driver would reject every payload of the route.",
                    "Lower " + prefix + ".min-size, or raise " + property + ".");
        }
    }

    private static ExternalStorageConfigurationException neverMatches(String prefix, String reason, String action) {
        return new ExternalStorageConfigurationException(prefix + " can never match a payload: " + reason + ".",
                action);
    }

}
