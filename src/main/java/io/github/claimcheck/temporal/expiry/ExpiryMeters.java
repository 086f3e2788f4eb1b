package io.github.claimcheck.temporal.expiry;

import io.github.claimcheck.temporal.internal.ContextMeter;
import io.github.claimcheck.temporal.internal.ContextMeters;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.micrometer.core.instrument.Tags;
import java.util.List;

/**
 * Gauges of the margin by which payloads are kept for longer than histories need them.
 * There is one for each driver and namespace whose expiry is known. At 0 or less,
 * payloads are deleted too early; it is infinite where nothing deletes them.
 */
@InternalApi
public final class ExpiryMeters extends ContextMeters {

    /**
     * Creates the meters.
     * @param check finds the margins
     */
    public ExpiryMeters(ExpiryCheck check) {
        super(List.of());
        ExpiryVerdicts verdicts = check.getVerdicts();
        verdicts.onKnown((verdict) -> add(ContextMeter.lowest("temporal.external.storage.expiry.margin",
                "Time by which payloads are kept for longer than histories need them", "seconds",
                Tags.of("driver", verdict.driver(), "namespace", verdict.namespace()),
                () -> verdicts.getMargin(verdict.driver(), verdict.namespace()))));
    }

}
