package io.github.claimcheck.temporal.observation;

import io.github.claimcheck.temporal.driver.ObjectKey;
import io.github.claimcheck.temporal.driver.ObjectStore;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decorates a storage driver with observations, counters of calls and a summary of
 * payload sizes.
 */
final class ObservedStorageDriver extends DelegatingStorageDriver {

    private final ObservationRegistry observations;

    private final StorageDriverObservationConvention convention;

    private final CallCounters calls;

    private final DistributionSummary storedSizes;

    private final DistributionSummary retrievedSizes;

    ObservedStorageDriver(StorageDriver driver, ObservationRegistry observations,
            StorageDriverObservationConvention convention, MeterRegistry meters) {
        super(driver);
        this.observations = observations;
        this.convention = convention;
        this.calls = new CallCounters(getName(), meters);
        this.storedSizes = sizes(StorageDriverObservation.STORE, meters);
        this.retrievedSizes = sizes(StorageDriverObservation.RETRIEVE, meters);
    }

    private DistributionSummary sizes(StorageDriverObservation observation, MeterRegistry meters) {
        return DistributionSummary.builder(StorageDriverObservation.PAYLOAD_SIZE)
            .description("Serialized size of payloads in external storage")
            .baseUnit("bytes")
            .tag("driver", getName())
            .tag("operation", observation.getOperation())
            .register(meters);
    }

    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        StorageDriverObservationContext observed = new StorageDriverObservationContext(StorageDriverObservation.STORE,
                getDelegate(), context.getTarget(), payloads.size());
        observed.setPayloads(payloads);
        return observe(observed, StorageDriverStoreContext.class, context,
                (carrying) -> super.store(carrying, payloads), (stored) -> record(this.storedSizes, payloads));
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        StorageDriverObservationContext observed = new StorageDriverObservationContext(
                StorageDriverObservation.RETRIEVE, getDelegate(), target(claims), claims.size());
        return observe(observed, StorageDriverRetrieveContext.class, context,
                (carrying) -> super.retrieve(carrying, claims), (payloads) -> {
                    observed.setPayloads(payloads);
                    record(this.retrievedSizes, payloads);
                });
    }

    private static @Nullable StorageDriverTargetInfo target(List<StorageDriverClaim> claims) {
        return claims.isEmpty() ? null : ObjectKey.targetOf(claims.get(0).getClaimData().get(ObjectStore.KEY));
    }

    private static void record(DistributionSummary sizes, List<Payload> payloads) {
        payloads.forEach((payload) -> sizes.record(payload.getSerializedSize()));
    }

    /**
     * Observes an operation. Returns its own future, so that cancelling it reaches the
     * driver.
     */
    private <C, T> CompletableFuture<T> observe(StorageDriverObservationContext observed, Class<C> type, C context,
            Function<C, CompletableFuture<T>> operation, Consumer<T> onSuccess) {
        Observation observation = start(observed, ObservedCall.carriedBy(context));
        CompletableFuture<T> result;
        try (Observation.Scope scope = observation.openScope()) {
            result = Objects.requireNonNull(operation.apply(ObservedCall.carry(type, context, observation)),
                    "The storage driver returned no future");
        }
        catch (Throwable ex) {
            fail(observation, ex);
            throw ex;
        }
        result.whenComplete((done, failure) -> {
            if (failure != null) {
                fail(observation, (failure instanceof CompletionException && failure.getCause() != null)
                        ? failure.getCause() : failure);
            }
            else {
                this.calls.succeeded();
                onSuccess.accept(done);
                observation.stop();
            }
        });
        return result;
    }

    private void fail(Observation observation, Throwable failure) {
        this.calls.failed(failure);
        observation.error(failure).stop();
    }

    /**
     * Starts an observation below its parent or, if that is null, below what is current.
     * The parent is made current, since tracing prefers the current span to the parent's.
     */
    private Observation start(StorageDriverObservationContext context, @Nullable Observation parent) {
        try (Observation.Scope scope = (parent != null && parent != this.observations.getCurrentObservation())
                ? parent.openScope() : Observation.Scope.NOOP) {
            return Observation.createNotStarted(context.getObservation().getName(), () -> context, this.observations)
                .observationConvention(this.convention)
                .start();
        }
    }

}
