package io.github.claimcheck.temporal.testing;

import io.temporal.common.CancellationToken;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.payload.storage.StorageDriverTargetInfo;
import io.temporal.payload.storage.StorageDriverWorkflowInfo;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the Temporal SDK hands to a driver along with payloads and claims. */
public final class StorageContexts {

    private StorageContexts() {
    }

    /** Returns a workflow as a target, with this id. */
    public static StorageDriverWorkflowInfo workflow(String id) {
        return new StorageDriverWorkflowInfo("default", id, "3f1d6c7a-8b2e-4f7a-9d0a-87a6f95e4d31", "ChargeWorkflow");
    }

    public static StorageDriverStoreContext store(StorageDriverTargetInfo target) {
        return store(target, CancellationToken.none());
    }

    public static StorageDriverStoreContext store(StorageDriverTargetInfo target,
            CancellationToken<CancellationException> token) {
        return new StorageDriverStoreContext() {

            @Override
            public StorageDriverTargetInfo getTarget() {
                return target;
            }

            @Override
            public CancellationToken<CancellationException> getCancellationToken() {
                return token;
            }

        };
    }

    public static StorageDriverRetrieveContext retrieve() {
        return retrieve(CancellationToken.none());
    }

    public static StorageDriverRetrieveContext retrieve(CancellationToken<CancellationException> token) {
        return new StorageDriverRetrieveContext() {

            @Override
            public CancellationToken<CancellationException> getCancellationToken() {
                return token;
            }

        };
    }

    /** A token that a test cancels. */
    public static final class Token implements CancellationToken<CancellationException> {

        private final List<Runnable> callbacks = new CopyOnWriteArrayList<>();

        private volatile boolean cancelled;

        public void cancel() {
            this.cancelled = true;
            this.callbacks.forEach(Runnable::run);
        }

        /** Returns the number of callbacks that nobody has closed. */
        public int registrations() {
            return this.callbacks.size();
        }

        @Override
        public boolean isCancellationRequested() {
            return this.cancelled;
        }

        @Override
        public void throwIfCancellationRequested() {
            if (this.cancelled) {
                throw new CancellationException();
            }
        }

        @Override
        public Registration onCancel(Runnable callback) {
            if (this.cancelled) {
                callback.run();
                return () -> {
                };
            }
            this.callbacks.add(callback);
            return () -> this.callbacks.remove(callback);
        }

    }

}
