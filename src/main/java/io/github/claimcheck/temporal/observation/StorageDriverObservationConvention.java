package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.observation.StorageDriverObservation.LowCardinalityKeyNames;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * The tags of what is observed of storage drivers: by default, the driver's name and type. A bean of this type replaces
 * them.
 */
public interface StorageDriverObservationConvention extends ObservationConvention<StorageDriverObservationContext> {

    @Override
    default KeyValues getLowCardinalityKeyValues(StorageDriverObservationContext context) {
        return KeyValues.of(LowCardinalityKeyNames.DRIVER.withValue(context.getDriver().getName()),
                LowCardinalityKeyNames.TYPE.withValue(context.getDriver().getType()));
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
