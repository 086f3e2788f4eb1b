package io.github.claimcheck.temporal.driver;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A storage driver that stores each batch with the first of several drivers that takes it. The claim says which one
 * that was, and there the payload is retrieved.
 * <p>
 * Thread-safe if the drivers are.
 */
public final class FallbackStorageDriver implements StorageDriver {

    /** The type, and the default name. */
    public static final String DRIVER_TYPE = "fallback";

    private static final Logger logger = LoggerFactory.getLogger(FallbackStorageDriver.class);

    private final String name;

    private final HeldDrivers drivers;

    private final Duration timeout;

    private final AtomicLong fallbacks = new AtomicLong();

    /**
     * @param name the name recorded in references
     * @param drivers in the order in which they are asked; not closed by this one
     * @param timeout the time that each but the last one has to store a batch
     */
    public FallbackStorageDriver(String name, List<StorageDriver> drivers, Duration timeout) {
        this.name = name;
        this.drivers = new HeldDrivers(name, drivers);
        this.timeout = timeout;
    }

    @Override
    public String getName() {
        return this.name;
    }

    @Override
    public String getType() {
        return DRIVER_TYPE;
    }

    /** @return how often a driver did not take a batch, so that the next one was asked */
    public long getFallbacks() {
        return this.fallbacks.get();
    }

    /** @return one claim for each payload; fails with what the last driver failed with, the others suppressed */
    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        return Transfers.one(() -> Transfers.all(List.of(payloads), context.getCancellationToken(),
                (batch) -> FirstOf.drivers(this.drivers.asList(), this.timeout,
                        (driver) -> store(driver, context, batch), this::passedOver)),
                (claims, failure) -> {
                    Transfers.rethrow(failure);
                    return claims.get(0);
                });
    }

    private CompletableFuture<List<StorageDriverClaim>> store(StorageDriver driver, StorageDriverStoreContext context,
            List<Payload> payloads) {
        return Transfers.one(() -> driver.store(context, payloads), (claims, failure) -> {
            Transfers.rethrow(failure);
            return claims.stream().map((claim) -> this.drivers.claim(Map.of(driver, claim))).toList();
        });
    }

    private void passedOver(StorageDriver driver, Throwable failure) {
        this.fallbacks.incrementAndGet();
        logger.warn("Storage driver '{}' stores a batch elsewhere, since '{}' did not take it: {}", this.name,
                driver.getName(), failure.toString());
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        return Transfers.all(claims, context.getCancellationToken(), (claim) -> {
            Map.Entry<StorageDriver, StorageDriverClaim> held = this.drivers.claims(claim).entrySet().iterator().next();
            return Transfers.one(() -> held.getKey().retrieve(context, List.of(held.getValue())),
                    (payloads, failure) -> {
                        Transfers.rethrow(failure);
                        return payloads.get(0);
                    });
        });
    }

    @Override
    public String toString() {
        return "FallbackStorageDriver[name=" + this.name + ", drivers=" + this.drivers.asList() + "]";
    }

}
