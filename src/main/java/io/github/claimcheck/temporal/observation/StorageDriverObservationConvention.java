package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.observation.StorageDriverObservation.HighCardinalityKeyNames;
import io.github.claimcheck.temporal.observation.StorageDriverObservation.LowCardinalityKeyNames;
import io.micrometer.common.KeyValues;
import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import org.jspecify.annotations.Nullable;

/**
 * The convention for the tags of storage driver observations. The default is the driver's
 * name and type and, for spans, also the target, number and size of the payloads. Declare
 * a bean of this type to change the tags, for instance to tag by namespace or workflow
 * type. Implementations are thread-safe.
 */
public interface StorageDriverObservationConvention extends ObservationConvention<StorageDriverObservationContext> {

    @Override
    default KeyValues getLowCardinalityKeyValues(StorageDriverObservationContext context) {
        return KeyValues.of(LowCardinalityKeyNames.DRIVER.withValue(context.getDriver().getName()),
                LowCardinalityKeyNames.TYPE.withValue(context.getDriver().getType()));
    }

    @Override
    default KeyValues getHighCardinalityKeyValues(StorageDriverObservationContext context) {
        KeyValues values = KeyValues
            .of(HighCardinalityKeyNames.PAYLOAD_COUNT.withValue(String.valueOf(context.getPayloadCount())));
        if (context.getPayloadBytes() > 0) {
            values = values
                .and(HighCardinalityKeyNames.PAYLOAD_BYTES.withValue(String.valueOf(context.getPayloadBytes())));
        }
        if (context.getTarget() instanceof StorageDriverWorkflowInfo workflow) {
            return values.and(known(HighCardinalityKeyNames.NAMESPACE, workflow.getNamespace()))
                .and(known(HighCardinalityKeyNames.WORKFLOW_TYPE, workflow.getType()))
                .and(known(HighCardinalityKeyNames.WORKFLOW_ID, workflow.getId()))
                .and(known(HighCardinalityKeyNames.RUN_ID, workflow.getRunId()));
        }
        if (context.getTarget() instanceof StorageDriverActivityInfo activity) {
            return values.and(known(HighCardinalityKeyNames.NAMESPACE, activity.getNamespace()))
                .and(known(HighCardinalityKeyNames.ACTIVITY_TYPE, activity.getType()))
                .and(known(HighCardinalityKeyNames.ACTIVITY_ID, activity.getId()))
                .and(known(HighCardinalityKeyNames.RUN_ID, activity.getRunId()));
        }
        return values;
    }

    /** Shortens and escapes a value, which may come from a forged claim. */
    private static KeyValues known(KeyName name, @Nullable String value) {
        return (value != null) ? KeyValues.of(name.withValue(Quoted.of(value))) : KeyValues.empty();
    }

    @Override
    default String getContextualName(StorageDriverObservationContext context) {
        return "external storage " + context.getObservation().getOperation();
    }

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof StorageDriverObservationContext;
    }

}
