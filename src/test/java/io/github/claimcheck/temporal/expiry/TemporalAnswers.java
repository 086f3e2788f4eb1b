package io.github.claimcheck.temporal.expiry;

import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.temporal.api.namespace.v1.NamespaceConfig;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.DescribeNamespaceResponse;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A Temporal server that knows the retention periods of namespaces, or why not. */
final class TemporalAnswers extends WorkflowServiceGrpc.WorkflowServiceImplBase implements AutoCloseable {

    private final String name = UUID.randomUUID().toString();

    private final Server server;

    private final ManagedChannel channel = InProcessChannelBuilder.forName(this.name).build();

    private final WorkflowServiceStubs stubs = WorkflowServiceStubs
        .newServiceStubs(WorkflowServiceStubsOptions.newBuilder().setChannel(this.channel).build());

    private final Map<String, java.time.Duration> retention = new ConcurrentHashMap<>();

    private final Map<String, Status> failures = new ConcurrentHashMap<>();

    TemporalAnswers() {
        try {
            this.server = InProcessServerBuilder.forName(this.name).addService(this).build().start();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    TemporalAnswers retain(String namespace, java.time.Duration period) {
        this.failures.remove(namespace);
        this.retention.put(namespace, period);
        return this;
    }

    void fail(String namespace, Status status) {
        this.failures.put(namespace, status);
    }

    WorkflowServiceStubs getStubs() {
        return this.stubs;
    }

    @Override
    public void getSystemInfo(GetSystemInfoRequest request, StreamObserver<GetSystemInfoResponse> observer) {
        observer.onNext(GetSystemInfoResponse.getDefaultInstance());
        observer.onCompleted();
    }

    @Override
    public void describeNamespace(DescribeNamespaceRequest request,
            StreamObserver<DescribeNamespaceResponse> observer) {
        Status failure = this.failures.get(request.getNamespace());
        if (failure != null) {
            observer.onError(failure.asRuntimeException());
            return;
        }
        NamespaceConfig.Builder config = NamespaceConfig.newBuilder();
        java.time.Duration period = this.retention.get(request.getNamespace());
        if (period != null) {
            config.setWorkflowExecutionRetentionTtl(Duration.newBuilder().setSeconds(period.toSeconds()));
        }
        observer.onNext(DescribeNamespaceResponse.newBuilder().setConfig(config).build());
        observer.onCompleted();
    }

    @Override
    public void close() {
        this.stubs.shutdownNow();
        this.channel.shutdownNow();
        this.server.shutdownNow();
    }

}
