package io.github.claimcheck.temporal.codecserver;

import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.internal.ExternalStorageApi;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * Retrieves payloads one by one, and counts each as it arrives. References may lie about
 * sizes, and one object may be referred to many times: what was not counted until all are
 * there could fill the memory. The first that is too many cancels the others.
 * Thread-safe.
 */
final class BoundedStorageDriver extends DelegatingStorageDriver {

    private final UnaryOperator<Payload> counter;

    private BoundedStorageDriver(StorageDriver driver, UnaryOperator<Payload> counter) {
        super(driver);
        this.counter = counter;
    }

    /**
     * Returns an external storage that counts what it retrieves.
     * @param storage any external storage
     * @param counter called with each payload; throws if it is too many
     */
    static ExternalStorage storage(ExternalStorage storage, UnaryOperator<Payload> counter) {
        return ExternalStorageApi.like(storage)
            .setDrivers(storage.getDrivers()
                .stream()
                .<StorageDriver>map((driver) -> new BoundedStorageDriver(driver, counter))
                .toList())
            .setDriverSelector((context, payload) -> null)
            .build();
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        return Transfers.all(claims, context.getCancellationToken(), (claim) -> retrieve(context, claim));
    }

    private CompletableFuture<Payload> retrieve(StorageDriverRetrieveContext context, StorageDriverClaim claim) {
        return Transfers.<List<Payload>, Payload>one(() -> getDelegate().retrieve(context, List.of(claim)),
                (payloads, failure) -> {
                    Transfers.rethrow(failure);
                    if (payloads == null || payloads.size() != 1 || payloads.get(0) == null) {
                        throw new IllegalStateException("Storage driver '" + getName()
                                + "' must return one payload for one claim, but did not");
                    }
                    return this.counter.apply(payloads.get(0));
                });
    }

}
