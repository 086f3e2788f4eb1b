package io.temporal.payload.storage;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

public interface StorageDriverLimiter<I> {

    <T> CompletableFuture<T> permit(I item, Supplier<CompletableFuture<T>> operation);

}
