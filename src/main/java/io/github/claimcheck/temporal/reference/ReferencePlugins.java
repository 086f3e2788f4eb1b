package io.github.claimcheck.temporal.reference;

import io.github.claimcheck.temporal.driver.StoredObjects;
import io.github.claimcheck.temporal.internal.ServiceStubsInterceptorPlugin;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;

/**
 * The plugins of service stubs that look at the references which the Temporal server
 * sends.
 */
public final class ReferencePlugins {

    private ReferencePlugins() {
    }

    /**
     * Makes a plugin that lets workflow clients and workers read the references of early
     * Go and Python releases. It looks through whatever the server answers.
     * @return the plugin
     */
    public static WorkflowServiceStubsPlugin readEarlyReferences() {
        return new ServiceStubsInterceptorPlugin("early-references", new EarlyReferenceInterceptor());
    }

    /**
     * Makes a plugin that records the claims which a workflow run's history holds, so
     * that the run can hand these payloads on without an upload.
     * @param storedObjects where the claims are recorded
     * @return the plugin
     */
    public static WorkflowServiceStubsPlugin recordHistoryClaims(StoredObjects storedObjects) {
        return new ServiceStubsInterceptorPlugin("history-claims", new HistoryClaimInterceptor(storedObjects));
    }

}
