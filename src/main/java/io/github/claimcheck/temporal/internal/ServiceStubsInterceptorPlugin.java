package io.github.claimcheck.temporal.internal;

import io.grpc.ClientInterceptor;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;
import java.util.function.Supplier;

/**
 * Lets an interceptor see what the Temporal server answers workflow clients and workers.
 * It is no part of the plugin of workflow clients, because the Temporal starter leaves
 * plugins of service stubs out with its in-process test server.
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
