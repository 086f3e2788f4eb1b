package io.github.claimcheck.temporal.store.composite;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.ObjectNotFoundException;
import io.github.claimcheck.temporal.driver.ObjectTooLargeException;
import io.github.claimcheck.temporal.driver.PayloadIntegrityException;
import io.github.claimcheck.temporal.driver.RepairableStorageDriver;
import io.github.claimcheck.temporal.driver.StorageAccessDeniedException;
import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.Quoted;
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
 * A composite driver that stores each payload with all of its delegates, and retrieves it
 * from the first delegate that has an intact copy. Storing succeeds only if all delegates
 * succeed. A lost or altered copy is repaired if its delegate is a
 * {@link RepairableStorageDriver}.
 * <p>
 * A delegate that fails to retrieve for another reason comes after the others for a
 * while: see {@link CircuitBreaker}.
 * <p>
 * Thread-safe if the delegates are.
 */
final class MirrorStorageDriver extends AbstractCompositeStorageDriver {

    /** The type and default name. */
    static final String DRIVER_TYPE = "mirror";

    private static final Logger logger = LoggerFactory.getLogger(MirrorStorageDriver.class);

    private final Map<StorageDriver, RepairableStorageDriver> repairable = new HashMap<>();

    /** Copies under repair, so that concurrent readers repair each only once. */
    private final Set<Map.Entry<StorageDriver, StorageDriverClaim>> underRepair = ConcurrentHashMap.newKeySet();

    private final Map<String, AtomicLong> repairs = new LinkedHashMap<>();

    /**
     * Delegates whose last repair failed, which is logged once for each, not for every
     * payload.
     */
    private final Set<StorageDriver> unrepaired = ConcurrentHashMap.newKeySet();

    /** Delegates whose last repair was denied. */
    private final Set<StorageDriver> denied = ConcurrentHashMap.newKeySet();

    /**
     * Creates a driver.
     * @param name the name in references
     * @param delegates the delegates in the order in which they retrieve; not closed by
     * this driver
     * @param timeout the timeout of each delegate except the last to retrieve a payload,
     * from when it returns its future
     * @param retryAfter how long a failed delegate comes after the others; zero keeps the
     * order
     * @param decorator decorates each delegate, for instance with its observation;
     * repairs bypass it
     * @param clock provides the time
     */
    MirrorStorageDriver(String name, List<StorageDriver> delegates, Duration timeout, Duration retryAfter,
            UnaryOperator<StorageDriver> decorator, Ticker clock) {
        super(name, delegates.stream().map(decorator).toList(), timeout, retryAfter, clock);
        List<StorageDriver> decorated = getDelegates();
        for (int i = 0; i < decorated.size(); i++) {
            if (delegates.get(i) instanceof RepairableStorageDriver original) {
                this.repairable.put(decorated.get(i), original);
            }
            this.repairs.put(decorated.get(i).getName(), new AtomicLong());
        }
    }

    @Override
    public String getType() {
        return DRIVER_TYPE;
    }

    @Override
    public boolean storesWithAll() {
        return true;
    }

    @Override
    public Counter counter() {
        return new Counter("temporal.external.storage.repairs", "Lost or altered copies that were repaired",
                this.repairs);
    }

    /**
     * Stores all payloads with all delegates.
     * @return a future with one claim for each payload, in order; the first failure of a
     * delegate fails it and cancels the other delegates
     */
    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        List<StorageDriver> all = this.delegates.asList();
        return Transfers.one(() -> Transfers.all(all, context.getCancellationToken(),
                (delegate) -> delegate.store(context, payloads)), (claims, failure) -> {
                    Transfers.rethrow(failure);
                    for (int i = 0; i < all.size(); i++) {
                        Transfers.rethrow(Delegates.incomplete(all.get(i), payloads.size(), claims.get(i)));
                    }
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
                (delegate) -> delegate.retrieve(context, List.of(copies.get(delegate))),
                (delegate, payloads) -> Delegates.incomplete(delegate, 1, payloads), (delegate, failure) -> {
                    if (isDamage(delegate, failure)) {
                        damaged.add(delegate);
                    }
                    failedOver(delegate, failure);
                }), (answer, failure) -> {
                    Transfers.rethrow(failure);
                    this.denied.remove(answer.delegate());
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

    /**
     * Returns whether a copy is to be repaired. One that is too large to be retrieved is
     * not the payload that the other copy is. One that is denied may be missing: without
     * the permission to list, S3 and Cloud Storage do not tell the difference. If it is
     * there, the repair stores the same bytes again, and fails to read them; until the
     * delegate retrieves a payload again, it is not repaired for a denial.
     */
    private boolean isDamage(StorageDriver delegate, Throwable failure) {
        return failure instanceof ObjectNotFoundException || failure instanceof PayloadIntegrityException
                || failure instanceof ObjectTooLargeException
                || (failure instanceof StorageAccessDeniedException && !this.denied.contains(delegate));
    }

    private void failedOver(StorageDriver delegate, Throwable failure) {
        logger.atLevel(this.circuitBreaker.onFailure(delegate, failure) ? Level.WARN : Level.DEBUG)
            .log("Storage driver '{}' fails over to another delegate, because '{}' failed to retrieve a payload: {}",
                    this.name, delegate.getName(), Quoted.failure(failure));
    }

    /** Repairs a copy in the background, since the payload is already retrieved. */
    private void repair(StorageDriver delegate, StorageDriverClaim claim, Payload payload) {
        RepairableStorageDriver original = this.repairable.get(delegate);
        Map.Entry<StorageDriver, StorageDriverClaim> copy = Map.entry(delegate, claim);
        if (original != null && this.underRepair.add(copy)) {
            CompletableFuture.supplyAsync(() -> original.repair(claim, payload), BackgroundThreads.executor())
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
            logger.debug("Storage driver '{}' repaired a copy in '{}'", this.name, delegate.getName());
        }
        else {
            if (Transfers.unwrap(failure) instanceof StorageAccessDeniedException) {
                this.denied.add(delegate);
            }
            logger.atLevel(this.unrepaired.add(delegate) ? Level.WARN : Level.DEBUG)
                .log("Storage driver '{}' failed to repair a copy in '{}': {}", this.name, delegate.getName(),
                        Quoted.failure(Transfers.unwrap(failure)));
        }
    }

}
