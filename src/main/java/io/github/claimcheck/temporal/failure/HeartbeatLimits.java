package io.github.claimcheck.temporal.failure;

import io.github.claimcheck.temporal.driver.PayloadTooLargeException;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.RunIds;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.interceptors.ActivityExecutionContextBase;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import io.temporal.payload.context.ActivitySerializationContext;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Fails activities without a retry whose heartbeat details are larger than their driver
 * accepts. The SDK only logs that it could not store heartbeat details. The activity
 * would run on until its heartbeat times out, and its next attempt would do the same.
 * <p>
 * The SDK stores details either in {@code heartbeat()} or later on another thread, and
 * says nowhere which activity they are from. So a driver that refuses a payload makes all
 * activities of the payload's run check their details, each in the {@code heartbeat()}
 * that is running or in its next one. An activity fails only if its own details go to
 * that driver and are at least as large as the refused payload. Details are thus
 * converted a second time only after a refusal. An activity that catches the failure can
 * continue with smaller details.
 * <p>
 * Thread-safe.
 */
@InternalApi
public final class HeartbeatLimits {

    /** The running activities, by the id of the run that their payloads belong to. */
    private final Map<String, Set<LimitedContext>> activities = new ConcurrentHashMap<>();

    /**
     * Watches a driver for payloads that it refuses.
     * @param driver a driver of any kind
     * @return the watched driver, with the same name and type
     */
    public StorageDriver watch(StorageDriver driver) {
        return new WatchedStorageDriver(driver);
    }

    /**
     * Creates an interceptor that fails activities.
     * @return the interceptor of a worker factory
     */
    public WorkerInterceptor newInterceptor() {
        return new WorkerInterceptorBase() {

            @Override
            public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
                return new LimitingInterceptor(next);
            }

        };
    }

    private void refused(StorageDriver driver, @Nullable StorageDriverTargetInfo target, List<Payload> payloads,
            String message) {
        String runId = RunIds.of(target);
        int size = payloads.stream().mapToInt(Payload::getSerializedSize).max().orElse(Integer.MAX_VALUE);
        if (runId != null) {
            Refusal refusal = new Refusal(driver.getName(), target, size, message);
            this.activities.getOrDefault(runId, Set.of()).forEach((context) -> context.refusal = refusal);
        }
    }

    private void add(String runId, LimitedContext context) {
        this.activities.compute(runId, (run, contexts) -> {
            Set<LimitedContext> added = (contexts != null) ? contexts : ConcurrentHashMap.newKeySet();
            added.add(context);
            return added;
        });
    }

    private void remove(String runId, LimitedContext context) {
        this.activities.computeIfPresent(runId, (run, contexts) -> {
            contexts.remove(context);
            return contexts.isEmpty() ? null : contexts;
        });
    }

    /**
     * A payload that a driver refused.
     *
     * @param driver the name of the driver
     * @param target the target of the payload
     * @param size the size of the payload, or of the largest of several
     * @param message the message of the failure
     */
    private record Refusal(String driver, @Nullable StorageDriverTargetInfo target, int size, String message) {

    }

    /** Gives an activity a limited context for as long as it runs. */
    private final class LimitingInterceptor extends ActivityInboundCallsInterceptorBase {

        private @Nullable LimitedContext limited;

        LimitingInterceptor(ActivityInboundCallsInterceptor next) {
            super(next);
        }

        @Override
        public void init(ActivityExecutionContext context) {
            // The SDK ignores the heartbeats of local activities.
            if (context.getInfo().isLocal() || RunIds.of(context.getInfo()) == null) {
                super.init(context);
                return;
            }
            this.limited = new LimitedContext(context);
            super.init(this.limited);
        }

        @Override
        public ActivityOutput execute(ActivityInput input) {
            LimitedContext context = this.limited;
            String runId = (context != null) ? RunIds.of(context.getInfo()) : null;
            if (context == null || runId == null) {
                return super.execute(input);
            }
            add(runId, context);
            try {
                return super.execute(input);
            }
            finally {
                remove(runId, context);
            }
        }

    }

    /** A context whose heartbeats fail if their details were refused. */
    private static final class LimitedContext extends ActivityExecutionContextBase {

        private volatile @Nullable Refusal refusal;

        LimitedContext(ActivityExecutionContext context) {
            super(context);
        }

        @Override
        public <V> void heartbeat(V details) {
            super.heartbeat(details);
            Refusal last = this.refusal;
            if (last == null) {
                return;
            }
            this.refusal = null;
            if (isRefused(details, last)) {
                throw ApplicationFailure.newNonRetryableFailure(
                        StorageFailures.SDK_MESSAGE + " failed: " + last.message(), StorageFailures.SDK_TYPE);
            }
        }

        private boolean isRefused(@Nullable Object details, Refusal last) {
            WorkflowClientOptions options = getWorkflowClient().getOptions();
            ExternalStorage storage = options.getExternalStorage();
            return storage != null && options.getDataConverter()
                .withContext(new ActivitySerializationContext(getInfo()))
                .toPayloads(details)
                .map(Payloads::getPayloadsList)
                .orElse(List.of())
                .stream()
                .anyMatch((payload) -> payload.getSerializedSize() >= last.size() && isFor(payload, storage, last));
        }

        private static boolean isFor(Payload payload, ExternalStorage storage, Refusal last) {
            StorageDriver selected = storage.getDriverSelector().selectDriver(last::target, payload);
            return selected != null && selected.getName().equals(last.driver());
        }

    }

    /** A driver that reports the payloads that it refuses. */
    private final class WatchedStorageDriver extends DelegatingStorageDriver {

        WatchedStorageDriver(StorageDriver driver) {
            super(driver);
        }

        @Override
        public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
                List<Payload> payloads) {
            return Transfers.one(() -> super.store(context, payloads), (claims, failure) -> {
                if (failure != null && failure.getMessage() != null
                        && PayloadTooLargeException.isMessage(failure.getMessage())) {
                    refused(getDelegate(), context.getTarget(), payloads, failure.getMessage());
                }
                Transfers.rethrow(failure);
                return claims;
            });
        }

    }

}
