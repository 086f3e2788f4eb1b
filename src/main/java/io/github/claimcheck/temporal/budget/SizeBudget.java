package io.github.claimcheck.temporal.budget;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.github.claimcheck.temporal.budget.KeptSizes.Slot;
import io.github.claimcheck.temporal.budget.TaskTargets.Task;
import io.github.claimcheck.temporal.budget.WeighedMessage.Destination;
import io.github.claimcheck.temporal.budget.WeighedMessage.Leaf;
import io.github.claimcheck.temporal.internal.Transfers;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.temporal.api.command.v1.ModifyWorkflowPropertiesCommandAttributes;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.workflowservice.v1.RecordActivityTaskHeartbeatRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCanceledRequest;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.common.CancellationToken;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores payloads of a message, the largest first, until each list and the message itself
 * fit the budget.
 * <p>
 * The message is the one that would be sent: codecs and the SDK's own external storage
 * have processed it. References are never stored again. Payloads that the selector keeps
 * inline remain inline, whatever the size of the message.
 * <p>
 * Thread-safe.
 */
final class SizeBudget {

    private static final Logger logger = LoggerFactory.getLogger(SizeBudget.class);

    private final long maxListSize;

    private final long maxMessageSize;

    private final Supplier<ExternalStorage> externalStorage;

    private final TaskTargets targets;

    private final KeptSizes kept;

    /** The types of messages that have been logged. */
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    SizeBudget(long maxListSize, long maxMessageSize, Supplier<ExternalStorage> externalStorage, TaskTargets targets,
            KeptSizes kept) {
        this.maxListSize = maxListSize;
        this.maxMessageSize = maxMessageSize;
        this.externalStorage = externalStorage;
        this.targets = targets;
        this.kept = kept;
    }

    /**
     * Returns whether a message may exceed the budget. No list is larger than its
     * message, so most messages need no further look.
     */
    boolean mayExceed(Message message) {
        int size = message.getSerializedSize();
        if (size > Math.min(this.maxListSize, this.maxMessageSize)) {
            return true;
        }
        Task task = keepingTask(message);
        return task != null && size > this.maxListSize - this.kept.total(task.runId());
    }

    /** Returns the task of a message whose payloads the server may keep. */
    private @Nullable Task keepingTask(Message message) {
        if (message instanceof RespondWorkflowTaskCompletedRequest completed) {
            return this.targets.task(completed.getTaskToken());
        }
        return (message instanceof RecordActivityTaskHeartbeatRequest heartbeat)
                ? this.targets.task(heartbeat.getTaskToken()) : null;
    }

    /** Returns the size of what the server keeps besides the payloads in a message. */
    private long keptBesides(@Nullable Task task, Message message) {
        if (task == null) {
            return 0;
        }
        if (message instanceof ModifyWorkflowPropertiesCommandAttributes change) {
            return this.kept.total(task.runId()) - change.getUpsertedMemo()
                .getFieldsMap()
                .keySet()
                .stream()
                .mapToLong((key) -> this.kept.size(Slot.memo(task.runId(), key)))
                .sum();
        }
        return (message instanceof RecordActivityTaskHeartbeatRequest)
                ? this.kept.total(task.runId()) - this.kept.size(task.heartbeat()) : 0;
    }

    /**
     * Records what the server keeps of a message.
     * @param message a message that fits
     */
    void sending(Message message) {
        if (message instanceof RecordActivityTaskHeartbeatRequest heartbeat) {
            Task task = this.targets.task(heartbeat.getTaskToken());
            if (task != null) {
                this.kept.put(task.heartbeat(), heartbeat.getDetails().getSerializedSize());
            }
        }
        else if (message instanceof RespondActivityTaskCompletedRequest completed) {
            forgetHeartbeat(completed.getTaskToken());
        }
        else if (message instanceof RespondActivityTaskCanceledRequest canceled) {
            forgetHeartbeat(canceled.getTaskToken());
        }
    }

    private void forgetHeartbeat(ByteString taskToken) {
        Task task = this.targets.task(taskToken);
        if (task != null) {
            this.kept.remove(task.heartbeat());
        }
    }

    /**
     * Stores payloads of a message until it fits.
     * @param namespace the namespace of the message
     * @param message a request to the server
     * @return the message with references; the same object if nothing was stored
     */
    CompletableFuture<Message> fit(String namespace, Message message) {
        CompletableFuture<Message> fitted = new CompletableFuture<>();
        fit(namespace, message, fitted);
        return fitted;
    }

