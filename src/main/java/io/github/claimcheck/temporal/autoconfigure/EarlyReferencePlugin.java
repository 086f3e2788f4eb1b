package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.converter.EarlyReferenceInterceptor;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;
import java.util.function.Supplier;

/**
 * Lets workflow clients and workers read the references of early Go and Python releases. It is no part of
 * {@link ExternalStoragePlugin}, because the Temporal starter leaves plugins of service stubs out with its in-process
 * test server.
 */
final class EarlyReferencePlugin implements WorkflowServiceStubsPlugin {

    @Override
    public String getName() {
        return "io.github.claimcheck.temporal.early-references";
    }

    @Override
    public void configureServiceStubs(WorkflowServiceStubsOptions.Builder builder) {
        builder.addGrpcClientInterceptor(new EarlyReferenceInterceptor());
    }

    @Override
    public WorkflowServiceStubs connectServiceClient(WorkflowServiceStubsOptions options,
            Supplier<WorkflowServiceStubs> next) {
        return next.get();
    }

}
