package io.github.claimcheck.temporal.converter;

import io.github.claimcheck.temporal.internal.ExternalStorageApi;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.context.ActivitySerializationContext;
import io.temporal.payload.context.HasWorkflowSerializationContext;
import io.temporal.payload.context.SerializationContext;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverActivityInfo;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import io.temporal.workflow.unsafe.WorkflowUnsafe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A payload codec that stores payloads when encoding and retrieves them when decoding. It
 * follows the rules of the SDK's own external storage, whose implementation is internal.
 * Not part of the public API.
 */
@InternalApi
public final class ExternalStorageCodec implements PayloadCodec {

    private static final ThreadLocal<@Nullable Suspension> SUSPENSION = new ThreadLocal<>();

    private final Supplier<ExternalStorage> externalStorage;

    private final @Nullable StorageDriverTargetInfo target;

    /**
     * Creates a codec.
     * @param externalStorage supplies the drivers, the selector and the threshold; called
     * for each conversion
     * @param target what stored payloads belong to; null if it is unknown
     */
    public ExternalStorageCodec(Supplier<ExternalStorage> externalStorage, @Nullable StorageDriverTargetInfo target) {
        this.externalStorage = externalStorage;
        this.target = target;
    }

    @Override
    public ExternalStorageCodec withContext(SerializationContext context) {
        return new ExternalStorageCodec(this.externalStorage, targetOf(context));
    }

    private static @Nullable StorageDriverTargetInfo targetOf(SerializationContext context) {
        if (!(context instanceof HasWorkflowSerializationContext workflow)) {
            return null;
        }
        if (!(context instanceof ActivitySerializationContext activity)) {
            return new StorageDriverWorkflowInfo(workflow.getNamespace(), workflow.getWorkflowId(), null, null);
        }
        // An activity's payloads belong to the workflow that called it, if any.
        return (activity.getWorkflowId() != null)
                ? new StorageDriverWorkflowInfo(activity.getNamespace(), activity.getWorkflowId(), null,
                        activity.getWorkflowType())
                : new StorageDriverActivityInfo(activity.getNamespace(), null, null, activity.getActivityType());
    }

    /**
     * Stores the payloads that a driver is selected for, and replaces them with
     * references. References are never stored again, even at threshold 0.
     */
    @Override
    public List<Payload> encode(List<Payload> payloads) {
        Suspension suspension = SUSPENSION.get();
        if (suspension != null) {
            suspension.reached = true;
            return payloads;
        }
        ExternalStorage storage = this.externalStorage.get();
        StorageDriverStoreContext context = ExternalStorageApi.storeContext(this.target);
        Map<StorageDriver, Batch<Payload>> batches = new LinkedHashMap<>();
        for (int i = 0; i < payloads.size(); i++) {
            StorageDriver driver = selectDriver(storage, payloads.get(i));
            if (driver != null) {
                batches.computeIfAbsent(driver, (selected) -> new Batch<>()).add(i, payloads.get(i));
            }
        }
        return transfer(payloads, batches, (driver, batch) -> driver.store(context, batch), (driver, payload,
                claim) -> new StorageReference(driver.getName(), claim).toPayload(payload.getSerializedSize()));
    }

    private @Nullable StorageDriver selectDriver(ExternalStorage storage, Payload payload) {
        if (payload.getSerializedSize() < storage.getPayloadSizeThreshold() || StorageReference.isReference(payload)) {
            return null;
        }
        StorageDriver driver = storage.getDriverSelector()
            .selectDriver(ExternalStorageApi.selectContext(this.target), payload);
        if (driver != null && !storage.getDrivers().contains(driver)) {
            throw new IllegalStateException("The StorageDriverSelector returned an unregistered driver, '"
                    + driver.getName() + "'. Registered drivers: " + names(storage));
        }
        return driver;
    }

    /**
     * Retrieves the payloads of all references, and replaces the references with them.
     */
    @Override
    public List<Payload> decode(List<Payload> payloads) {
        Map<StorageDriver, Batch<StorageDriverClaim>> batches = new LinkedHashMap<>();
        for (int i = 0; i < payloads.size(); i++) {
            if (StorageReference.isReference(payloads.get(i))) {
                StorageReference reference = StorageReference.from(payloads.get(i));
                batches.computeIfAbsent(driver(reference.driverName()), (driver) -> new Batch<>())
                    .add(i, reference.claim());
            }
        }
        return transfer(payloads, batches,
                (driver, batch) -> driver.retrieve(ExternalStorageApi.retrieveContext(), batch),
                (driver, claim, payload) -> payload);
    }