    /**
     * Weighs and stores in rounds, because the size of a reference is unknown until it
     * exists. Each round leaves fewer payloads, so the rounds end.
     */
    private void fit(String namespace, Message message, CompletableFuture<Message> fitted) {
        CompletableFuture<Map<Integer, Payload>> references = Transfers.attempt(() -> {
            Task task = keepingTask(message);
            WeighedMessage weighed = new WeighedMessage(message, this.maxListSize, this.maxMessageSize,
                    (part) -> keptBesides(task, part), (outer, inner) -> this.targets.target(namespace, outer, inner));
            Map<Destination, List<Leaf>> chosen = weighed.choose(this::selectDriver);
            if (chosen.isEmpty()) {
                weighed.excess().ifPresent((excess) -> warn(message, excess));
            }
            return store(message, chosen);
        });
        Transfers.cancelWith(fitted, references);
        references.whenComplete((replacements, failure) -> {
            if (failure != null) {
                fitted.completeExceptionally(Transfers.unwrap(failure));
            }
            else if (replacements.isEmpty()) {
                fitted.complete(message);
            }
            else if (!fitted.isDone()) {
                fit(namespace, WeighedMessage.replace(message, replacements), fitted);
            }
        });
    }

    private @Nullable StorageDriver selectDriver(Leaf leaf) {
        ExternalStorage storage = this.externalStorage.get();
        StorageDriver driver = storage.getDriverSelector().selectDriver(leaf::target, leaf.payload());
        if (driver != null && !storage.getDrivers().contains(driver)) {
            throw new IllegalStateException("The storage driver selector returned storage driver '" + driver.getName()
                    + "', which is not registered. Registered drivers: "
                    + storage.getDrivers().stream().map(StorageDriver::getName).toList());
        }
        return driver;
    }

    private static CompletableFuture<Map<Integer, Payload>> store(Message message,
            Map<Destination, List<Leaf>> chosen) {
        if (!chosen.isEmpty() && logger.isDebugEnabled()) {
            logger.debug("Storing {} payloads of a {} of {} bytes, which exceeds the size budget",
                    chosen.values().stream().mapToInt(List::size).sum(), name(message), message.getSerializedSize());
        }
        return Transfers.one(() -> Transfers.all(List.copyOf(chosen.entrySet()), CancellationToken.none(),
                (batch) -> store(batch.getKey(), batch.getValue())), (references, failure) -> {
                    Transfers.rethrow(failure);
                    Map<Integer, Payload> byPosition = new HashMap<>();
                    references.forEach(byPosition::putAll);
                    return byPosition;
                });
    }

    private static CompletableFuture<Map<Integer, Payload>> store(Destination destination, List<Leaf> leaves) {
        StorageDriver driver = destination.driver();
        return Transfers.one(() -> driver.store(destination::target, leaves.stream().map(Leaf::payload).toList()),
                (claims, failure) -> {
                    Transfers.rethrow(failure);
                    return references(driver, leaves, claims);
                });
    }

    private static Map<Integer, Payload> references(StorageDriver driver, List<Leaf> leaves,
            @Nullable List<StorageDriverClaim> claims) {
        if (claims == null || claims.size() != leaves.size() || claims.stream().anyMatch(Objects::isNull)) {
            throw new IllegalStateException("Storage driver '" + driver.getName() + "' must return one claim for each "
                    + "of " + leaves.size() + " payloads");
        }
        Map<Integer, Payload> references = new HashMap<>();
        for (int i = 0; i < claims.size(); i++) {
            Leaf leaf = leaves.get(i);
            references.put(leaf.position(), new StorageReference(driver.getName(), claims.get(i))
                .toPayload(leaf.payload().getSerializedSize()));
        }
        return references;
    }

    private void warn(Message message, WeighedMessage.Excess excess) {
        if (this.warned.add(name(message))) {
            logger.warn("A {} of {} bytes, with what the server keeps beside it, exceeds "
                    + "temporal.external-storage.max-inline-{}-size, {} bytes, and the rest of its payloads must remain "
                    + "inline: the selector or a route keeps them in event history, or they are too small to store. "
                    + "The Temporal server may reject the request, a {}. This is logged once for each kind of request.",
                    excess.what(), excess.size(), excess.list() ? "list" : "message", excess.limit(), name(message));
        }
    }

    private static String name(Message message) {
        return message.getDescriptorForType().getName();
    }

}
