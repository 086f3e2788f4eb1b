package io.github.claimcheck.temporal.driver;

import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A storage driver that stores each payload with all of several drivers, which must all take it, and retrieves it from
 * the first that has it unharmed. A copy that is found to be gone or altered meanwhile is put back, where its driver is
 * a {@link ContentAddressedStorageDriver}.
 * <p>
 * A driver that fails to retrieve for another reason is asked after the others for a while, so that not every payload
 * waits for it.
 * <p>
 * Thread-safe if the drivers are.
 */
public final class MirrorStorageDriver implements StorageDriver {

    /** The type, and the default name. */
    public static final String DRIVER_TYPE = "mirror";

    private static final Logger logger = LoggerFactory.getLogger(MirrorStorageDriver.class);

    private final String name;

    private final HeldDrivers drivers;

    private final Duration timeout;

    private final Map<StorageDriver, ContentAddressedStorageDriver> repairable = new HashMap<>();

    /** Readers of one damaged copy at the same time repair it once. */
    private final Set<Map.Entry<StorageDriver, StorageDriverClaim>> underRepair = ConcurrentHashMap.newKeySet();

    private final Map<StorageDriver, AtomicLong> repairs = new LinkedHashMap<>();

    /** The log tells once of each, and not of every payload. */
    private final Set<StorageDriver> unrepaired = ConcurrentHashMap.newKeySet();

    private final Outages outages;

    /**
     * Makes a driver that calls the others as they are.
     *
     * @param name the name recorded in references
     * @param drivers in the order in which they are asked for a payload; not closed by this one
     * @param timeout the time that each but the last one has to retrieve a payload, from when it returns its future
     * @param retryAfter the time for which a driver that has failed is asked after the others; 0 for the same order
     *        each time
     */
    public MirrorStorageDriver(String name, List<StorageDriver> drivers, Duration timeout, Duration retryAfter) {
        this(name, drivers, timeout, retryAfter, UnaryOperator.identity());
    }

    /**
     * @param name the name recorded in references
     * @param drivers in the order in which they are asked for a payload; not closed by this one
     * @param timeout the time that each but the last one has to retrieve a payload, from when it returns its future
     * @param retryAfter the time for which a driver that has failed is asked after the others; 0 for the same order
     *        each time
     * @param decorator puts something around each driver that payloads are stored with and retrieved from, such as its
     *        observation; a repair goes past it
     */
    public MirrorStorageDriver(String name, List<StorageDriver> drivers, Duration timeout, Duration retryAfter,
            UnaryOperator<StorageDriver> decorator) {
        this.name = name;
        this.drivers = new HeldDrivers(name, drivers.stream().map((driver) -> {
            StorageDriver decorated = decorator.apply(driver);
            if (driver instanceof ContentAddressedStorageDriver addressed) {
                this.repairable.put(decorated, addressed);
            }
            this.repairs.put(decorated, new AtomicLong());
            return decorated;
        }).toList());
        this.timeout = timeout;
        this.outages = new Outages(retryAfter, timeout);
    }

    @Override
    public String getName() {
        return this.name;
    }

    @Override
    public String getType() {
        return DRIVER_TYPE;
    }

    /** @return for each driver, by its name, how many copies were put back there */
    public Map<String, Long> getRepairs() {
        Map<String, Long> counts = new LinkedHashMap<>();
        this.repairs.forEach((driver, count) -> counts.put(driver.getName(), count.get()));
        return counts;
    }

    /** @return one claim for each payload; fails, and cancels what is going on, with the first driver that fails */
    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        List<StorageDriver> all = this.drivers.asList();
        return Transfers.one(
                () -> Transfers.all(all, context.getCancellationToken(), (driver) -> driver.store(context, payloads)),
                (claims, failure) -> {
                    Transfers.rethrow(failure);
                    return IntStream.range(0, payloads.size()).mapToObj((payload) -> {
                        Map<StorageDriver, StorageDriverClaim> copies = new LinkedHashMap<>();
                        IntStream.range(0, all.size())
                            .forEach((driver) -> copies.put(all.get(driver), claims.get(driver).get(payload)));
                        return this.drivers.claim(copies);
                    }).toList();
                });
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        return Transfers.all(claims, context.getCancellationToken(), (claim) -> retrieve(context, claim));
    }

    private CompletableFuture<Payload> retrieve(StorageDriverRetrieveContext context, StorageDriverClaim claim) {
        Map<StorageDriver, StorageDriverClaim> copies = this.drivers.claims(claim);
        List<StorageDriver> damaged = new ArrayList<>();
        return Transfers.one(() -> FirstOf.drivers(this.outages.arrange(new ArrayList<>(copies.keySet())), this.timeout,
                context.getCancellationToken()::isCancellationRequested,
                (driver) -> driver.retrieve(context, List.of(copies.get(driver))), (driver, failure) -> {
                    if (failure instanceof ObjectNotFoundException || failure instanceof PayloadIntegrityException) {
                        damaged.add(driver);
                    }
                    passedOver(driver, failure);
                }), (answer, failure) -> {
                    Transfers.rethrow(failure);
                    if (this.outages.end(answer.driver())) {
                        logger.info("Storage driver '{}' retrieves from '{}' again", this.name,
                                answer.driver().getName());
                    }
                    Payload payload = answer.value().get(0);
                    damaged.forEach((driver) -> repair(driver, copies.get(driver), payload));
                    return payload;
                });
    }

    private void passedOver(StorageDriver driver, Throwable failure) {
        logger.atLevel(this.outages.begin(driver, failure) ? Level.WARN : Level.DEBUG)
            .log("Storage driver '{}' asks another driver for a payload, since '{}' did not give it: {}", this.name,
                    driver.getName(), failure.toString());
    }

    /** Nobody waits for it: the payload is at hand. */
    private void repair(StorageDriver driver, StorageDriverClaim claim, Payload payload) {
        ContentAddressedStorageDriver addressed = this.repairable.get(driver);
        Map.Entry<StorageDriver, StorageDriverClaim> copy = Map.entry(driver, claim);
        if (addressed != null && this.underRepair.add(copy)) {
            CompletableFuture.supplyAsync(() -> addressed.restore(claim, payload))
                .thenCompose(Function.identity())
                .whenComplete((restored, failure) -> {
                    this.underRepair.remove(copy);
                    repaired(driver, failure);
                });
        }
    }

    private void repaired(StorageDriver driver, @Nullable Throwable failure) {
        if (failure == null) {
            this.unrepaired.remove(driver);
            this.repairs.get(driver).incrementAndGet();
            logger.debug("Storage driver '{}' has put a payload back into '{}'", this.name, driver.getName());
        }
        else {
            logger.atLevel(this.unrepaired.add(driver) ? Level.WARN : Level.DEBUG)
                .log("Storage driver '{}' could not put a payload back into '{}': {}", this.name, driver.getName(),
                        Transfers.unwrap(failure).toString());
        }
    }

    @Override
    public String toString() {
        return "MirrorStorageDriver[name=" + this.name + ", drivers=" + this.drivers.asList() + "]";
    }

}
