package io.github.claimcheck.temporal.internal;

import io.grpc.ClientInterceptor;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;
import java.util.function.Supplier;

/**
 * Adds a gRPC interceptor to the service stubs of workflow clients and workers. It is
 * separate from the workflow client plugin, because the Temporal starter does not apply
 * service stubs plugins to its in-process test server.
 */
public final class ServiceStubsInterceptorPlugin implements WorkflowServiceStubsPlugin {

    private final String name;

    private final ClientInterceptor interceptor;

    /**
     * Makes a plugin.
     * @param name the last part of the plugin's name
     * @param interceptor the interceptor
     */
    public ServiceStubsInterceptorPlugin(String name, ClientInterceptor interceptor) {
        this.name = name;
        this.interceptor = interceptor;
    }

    @Override
    public String getName() {
        return "io.github.claimcheck.temporal." + this.name;
    }

    @Override
    public void configureServiceStubs(WorkflowServiceStubsOptions.Builder builder) {
        builder.addGrpcClientInterceptor(this.interceptor);
    }

    @Override
    public WorkflowServiceStubs connectServiceClient(WorkflowServiceStubsOptions options,
            Supplier<WorkflowServiceStubs> next) {
        return next.get();
    }

}
