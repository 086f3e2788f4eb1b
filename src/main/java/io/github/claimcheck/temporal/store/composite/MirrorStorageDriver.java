package io.github.claimcheck.temporal.store.composite;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.RepairableStorageDriver;
import io.github.claimcheck.temporal.internal.Transfers;
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
import java.util.Objects;
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
 * A composite driver that stores each payload with all of its delegates, which must all
 * take it, and retrieves it from the first that has it unharmed. A copy that turns out to
 * be gone or altered is put back, where its delegate is a
 * {@link RepairableStorageDriver}.
 * <p>
 * A delegate that fails to retrieve for another reason comes after the others for a
 * while: see {@link CircuitBreaker}.
 * <p>
 * Thread-safe if the delegates are.
 */
final class MirrorStorageDriver implements StorageDriver, CountingStorageDriver {

    /** The type, and the default name. */
    static final String DRIVER_TYPE = "mirror";

    private static final Logger logger = LoggerFactory.getLogger(MirrorStorageDriver.class);

    private final String name;

    private final Delegates delegates;

    private final Duration timeout;

    private final Map<StorageDriver, RepairableStorageDriver> repairable = new HashMap<>();

    /** Readers of one damaged copy at the same time repair it once. */
    private final Set<Map.Entry<StorageDriver, StorageDriverClaim>> underRepair = ConcurrentHashMap.newKeySet();

    private final Map<String, AtomicLong> repairs = new LinkedHashMap<>();

    /** The log tells once of each, and not of every payload. */
    private final Set<StorageDriver> unrepaired = ConcurrentHashMap.newKeySet();

    private final CircuitBreaker circuitBreaker;

    /**
     * Makes a driver.
     * @param name the name that references hold
     * @param delegates in the order in which they are asked for a payload; not closed by
     * this driver
     * @param timeout the time that each but the last one has to retrieve a payload, from
     * when it returns its future
     * @param retryAfter the time for which a delegate that has failed comes after the
     * others; zero keeps the order
     * @param decorator puts something around each delegate, such as its observation; a
     * repair goes past it
     * @param clock tells the time
     */
    MirrorStorageDriver(String name, List<StorageDriver> delegates, Duration timeout, Duration retryAfter,
            UnaryOperator<StorageDriver> decorator, Ticker clock) {
        this.name = name;
        this.delegates = new Delegates(name, delegates.stream().map((delegate) -> {
            StorageDriver decorated = decorator.apply(delegate);
            if (delegate instanceof RepairableStorageDriver original) {
                this.repairable.put(decorated, original);
            }
            this.repairs.put(decorated.getName(), new AtomicLong());
            return decorated;
        }).toList());
        this.timeout = timeout;
        this.circuitBreaker = new CircuitBreaker(retryAfter, timeout, clock);
    }

    @Override
    public String getName() {
        return this.name;
    }

    @Override
    public String getType() {
        return DRIVER_TYPE;
    }

    @Override
    public Counter counter() {
        return new Counter("temporal.external.storage.repairs", "Copies that were gone or altered, and put back",
                this.repairs);
    }

    /**
     * @return one claim for each payload; fails, and cancels what is going on, with the
     * first delegate that fails
     */
    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        List<StorageDriver> all = this.delegates.asList();
        return Transfers.one(() -> Transfers.all(all, context.getCancellationToken(),
                (delegate) -> delegate.store(context, payloads)), (claims, failure) -> {
                    Transfers.rethrow(failure);
                    return IntStream.range(0, payloads.size()).mapToObj((payload) -> {
                        Map<StorageDriver, StorageDriverClaim> copies = new LinkedHashMap<>();
                        IntStream.range(0, all.size())
                            .forEach((delegate) -> copies.put(all.get(delegate), claims.get(delegate).get(payload)));
                        return this.delegates.claim(copies);
                    }).toList();
                });
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        return Transfers.all(claims, context.getCancellationToken(), (claim) -> retrieve(context, claim));
    }

    private CompletableFuture<Payload> retrieve(StorageDriverRetrieveContext context, StorageDriverClaim claim) {
        Map<StorageDriver, StorageDriverClaim> copies = this.delegates.claims(claim);
        List<StorageDriver> damaged = new ArrayList<>();
        return Transfers.one(() -> Failover.start(this.circuitBreaker.order(new ArrayList<>(copies.keySet())),
                this.timeout, context.getCancellationToken()::isCancellationRequested,
                (delegate) -> delegate.retrieve(context, List.of(copies.get(delegate))), (delegate, failure) -> {
                    if (failure instanceof ObjectNotFoundException || failure instanceof PayloadIntegrityException) {
                        damaged.add(delegate);
                    }
                    failedOver(delegate, failure);
                }), (answer, failure) -> {
                    Transfers.rethrow(failure);
                    if (this.circuitBreaker.onSuccess(answer.delegate())) {
                        logger.info("Storage driver '{}' retrieves from '{}' again", this.name,
                                answer.delegate().getName());
                    }
                    Payload payload = answer.value().get(0);
                    copies.forEach((delegate, copy) -> {
                        if (damaged.contains(delegate)) {
                            repair(delegate, copy, payload);
                        }
                    });
                    return payload;
                });
    }

    private void failedOver(StorageDriver delegate, Throwable failure) {
        logger.atLevel(this.circuitBreaker.onFailure(delegate, failure) ? Level.WARN : Level.DEBUG)
            .log("Storage driver '{}' fails over to another delegate, since '{}' did not retrieve a payload: {}",
                    this.name, delegate.getName(), failure.toString());
    }

    /** Nobody waits for it: the payload is at hand. */
    private void repair(StorageDriver delegate, StorageDriverClaim claim, Payload payload) {
        RepairableStorageDriver original = this.repairable.get(delegate);
        Map.Entry<StorageDriver, StorageDriverClaim> copy = Map.entry(delegate, claim);
        if (original != null && this.underRepair.add(copy)) {
            CompletableFuture.supplyAsync(() -> original.repair(claim, payload))
                .thenCompose(Function.identity())
                .whenComplete((repaired, failure) -> {
                    this.underRepair.remove(copy);
                    repaired(delegate, failure);
                });
        }
    }

    private void repaired(StorageDriver delegate, @Nullable Throwable failure) {
        if (failure == null) {
            this.unrepaired.remove(delegate);
            Objects.requireNonNull(this.repairs.get(delegate.getName())).incrementAndGet();
            logger.debug("Storage driver '{}' has put a payload back into '{}'", this.name, delegate.getName());
        }
        else {
            logger.atLevel(this.unrepaired.add(delegate) ? Level.WARN : Level.DEBUG)
                .log("Storage driver '{}' could not put a payload back into '{}': {}", this.name, delegate.getName(),
                        Transfers.unwrap(failure).toString());
        }
    }

    @Override
    public String toString() {
        return "MirrorStorageDriver[name=" + this.name + ", delegates=" + this.delegates.asList() + "]";
    }

}
