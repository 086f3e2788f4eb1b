package io.github.claimcheck.temporal.selector;

import io.github.claimcheck.temporal.internal.Quoted;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverSelectContext;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Selects the driver of the first route that takes a payload, or else the default driver.
 * A driver that no route names only retrieves. The selection of each payload is logged
 * and explained at DEBUG.
 * <p>
 * Thread-safe.
 */
public final class RoutingStorageDriverSelector implements StorageDriverSelector {

    private static final Logger logger = LoggerFactory.getLogger(RoutingStorageDriverSelector.class);

    private final List<Route> routes;

    private final @Nullable StorageDriver defaultDriver;

    /**
     * Creates a selector.
     * @param routes the routes, in order of precedence
     * @param defaultDriver the driver for payloads that no route takes; null keeps them
     * inline
     */
    public RoutingStorageDriverSelector(List<Route> routes, @Nullable StorageDriver defaultDriver) {
        this.routes = List.copyOf(routes);
        this.defaultDriver = defaultDriver;
    }

    /**
     * Returns the routes.
     * @return the routes, in order of precedence
     */
    public List<Route> getRoutes() {
        return this.routes;
    }

    /**
     * Returns the driver for payloads that no route takes.
     * @return the driver; null if they stay inline
     */
    public @Nullable StorageDriver getDefaultDriver() {
        return this.defaultDriver;
    }

    @Override
    public @Nullable StorageDriver selectDriver(StorageDriverSelectContext context, Payload payload) {
        if (logger.isDebugEnabled()) {
            Explanation explanation = explain(context.getTarget(), payload);
            logger.debug("Payload of {} bytes for {}: {}", payload.getSerializedSize(), describe(context.getTarget()),
                    explanation.reason());
            return explanation.driver();
        }
        for (Route route : this.routes) {
            if (route.mismatch(context.getTarget(), payload) == null) {
                return route.driver();
            }
        }
        return this.defaultDriver;
    }

    private static String describe(@Nullable StorageDriverTargetInfo target) {
        if (target instanceof StorageDriverWorkflowInfo workflow) {
            return "workflow " + Quoted.of(workflow.getId()) + " of type " + Quoted.of(workflow.getType()) + " in "
                    + Quoted.of(workflow.getNamespace());
        }
        if (target instanceof StorageDriverActivityInfo activity) {
            return "activity " + Quoted.of(activity.getId()) + " of type " + Quoted.of(activity.getType()) + " in "
                    + Quoted.of(activity.getNamespace());
        }
        return "an unknown target";
    }

    /**
     * Explains which driver stores a payload, and why. The threshold, which applies
     * before any selector, is not considered.
     * @param target the payload's target; null if unknown
     * @param payload the payload
     * @return the explanation
     */
    public Explanation explain(@Nullable StorageDriverTargetInfo target, Payload payload) {
        StringBuilder reason = new StringBuilder();
        for (Route route : this.routes) {
            String mismatch = route.mismatch(target, payload);
            if (mismatch == null) {
                reason.append(route.name()).append(" takes it");
                return explanation(route.driver(), reason);
            }
            reason.append(route.name()).append(" does not take it, because ").append(mismatch).append("; ");
        }
        reason.append(this.routes.isEmpty() ? "there are no routes" : "no route takes it");
        return explanation(this.defaultDriver, reason);
    }

    private static Explanation explanation(@Nullable StorageDriver driver, StringBuilder reason) {
        reason.append(", so it ").append((driver != null) ? "goes to '" + driver.getName() + "'" : "stays inline");
        return new Explanation(driver, reason.toString());
    }

    @Override
    public String toString() {
        return "RoutingStorageDriverSelector[routes=" + this.routes.size() + ", defaultDriver="
                + ((this.defaultDriver != null) ? this.defaultDriver.getName() : "none") + "]";
    }

    /**
     * Explains the selection of a driver.
     *
     * @param driver the driver; null if the payload stays inline
     * @param reason the route that takes the payload, and why those before it do not
     */
    public record Explanation(@Nullable StorageDriver driver, String reason) {

    }

}
