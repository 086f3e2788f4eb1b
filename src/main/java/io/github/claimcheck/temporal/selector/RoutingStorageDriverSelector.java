package io.github.claimcheck.temporal.selector;

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
 * Sends each payload where the first route that takes it says, and all others to one
 * driver. A driver that nothing leads to only retrieves. Where each payload goes, and
 * why, is logged at DEBUG.
 * <p>
 * Thread-safe.
 */
public final class RoutingStorageDriverSelector implements StorageDriverSelector {

    private static final Logger logger = LoggerFactory.getLogger(RoutingStorageDriverSelector.class);

    private final List<Route> routes;

    private final @Nullable StorageDriver defaultDriver;

    /**
     * @param routes the routes, in the order in which they are asked
     * @param defaultDriver the driver for what no route takes; null keeps that inline
     */
    public RoutingStorageDriverSelector(List<Route> routes, @Nullable StorageDriver defaultDriver) {
        this.routes = List.copyOf(routes);
        this.defaultDriver = defaultDriver;
    }

    @Override
    public @Nullable StorageDriver selectDriver(StorageDriverSelectContext context, Payload payload) {
        if (logger.isDebugEnabled()) {
            Explanation explanation = explain(context.getTarget(), payload);
            logger.debug("A payload of {} bytes for {}: {}", payload.getSerializedSize(), describe(context.getTarget()),
                    explanation.reason());
            return explanation.driver();
        }
        for (Route route : this.routes) {
            if (route.refusal(context.getTarget(), payload) == null) {
                return route.driver();
            }
        }
        return this.defaultDriver;
    }

    private static String describe(@Nullable StorageDriverTargetInfo target) {
        if (target instanceof StorageDriverWorkflowInfo workflow) {
            return "workflow " + workflow.getId() + " of type " + workflow.getType() + " in " + workflow.getNamespace();
        }
        if (target instanceof StorageDriverActivityInfo activity) {
            return "activity " + activity.getId() + " of type " + activity.getType() + " in " + activity.getNamespace();
        }
        return "no known workflow";
    }

    /**
     * Says where a payload goes, and why.
     * @param target what the payload belongs to; null if that is not known
     * @param payload the payload; the threshold, which is asked before any selector, is
     * left out of account
     * @return the explanation
     */
    public Explanation explain(@Nullable StorageDriverTargetInfo target, Payload payload) {
        StringBuilder reason = new StringBuilder();
        for (Route route : this.routes) {
            String refusal = route.refusal(target, payload);
            if (refusal == null) {
                reason.append(route.name()).append(" takes it");
                return explanation(route.driver(), reason);
            }
            reason.append("not ").append(route.name()).append(", since ").append(refusal).append("; ");
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
     * Where a payload goes, and why.
     *
     * @param driver the driver; null if the payload stays inline
     * @param reason which route took the payload, and why those before it did not
     */
    public record Explanation(@Nullable StorageDriver driver, String reason) {

    }

}