    private StorageDriver driver(String name) {
        ExternalStorage storage = this.externalStorage.get();
        return storage.getDrivers()
            .stream()
            .filter((driver) -> driver.getName().equals(name))
            .findFirst()
            .orElseThrow(
                    () -> new IllegalStateException("A reference in event history names an unknown storage driver, '"
                            + Quoted.of(name) + "'. Registered drivers: " + names(storage)
                            + ". The driver may have been renamed or removed; configure a driver of that name"));
    }

    private static List<String> names(ExternalStorage storage) {
        return storage.getDrivers().stream().map(StorageDriver::getName).toList();
    }

    private static <I, O> List<Payload> transfer(List<Payload> payloads, Map<StorageDriver, Batch<I>> batches,
            BiFunction<StorageDriver, List<I>, CompletableFuture<List<O>>> start, Replacement<I, O> replacement) {
        if (batches.isEmpty()) {
            return payloads;
        }
        if (WorkflowUnsafe.isWorkflowThread()) {
            return WorkflowUnsafe.deadlockDetectorOff(() -> transferNow(payloads, batches, start, replacement));
        }
        return transferNow(payloads, batches, start, replacement);
    }

    private static <I, O> List<Payload> transferNow(List<Payload> payloads, Map<StorageDriver, Batch<I>> batches,
            BiFunction<StorageDriver, List<I>, CompletableFuture<List<O>>> start, Replacement<I, O> replacement) {
        Map<StorageDriver, CompletableFuture<List<O>>> transfers = new LinkedHashMap<>();
        try {
            batches.forEach((driver, batch) -> transfers.put(driver, start.apply(driver, batch.items)));
            List<Payload> replaced = new ArrayList<>(payloads);
            batches.forEach((driver, batch) -> {
                List<O> results = await(Objects.requireNonNull(transfers.get(driver), "The transfer was not started"));
                if (results == null || results.size() != batch.items.size()
                        || results.stream().anyMatch(Objects::isNull)) {
                    throw new IllegalStateException("Storage driver '" + driver.getName() + "' must return "
                            + batch.items.size() + " results, one for each payload, but returned "
                            + ((results != null) ? results.size() + ", or a null among them" : "null"));
                }
                for (int i = 0; i < results.size(); i++) {
                    replaced.set(batch.positions.get(i), replacement.of(driver, batch.items.get(i), results.get(i)));
                }
            });
            return replaced;
        }
        finally {
            // After a failure, cancels the others. Has no effect on those that are done.
            transfers.values().forEach((transfer) -> transfer.cancel(true));
        }
    }

    private static <T> T await(CompletableFuture<T> transfer) {
        try {
            return transfer.get();
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            CancellationException cancelled = new CancellationException("Interrupted while transferring payloads");
            cancelled.initCause(ex);
            throw cancelled;
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new CompletionException(ex.getCause());
        }
    }

    /**
     * Runs a conversion without storing, however deep a storing converter is nested in
     * the one called. To be used by callers that store the result, so that codecs between
     * the two converters run before storing.
     */
    static <T> T suspended(Supplier<T> conversion) {
        return suspended(conversion, new Suspension());
    }

    private static <T> T suspended(Supplier<T> conversion, Suspension suspension) {
        Suspension outer = SUSPENSION.get();
        SUSPENSION.set(suspension);
        try {
            return conversion.get();
        }
        finally {
            if (outer != null) {
                SUSPENSION.set(outer);
            }
            else {
                SUSPENSION.remove();
            }
        }
    }

    /**
     * Returns whether a conversion stores, or may store because it fails.
     */
    static boolean mayStore(Supplier<?> conversion) {
        Suspension suspension = new Suspension();
        try {
            suspended(conversion, suspension);
            return suspension.reached;
        }
        catch (RuntimeException ex) {
            return true;
        }
    }

    /** Suspends storing for one conversion on one thread. */
    private static final class Suspension {

        private boolean reached;

    }

    /** The items for one driver, with their positions. */
    private static final class Batch<T> {

        private final List<Integer> positions = new ArrayList<>();

        private final List<T> items = new ArrayList<>();

        void add(int position, T item) {
            this.positions.add(position);
            this.items.add(item);
        }

    }

    @FunctionalInterface
    private interface Replacement<I, O> {

        Payload of(StorageDriver driver, I sent, O received);

    }

}
