package io.github.claimcheck.temporal.benchmark;

import io.github.claimcheck.temporal.internal.DecoratedStorage;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.internal.ServiceStubsInterceptorPlugin;
import io.github.claimcheck.temporal.internal.Transfers;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverClaim;
import io.temporal.payload.storage.StorageDriverRetrieveContext;
import io.temporal.payload.storage.StorageDriverStoreContext;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Records, in order and payload by payload, which payloads an application's drivers store
 * and are asked for, who asks, and why a payload is not in memory.
 */
final class DriverTrace {

    private final MessageTrace messages = new MessageTrace();

    private final List<Operation> operations = new ArrayList<>();

    private final Map<StorageDriverClaim, Known> payloads = new HashMap<>();

    /** The bytes that were stored or downloaded so far, and so entered the cache. */
    private long entered;

    /** Traces an application that is not yet started. */
    void register(GenericApplicationContext context) {
        context.registerBean("messageTrace", WorkflowServiceStubsPlugin.class,
                () -> new ServiceStubsInterceptorPlugin("benchmark", this.messages));
        context.registerBean("driverTrace", BeanPostProcessor.class, () -> new BeanPostProcessor() {

            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return (bean instanceof ExternalStorage storage)
                        ? DecoratedStorage.decorate(storage, TracedStorageDriver::new) : bean;
            }

        });
    }

    /** A restarted process has nothing in memory. */
    synchronized void restart() {
        this.payloads.values().forEach((known) -> known.had = false);
    }

    MessageTrace messages() {
        return this.messages;
    }

    /** Returns the operations since the last call. */
    synchronized List<Operation> take() {
        List<Operation> taken = List.copyOf(this.operations);
        this.operations.clear();
        return taken;
    }

    private synchronized void stored(StorageDriverClaim claim, int size) {
        Known known = known(claim);
        known.size = size;
        enter(known);
        this.operations.add(new Operation(known, null));
    }

    private synchronized Operation asked(StorageDriverClaim claim) {
        Known known = known(claim);
        Operation operation = new Operation(known, this.messages.next(claim));
        operation.before = !known.had ? Before.NEVER_HAD : (known.inFlight > 0) ? Before.IN_FLIGHT : Before.HAD;
        operation.bytesAgo = this.entered - known.enteredAt;
        operation.millisAgo = (System.nanoTime() - known.lastNanos) / 1_000_000;
        if (known.inFlight > 0) {
            operation.before = Before.IN_FLIGHT;
        }
        known.inFlight++;
        this.operations.add(operation);
        return operation;
    }

    private synchronized void retrieved(Operation operation, boolean atOnce, int size) {
        Known known = operation.known;
        known.inFlight--;
        operation.ended = true;
        operation.failed = size < 0;
        if (atOnce) {
            operation.before = Before.MEMORY;
            known.lastNanos = System.nanoTime();
        }
        else if (size >= 0) {
            known.size = size;
            if (operation.before != Before.IN_FLIGHT) {
                enter(known);
            }
        }
    }

    private void enter(Known known) {
        known.had = true;
        this.entered += known.size;
        known.enteredAt = this.entered;
        known.lastNanos = System.nanoTime();
    }

    private Known known(StorageDriverClaim claim) {
        return this.payloads.computeIfAbsent(claim, (unknown) -> new Known(this.payloads.size()));
    }

    /** Where an asked payload was. */
    enum Before {

        MEMORY, IN_FLIGHT, NEVER_HAD, HAD

    }

    /** What is known of a payload. */
    private static final class Known {

        private final int number;

        private int size;

        private boolean had;

        private int inFlight;

        private long enteredAt;

        private long lastNanos;

        Known(int number) {
            this.number = number;
        }

    }

    /** A payload that was stored or asked for. */
    static final class Operation {

        private final Known known;

        private final MessageTrace.Asker asker;

        private Before before;

        private long bytesAgo;

        private long millisAgo;

        private boolean ended;

        private boolean failed;

        Operation(Known known, MessageTrace.Asker asker) {
            this.known = known;
            this.asker = asker;
        }

        boolean isStore() {
            return this.asker == null;
        }

        int payload() {
            return this.known.number;
        }

        int size() {
            return this.known.size;
        }

        MessageTrace.Asker asker() {
            return this.asker;
        }

        Before before() {
            return this.before;
        }

        long bytesAgo() {
            return this.bytesAgo;
        }

        long millisAgo() {
            return this.millisAgo;
        }

        boolean failed() {
            return this.failed || !this.ended;
        }

        /** Returns whether the payload came from the store, by this operation. */
        boolean isDownload() {
            return !isStore() && (this.before == Before.NEVER_HAD || this.before == Before.HAD);
        }

    }

    private final class TracedStorageDriver extends DelegatingStorageDriver {

        TracedStorageDriver(StorageDriver driver) {
            super(driver);
        }

        @Override
        public CompletableFuture<List<StorageDriverClaim>> store(StorageDriverStoreContext context,
                List<Payload> payloads) {
            return Transfers.all(payloads, context.getCancellationToken(),
                    (payload) -> Transfers.one(() -> super.store(context, List.of(payload)), (claims, failure) -> {
                        Transfers.rethrow(failure);
                        stored(claims.get(0), payload.getSerializedSize());
                        return claims.get(0);
                    }));
        }

        @Override
        public CompletableFuture<List<Payload>> retrieve(StorageDriverRetrieveContext context,
                List<StorageDriverClaim> claims) {
            return Transfers.all(claims, context.getCancellationToken(), (claim) -> {
                Operation operation = asked(claim);
                CompletableFuture<List<Payload>> retrieval = super.retrieve(context, List.of(claim));
                boolean atOnce = retrieval.isDone();
                return Transfers.one(() -> retrieval, (payloads, failure) -> {
                    retrieved(operation, atOnce, (failure != null) ? -1 : payloads.get(0).getSerializedSize());
                    Transfers.rethrow(failure);
                    return payloads.get(0);
                });
            });
        }

    }

}
