package io.github.claimcheck.temporal.task;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.temporal.api.worker.v1.StorageDriverInfo;
import io.temporal.api.worker.v1.WorkerHeartbeat;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowClientPlugin;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Adds the types of the storage drivers to the heartbeats of workers, so that the server
 * shows them. Heartbeats that have drivers already remain unchanged. A heartbeat names a
 * namespace, but no client, so it has the drivers of all clients of the namespace.
 * <p>
 * Thread-safe.
 */
@InternalApi
public final class DriverHeartbeatPlugin implements WorkflowServiceStubsPlugin, WorkflowClientPlugin {

    private final Supplier<ExternalStorage> externalStorage;

    /** The drivers' types in the order of the drivers, by namespace. */
    private final Map<String, Set<String>> types = new ConcurrentHashMap<>();

    /**
     * Creates a plugin.
     * @param externalStorage the storage of clients that have none of their own
     */
    public DriverHeartbeatPlugin(Supplier<ExternalStorage> externalStorage) {
        this.externalStorage = externalStorage;
    }

    @Override
    public String getName() {
        return "io.github.claimcheck.temporal.driver-heartbeats";
    }

    @Override
    public void configureServiceStubs(WorkflowServiceStubsOptions.Builder builder) {
        builder.addGrpcClientInterceptor(new HeartbeatInterceptor());
    }

    @Override
    public WorkflowServiceStubs connectServiceClient(WorkflowServiceStubsOptions options,
            Supplier<WorkflowServiceStubs> next) {
        return next.get();
    }

    /** Notes the drivers of the client. */
    @Override
    public void configureWorkflowClient(WorkflowClientOptions.Builder builder) {
        WorkflowClientOptions options = builder.build();
        String namespace = (options.getNamespace() != null) ? options.getNamespace()
                : WorkflowClientOptions.getDefaultInstance().getNamespace();
        ExternalStorage storage = (options.getExternalStorage() != null) ? options.getExternalStorage()
                : this.externalStorage.get();
        this.types.merge(namespace, distinct(storage.getDrivers().stream().map(StorageDriver::getType)),
                (known, added) -> distinct(Stream.of(known, added).flatMap(Collection::stream)));
    }

    private static Set<String> distinct(Stream<String> types) {
        Set<String> distinct = new LinkedHashSet<>();
        types.forEach(distinct::add);
        return distinct;
    }

    /** Returns the request with drivers in each of its heartbeats. */
    Object withDrivers(Object request) {
        FieldDescriptor heartbeats = (request instanceof Message message)
                ? message.getDescriptorForType().findFieldByName("worker_heartbeat") : null;
        if (heartbeats == null || heartbeats.getJavaType() != FieldDescriptor.JavaType.MESSAGE
                || !heartbeats.getMessageType().equals(WorkerHeartbeat.getDescriptor())) {
            return request;
        }
        Message message = (Message) request;
        FieldDescriptor namespace = message.getDescriptorForType().findFieldByName("namespace");
        Set<String> drivers = (namespace != null) ? this.types.getOrDefault(message.getField(namespace), Set.of())
                : Set.of();
        Message.Builder builder = message.toBuilder();
        if (heartbeats.isRepeated()) {
            builder.setField(heartbeats,
                    ((List<?>) message.getField(heartbeats)).stream()
                        .map((heartbeat) -> withDrivers((WorkerHeartbeat) heartbeat, drivers))
                        .toList());
        }
        else if (message.hasField(heartbeats)) {
            builder.setField(heartbeats, withDrivers((WorkerHeartbeat) message.getField(heartbeats), drivers));
        }
        return builder.build();
    }

    private static WorkerHeartbeat withDrivers(WorkerHeartbeat heartbeat, Set<String> drivers) {
        return (heartbeat.getDriversCount() > 0) ? heartbeat : heartbeat.toBuilder()
            .addAllDrivers(
                    drivers.stream().map((type) -> StorageDriverInfo.newBuilder().setType(type).build()).toList())
            .build();
    }

    private final class HeartbeatInterceptor implements ClientInterceptor {

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

                @Override
                @SuppressWarnings("unchecked")
                public void sendMessage(Q message) {
                    super.sendMessage((Q) withDrivers(message));
                }

            };
        }

    }

}
