package io.github.claimcheck.temporal.store.composite;

import io.github.claimcheck.temporal.testing.StorageContexts;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Calls of a storage driver that wait for their end. */
final class Calls {

    static final StorageDriverStoreContext CONTEXT = StorageContexts.store(StorageContexts.workflow("order-1"));

    private Calls() {
    }

    static StorageDriverClaim store(StorageDriver driver, Payload payload) {
        return end(driver.store(CONTEXT, List.of(payload))).get(0);
    }

    static Payload retrieve(StorageDriver driver, StorageDriverClaim claim) {
        return end(driver.retrieve(StorageContexts.retrieve(), List.of(claim))).get(0);
    }

    /** Returns the result, or throws what the driver failed with. */
    static <T> T end(CompletableFuture<T> call) {
        try {
            return call.get(60, TimeUnit.SECONDS);
        }
        catch (ExecutionException ex) {
            throw (ex.getCause() instanceof RuntimeException cause) ? cause : new CompletionException(ex.getCause());
        }
        catch (InterruptedException | TimeoutException ex) {
            throw new AssertionError("A call should have ended", ex);
        }
    }

    /** Returns the sum of what a driver has counted. */
    static long count(CountingStorageDriver driver) {
        return driver.counter().byDelegate().values().stream().mapToLong(AtomicLong::get).sum();
    }

}
