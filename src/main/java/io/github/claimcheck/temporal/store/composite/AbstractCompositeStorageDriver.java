package io.github.claimcheck.temporal.store.composite;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.claimcheck.temporal.driver.CompositeStorageDriver;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What composite drivers have in common: their delegates, and which of them failed. */
abstract class AbstractCompositeStorageDriver implements CompositeStorageDriver, CountingStorageDriver {

    final String name;

    final Delegates delegates;

    final Duration timeout;

    final CircuitBreaker circuitBreaker;

    /**
     * Creates a driver.
     * @param name the name in references
     * @param delegates the delegates in calling order; not closed by this driver
     * @param timeout the timeout of each delegate except the last, from when it returns
     * its future
     * @param retryAfter how long a failed delegate comes after the others; zero keeps the
     * order
     * @param clock provides the time
     */
    AbstractCompositeStorageDriver(String name, List<StorageDriver> delegates, Duration timeout, Duration retryAfter,
            Ticker clock) {
        this.name = name;
        this.delegates = new Delegates(name, delegates);
        this.timeout = timeout;
        this.circuitBreaker = new CircuitBreaker(retryAfter, timeout, clock);
    }

    @Override
    public final String getName() {
        return this.name;
    }

    @Override
    public final List<StorageDriver> getDelegates() {
        return this.delegates.asList();
    }

    @Override
    public final boolean isPassedOver(StorageDriver delegate) {
        return this.circuitBreaker.isOpen(delegate);
    }

    @Override
    public final @Nullable Throwable getFailure(StorageDriver delegate) {
        return this.circuitBreaker.getFailure(delegate);
    }

    @Override
    public final Map<StorageDriver, StorageDriverClaim> getCopies(StorageDriverClaim claim) {
        return this.delegates.claims(claim);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[name=" + this.name + ", delegates=" + this.delegates.asList() + "]";
    }

}
