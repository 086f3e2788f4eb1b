package io.github.claimcheck.temporal.task;

import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A driver whose calls count for the workflow task that makes them. */
final class TaskStorageDriver extends DelegatingStorageDriver {

    private final WorkflowTasks tasks;

    TaskStorageDriver(StorageDriver driver, WorkflowTasks tasks) {
        super(driver);
        this.tasks = tasks;
    }

    @Override
    public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
            List<Payload> payloads) {
        WorkflowTask task = this.tasks.current();
        return (task == null) ? super.store(context, payloads)
                : count(task, task.stored(), () -> super.store(context, payloads), (claims) -> payloads);
    }

    @Override
    public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
            List<StorageDriverClaim> claims) {
        WorkflowTask task = this.tasks.current();
        return (task == null) ? super.retrieve(context, claims)
                : count(task, task.retrieved(), () -> super.retrieve(context, claims), TaskStorageDriver::withoutNulls);
    }

    /** Returns what the driver should have returned; the SDK reports the rest. */
    private static List<Payload> withoutNulls(@Nullable List<Payload> payloads) {
        return (payloads != null) ? payloads.stream().filter(Objects::nonNull).toList() : List.of();
    }

    private <T> CompletableFuture<T> count(WorkflowTask task, WorkflowTask.Direction direction,
            Supplier<CompletableFuture<T>> start, Function<T, List<Payload>> transferred) {
        direction.begin(getName(), this.tasks.now());
        CompletableFuture<T> transfer = Transfers
            .attempt(() -> Objects.requireNonNull(start.get(), "The storage driver returned no future"));
        CompletableFuture<T> result = new CompletableFuture<>();
        transfer.whenComplete((done, failure) -> {
            Throwable cause = (failure != null) ? Transfers.unwrap(failure) : null;
            direction.end((cause == null) ? transferred.apply(done) : List.of(), cause, this.tasks.now());
            this.tasks.continueWith(task, () -> complete(result, done, cause));
        });
        Transfers.cancelWith(result, transfer);
        return result;
    }

    private static <T> void complete(CompletableFuture<T> result, T done, @Nullable Throwable failure) {
        if (failure != null) {
            result.completeExceptionally(failure);
        }
        else {
            result.complete(done);
        }
    }

}
