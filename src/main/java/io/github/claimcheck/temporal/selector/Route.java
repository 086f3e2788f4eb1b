package io.github.claimcheck.temporal.selector;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where some payloads go. A route takes a payload that meets all of its conditions; a
 * list of patterns is met by what one of them matches, and an empty one by everything.
 * <p>
 * A payload's target is the workflow that it belongs to, or the standalone activity: the
 * payloads of an activity that a workflow calls belong to the workflow. What is not known
 * of a target, such as the type of a workflow that is signalled, matches no pattern.
 *
 * @param name what the route is called in explanations
 * @param namespaces of the target
 * @param workflowTypes of a workflow
 * @param workflowIds of a workflow
 * @param activityTypes of a standalone activity
 * @param minSize the smallest serialized size that is taken, in bytes
 * @param maxSize the largest serialized size that is taken, in bytes
 * @param encodings of the payload, such as {@code json/plain}
 * @param driver where what is taken goes; null keeps it inline
 */
public record Route(String name, List<Glob> namespaces, List<Glob> workflowTypes, List<Glob> workflowIds,
        List<Glob> activityTypes, long minSize, long maxSize, List<Glob> encodings, @Nullable StorageDriver driver) {

    /**
     * Finds the first condition that a payload does not meet.
     * @param target what the payload belongs to; null if that is not known
     * @param payload the payload
     * @return why the route does not take the payload; null if it does
     */
    @Nullable String refusal(@Nullable StorageDriverTargetInfo target, Payload payload) {
        StorageDriverWorkflowInfo workflow = (target instanceof StorageDriverWorkflowInfo info) ? info : null;
        StorageDriverActivityInfo activity = (target instanceof StorageDriverActivityInfo info) ? info : null;
        String namespace = (workflow != null) ? workflow.getNamespace()
                : (activity != null) ? activity.getNamespace() : null;
        if (!matches(this.namespaces, namespace)) {
            return refusal("namespace", this.namespaces, namespace);
        }
        String workflowType = (workflow != null) ? workflow.getType() : null;
        if (!matches(this.workflowTypes, workflowType)) {
            return refusal("workflow-type", this.workflowTypes, workflowType);
        }
        String workflowId = (workflow != null) ? workflow.getId() : null;
        if (!matches(this.workflowIds, workflowId)) {
            return refusal("workflow-id", this.workflowIds, workflowId);
        }
        String activityType = (activity != null) ? activity.getType() : null;
        if (!matches(this.activityTypes, activityType)) {
            return refusal("activity-type", this.activityTypes, activityType);
        }
        int size = payload.getSerializedSize();
        if (size < this.minSize) {
            return String.format(Locale.ROOT, "its size of %d bytes is under min-size %d", size, this.minSize);
        }
        if (size > this.maxSize) {
            return String.format(Locale.ROOT, "its size of %d bytes is over max-size %d", size, this.maxSize);
        }
        String encoding = payload.getMetadataOrDefault("encoding", ByteString.EMPTY).toStringUtf8();
        if (!matches(this.encodings, encoding)) {
            return refusal("encoding", this.encodings, encoding);
        }
        return null;
    }

    private static boolean matches(List<Glob> patterns, @Nullable String value) {
        return patterns.isEmpty() || (value != null && patterns.stream().anyMatch((pattern) -> pattern.matches(value)));
    }

    private static String refusal(String what, List<Glob> patterns, @Nullable String value) {
        return (value != null) ? what + "s " + patterns + " match no '" + value + "'"
                : "it has no known " + what.replace('-', ' ') + ", which " + what + "s " + patterns + " ask for";
    }

    /**
     * Returns whether this route takes all that another one does, as far as can be told
     * from the patterns.
     * @param other a route that comes after this one
     * @return whether the other one never takes anything
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
