package io.github.claimcheck.temporal.selector;

import com.google.protobuf.ByteString;
import io.github.claimcheck.temporal.internal.Quoted;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Routes payloads to a driver, or keeps them inline. A route takes the payloads that
 * match all of its conditions. A list of patterns matches if one of them does; an empty
 * list matches everything. Immutable.
 * <p>
 * A payload's target is the workflow or the standalone activity that it belongs to.
 * Payloads of an activity that a workflow calls belong to the workflow. An unknown
 * attribute of a target, such as the type of a signalled workflow, matches no pattern.
 *
 * @param name the name of the route in explanations
 * @param namespaces patterns for the target's namespace
 * @param workflowTypes patterns for the type of a workflow
 * @param workflowIds patterns for the id of a workflow
 * @param activityTypes patterns for the type of a standalone activity
 * @param minSize the minimum serialized size, in bytes
 * @param maxSize the maximum serialized size, in bytes
 * @param encodings patterns for the payload's encoding, such as {@code json/plain}
 * @param driver the driver that stores the payloads; null keeps them inline
 */
public record Route(String name, List<Glob> namespaces, List<Glob> workflowTypes, List<Glob> workflowIds,
        List<Glob> activityTypes, long minSize, long maxSize, List<Glob> encodings, @Nullable StorageDriver driver) {

    /**
     * Finds the first condition that a payload does not match.
     * @param target the payload's target; null if unknown
     * @param payload the payload
     * @return why the route does not take the payload; null if it does
     */
    @Nullable String mismatch(@Nullable StorageDriverTargetInfo target, Payload payload) {
        StorageDriverWorkflowInfo workflow = (target instanceof StorageDriverWorkflowInfo info) ? info : null;
        StorageDriverActivityInfo activity = (target instanceof StorageDriverActivityInfo info) ? info : null;
        String namespace = (workflow != null) ? workflow.getNamespace()
                : (activity != null) ? activity.getNamespace() : null;
        if (!matches(this.namespaces, namespace)) {
            return mismatch("namespace", this.namespaces, namespace);
        }
        String workflowType = (workflow != null) ? workflow.getType() : null;
        if (!matches(this.workflowTypes, workflowType)) {
            return mismatch("workflow type", this.workflowTypes, workflowType);
        }
        String workflowId = (workflow != null) ? workflow.getId() : null;
        if (!matches(this.workflowIds, workflowId)) {
            return mismatch("workflow id", this.workflowIds, workflowId);
        }
        String activityType = (activity != null) ? activity.getType() : null;
        if (!matches(this.activityTypes, activityType)) {
            return mismatch("activity type", this.activityTypes, activityType);
        }
        int size = payload.getSerializedSize();
        if (size < this.minSize) {
            return String.format(Locale.ROOT, "its size of %d bytes is below min-size %d", size, this.minSize);
        }
        if (size > this.maxSize) {
            return String.format(Locale.ROOT, "its size of %d bytes is above max-size %d", size, this.maxSize);
        }
        String encoding = payload.getMetadataOrDefault("encoding", ByteString.EMPTY).toStringUtf8();
        if (!matches(this.encodings, encoding)) {
            return mismatch("encoding", this.encodings, encoding);
        }
        return null;
    }

    private static boolean matches(List<Glob> patterns, @Nullable String value) {
        return patterns.isEmpty() || (value != null && patterns.stream().anyMatch((pattern) -> pattern.matches(value)));
    }

    private static String mismatch(String attribute, List<Glob> patterns, @Nullable String value) {
        return (value != null) ? "its " + attribute + " '" + Quoted.of(value) + "' does not match " + patterns
                : "its " + attribute + " is unknown, but must match " + patterns;
    }

    /**
     * Returns whether this route certainly takes all payloads that another one takes.
     * @param other a route that comes after this one
     * @return whether the other route can never take a payload
     */
    public boolean covers(Route other) {
        return covers(this.namespaces, other.namespaces) && covers(this.workflowTypes, other.workflowTypes)
                && covers(this.workflowIds, other.workflowIds) && covers(this.activityTypes, other.activityTypes)
                && this.minSize <= other.minSize && this.maxSize >= other.maxSize
                && covers(this.encodings, other.encodings);
    }

    private static boolean covers(List<Glob> these, List<Glob> others) {
        return these.isEmpty() || (!others.isEmpty()
                && others.stream().allMatch((other) -> these.stream().anyMatch((one) -> one.covers(other))));
    }

}
