package io.github.claimcheck.temporal.driver;

import io.github.claimcheck.temporal.driver.FirstOf.Answer;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A storage driver that stores each batch with the first of several drivers that takes it. The claim says which one
 * that was, and there the payload is retrieved.
 * <p>
 * A driver that has failed is asked after the others for a while, so that not every batch waits for it. One that only
 * {@linkplain PayloadRefusedException refused a payload} is not.
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

    private final Outages outages;

    private final Map<StorageDriver, AtomicLong> fallbacks = new LinkedHashMap<>();

    /**
     * @param name the name recorded in references
     * @param drivers in the order in which they are asked; not closed by this one
     * @param timeout the time that each but the last one has to store a batch, from when it returns its future
     * @param retryAfter the time for which a driver that has failed is asked after the others; 0 for the same order
     *        each time
     */
    public FallbackStorageDriver(String name, List<StorageDriver> drivers, Duration timeout, Duration retryAfter) {
        this.name = name;
        this.drivers = new HeldDrivers(name, drivers);
        this.timeout = timeout;
        this.outages = new Outages(retryAfter, timeout);
        drivers.forEach((driver) -> this.fallbacks.put(driver, new AtomicLong()));
    }

    @Override
    public String getName() {
        return this.name;
    }

    @Override
    public String getType() {
        return DRIVER_TYPE;
    }

    /** @return for each driver, by its name, how many batches were stored by one that comes after it */
    public Map<String, Long> getFallbacks() {
        Map<String, Long> counts = new LinkedHashMap<>();
        this.fallbacks.forEach((driver, count) -> counts.put(driver.getName(), count.get()));
        return counts;
    }

    /** @return one claim for each payload; fails with what the last driver failed with, the others suppressed */
    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        return Transfers.one(() -> Transfers.all(List.of(payloads), context.getCancellationToken(),
                (batch) -> FirstOf.drivers(this.outages.arrange(this.drivers.asList()), this.timeout,
                        context.getCancellationToken()::isCancellationRequested,
                        (driver) -> driver.store(context, batch), this::passedOver)),
                (answers, failure) -> {
                    Transfers.rethrow(failure);
                    return stored(answers.get(0));
                });
    }

    private List<StorageDriverClaim> stored(Answer<List<StorageDriverClaim>> answer) {
        if (this.outages.end(answer.driver())) {
            logger.info("Storage driver '{}' stores with '{}' again", this.name, answer.driver().getName());
        }
        for (StorageDriver driver : this.drivers.asList()) {
            if (driver == answer.driver()) {
                break;
            }
            this.fallbacks.get(driver).incrementAndGet();
        }
        return answer.value().stream().map((claim) -> this.drivers.claim(Map.of(answer.driver(), claim))).toList();
    }

    private void passedOver(StorageDriver driver, Throwable failure) {
        logger.atLevel(this.outages.begin(driver, failure) ? Level.WARN : Level.DEBUG)
            .log("Storage driver '{}' stores elsewhere, since '{}' did not take a batch: {}", this.name,
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
