package io.github.claimcheck.temporal.internal;

import io.temporal.activity.ActivityInfo;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import org.jspecify.annotations.Nullable;

/** Tells the run that payloads belong to. Not part of the public API. */
public final class RunIds {

    private RunIds() {
    }

    /**
     * Returns the id of a target's run.
     * @param target the target; may be null
     * @return the id of the run of a workflow or of a standalone activity; null if
     * unknown
     */
    public static @Nullable String of(@Nullable StorageDriverTargetInfo target) {
        if (target instanceof StorageDriverWorkflowInfo workflow) {
            return workflow.getRunId();
        }
        return (target instanceof StorageDriverActivityInfo activity) ? activity.getRunId() : null;
    }

    /**
     * Returns the id of the run that the SDK stores an activity's payloads for.
     * @param activity the activity
     * @return the id of the activity's own run if it is standalone, and otherwise that of
     * its workflow; null if unknown
     */
    public static @Nullable String of(ActivityInfo activity) {
        String standalone = activity.getActivityRunId();
        return (standalone != null && !standalone.isEmpty()) ? standalone : activity.getWorkflowRunId();
    }

}
