package io.github.claimcheck.temporal.store.composite;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.internal.Transfers;
import io.github.claimcheck.temporal.store.composite.Failover.Answer;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A composite driver that stores each batch with the first delegate that accepts it. The
 * claim names that delegate, which also retrieves the payload.
 * <p>
 * A failed delegate comes after the others for a while: see {@link CircuitBreaker}.
 * <p>
 * Thread-safe if the delegates are.
 */
final class FallbackStorageDriver extends AbstractCompositeStorageDriver {

    /** The type and default name. */
    static final String DRIVER_TYPE = "fallback";

    private static final Logger logger = LoggerFactory.getLogger(FallbackStorageDriver.class);

    private final Map<String, AtomicLong> fallbacks = new LinkedHashMap<>();

    /**
     * Creates a driver.
     * @param name the name in references
     * @param delegates the delegates in calling order; not closed by this driver
     * @param timeout the timeout of each delegate except the last to store a batch, from
     * when it returns its future
     * @param retryAfter how long a failed delegate comes after the others; zero keeps the
     * order
     * @param clock provides the time
     */
    FallbackStorageDriver(String name, List<StorageDriver> delegates, Duration timeout, Duration retryAfter,
            Ticker clock) {
        super(name, delegates, timeout, retryAfter, clock);
        delegates.forEach((delegate) -> this.fallbacks.put(delegate.getName(), new AtomicLong()));
    }

    @Override
    public String getType() {
        return DRIVER_TYPE;
    }

    @Override
    public boolean storesWithAll() {
        return false;
    }

    @Override
    public Counter counter() {
        return new Counter("temporal.external.storage.fallbacks", "Batches stored with a later delegate",
                this.fallbacks);
    }

    /**
     * Stores all payloads with the first delegate that accepts them.
     * @return a future with one claim for each payload, in order; fails with the last
     * delegate's failure, and the others suppressed
     */
    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        return Transfers.one(() -> Transfers.all(List.of(payloads), context.getCancellationToken(),
                (batch) -> Failover.start(this.circuitBreaker.order(this.delegates.asList()), this.timeout,
                        context.getCancellationToken()::isCancellationRequested,
                        (delegate) -> delegate.store(context, batch),
                        (delegate, claims) -> Delegates.incomplete(delegate, batch.size(), claims), this::failedOver)),
                (answers, failure) -> {
                    Transfers.rethrow(failure);
                    return stored(answers.get(0));
                });
    }

    private List<StorageDriverClaim> stored(Answer<List<StorageDriverClaim>> answer) {
        if (this.circuitBreaker.onSuccess(answer.delegate())) {
            logger.info("Storage driver '{}' stores with '{}' again", this.name, answer.delegate().getName());
        }
        for (StorageDriver delegate : this.delegates.asList()) {
            if (delegate == answer.delegate()) {
                break;
            }
            Objects.requireNonNull(this.fallbacks.get(delegate.getName())).incrementAndGet();
        }
        return answer.value().stream().map((claim) -> this.delegates.claim(Map.of(answer.delegate(), claim))).toList();
    }

    private void failedOver(StorageDriver delegate, Throwable failure) {
        logger.atLevel(this.circuitBreaker.onFailure(delegate, failure) ? Level.WARN : Level.DEBUG)
            .log("Storage driver '{}' fails over to another delegate, because '{}' failed to store a batch: {}",
                    this.name, delegate.getName(), Quoted.failure(failure));
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        return Transfers.all(claims, context.getCancellationToken(), (claim) -> {
            Map.Entry<StorageDriver, StorageDriverClaim> copy = this.delegates.claims(claim)
                .entrySet()
                .iterator()
                .next();
            return Transfers.one(() -> copy.getKey().retrieve(context, List.of(copy.getValue())),
                    (payloads, failure) -> {
                        Transfers.rethrow(failure);
                        Transfers.rethrow(Delegates.incomplete(copy.getKey(), 1, payloads));
                        return payloads.get(0);
                    });
        });
    }

}
