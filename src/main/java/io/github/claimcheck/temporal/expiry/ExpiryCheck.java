package io.github.claimcheck.temporal.expiry;

import io.github.claimcheck.temporal.driver.Expiry;
import io.github.claimcheck.temporal.internal.BackgroundThreads;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.internal.Transfers;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.payload.storage.StorageDriver;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds what stores delete by themselves against what the histories of each namespace
 * need: now, and then at an interval. On a thread of its own, on which nobody waits.
 * <p>
 * Thread-safe.
 */
@InternalApi
public final class ExpiryCheck {

    private static final Logger logger = LoggerFactory.getLogger(ExpiryCheck.class);

    /** When to ask again who has not answered. */
    private static final Duration RETRY = Duration.ofMinutes(5);

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Supplier<? extends Collection<NamespaceStorage>> storages;

    private final Predicate<StorageDriver> selectable;

    private final @Nullable Duration longestRun;

    private final Duration interval;

    private final Clock clock;

    private final ExpiryVerdicts verdicts = new ExpiryVerdicts();

    private final ExpiryLog log = new ExpiryLog(logger);

    private final StoredAmounts amounts = new StoredAmounts();

    private @Nullable ScheduledThreadPoolExecutor thread;

    /**
     * Creates a check, which does not run yet.
     * @param storages returns where the payloads of each namespace are stored
     * @param selectable whether a driver, as it was declared or configured, is used other
     * than as a delegate
     * @param longestRun the longest chain of runs; null if it is not known
     * @param interval the time from one check to the next
     */
    public ExpiryCheck(Supplier<? extends Collection<NamespaceStorage>> storages, Predicate<StorageDriver> selectable,
            @Nullable Duration longestRun, Duration interval) {
        this(storages, selectable, longestRun, interval, Clock.systemUTC());
    }

    ExpiryCheck(Supplier<? extends Collection<NamespaceStorage>> storages, Predicate<StorageDriver> selectable,
            @Nullable Duration longestRun, Duration interval, Clock clock) {
        this.storages = storages;
        this.selectable = selectable;
        this.longestRun = longestRun;
        this.interval = interval;
        this.clock = clock;
    }

    /** Begins to check, unless it has begun. */
    public synchronized void start() {
        if (this.thread == null) {
            ScheduledThreadPoolExecutor started = new ScheduledThreadPoolExecutor(1,
                    BackgroundThreads.daemons("external-storage-expiry"));
            this.thread = started;
            started.execute(() -> checkAndSchedule(started));
        }
    }

    /** Ends a check that runs, and makes no other. */
    public synchronized void stop() {
        if (this.thread != null) {
            this.thread.shutdownNow();
            this.thread = null;
        }
    }

    /**
     * Returns what was found about a driver.
     * @param driver the driver's name
     * @return the details of the driver's health; empty if nothing was found yet
     */
    public Map<String, Object> getDetails(String driver) {
        Map<String, String> summaries = new TreeMap<>();
        this.verdicts.of(driver).forEach((verdict) -> summaries.put(verdict.namespace(), verdict.summary()));
        return summaries.isEmpty() ? Map.of() : Map.of("expiry", summaries);
    }

    ExpiryVerdicts getVerdicts() {
        return this.verdicts;
    }

    private void checkAndSchedule(ScheduledThreadPoolExecutor started) {
        boolean complete = false;
        try {
            complete = check();
        }
        catch (InterruptedException ex) {
            return;
        }
        catch (RuntimeException ex) {
            if (!started.isShutdown()) {
                this.log.failed("all", ex.getClass().getName(),
                        "The expiry of payloads could not be checked: " + Quoted.failure(ex) + ". It is tried again");
            }
        }
        synchronized (this) {
            if (this.thread == started) {
                Duration delay = (complete || this.interval.compareTo(RETRY) < 0) ? this.interval : RETRY;
                started.schedule(() -> checkAndSchedule(started), delay.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /**
     * Checks all drivers and namespaces.
     * @return whether everybody has answered
     * @throws InterruptedException if the check is to end
     */
    boolean check() throws InterruptedException {
        Collection<NamespaceStorage> found = this.storages.get();
        if (found.isEmpty()) {
            logger.debug("No Temporal client stores payloads, so their expiry is not checked");
            return false;
        }
        this.log.begin();
        boolean complete = true;
        Map<StorageDriver, @Nullable String> accumulated = new HashMap<>();
        for (NamespaceStorage storage : found) {
            Retention.Answer retention = retention(storage);
            complete &= retention != null;
            if (retention == null || retention.period() == null) {
                continue;
            }
            for (StorageDriver driver : DriverExpiry.counting(storage.drivers(), this.selectable)) {
                Expiry expiry = expiry(driver, storage.namespace());
                complete &= expiry != null;
                if (expiry != null) {
                    Verdict verdict = new Verdict(driver.getName(), storage.namespace(), expiry, retention.period(),
                            this.longestRun);
                    this.verdicts.put(verdict);
                    this.log.report(verdict, accumulated.computeIfAbsent(driver,
                            (counted) -> this.amounts.since(counted, this.clock.instant(), this.interval)));
                }
            }
        }
        return complete;
    }

    private Retention.@Nullable Answer retention(NamespaceStorage storage) throws InterruptedException {
        String subject = "namespace " + storage.namespace();
        try {
            Retention.Answer answer = Retention.read(storage);
            this.log.succeeded(subject);
            return answer;
        }
        catch (RuntimeException ex) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Status.Code code = Status.fromThrowable(ex).getCode();
            this.log.failed(subject, code.name(), "The expiry of payloads is not checked for namespace '"
                    + storage.namespace() + "' yet, because its retention period could not be read: "
                    + ((ex instanceof StatusRuntimeException) ? Quoted.answer(ex.getMessage()) : Quoted.failure(ex))
                    + ((code == Status.Code.PERMISSION_DENIED)
                            ? ". Allow the application's identity to call DescribeNamespace" : ". It is tried again"));
            return null;
        }
    }

    private @Nullable Expiry expiry(StorageDriver driver, String namespace) throws InterruptedException {
        String subject = "driver " + driver.getName();
        CompletableFuture<Expiry> read = Transfers.attempt(() -> DriverExpiry.read(driver, namespace));
        Throwable failure;
        try {
            Expiry expiry = read.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            this.log.succeeded(subject);
            return expiry;
        }
        catch (TimeoutException ex) {
            read.cancel(true);
            failure = ex;
        }
        catch (ExecutionException ex) {
            failure = Transfers.unwrap((ex.getCause() != null) ? ex.getCause() : ex);
        }
        this.log.failed(subject, failure.getClass().getName(),
                "The expiry of storage driver '" + driver.getName() + "' is not checked yet, because its store did not "
                        + "tell its rules: " + Quoted.failure(failure) + ". It is tried again");
        return null;
    }

}
