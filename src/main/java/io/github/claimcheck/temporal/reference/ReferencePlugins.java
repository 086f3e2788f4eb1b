package io.github.claimcheck.temporal.reference;

import io.github.claimcheck.temporal.driver.StoredObjects;
import io.github.claimcheck.temporal.internal.InternalApi;
import io.github.claimcheck.temporal.internal.ServiceStubsInterceptorPlugin;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;

/**
 * Creates service stubs plugins that process references in the Temporal server's
 * responses.
 */
@InternalApi
public final class ReferencePlugins {

    private ReferencePlugins() {
    }

    /**
     * Creates a plugin that makes workflow clients and workers read references of early
     * Go and Python SDK releases. It searches every response of the server.
     * @return the plugin
     */
    public static WorkflowServiceStubsPlugin readEarlyReferences() {
        return new ServiceStubsInterceptorPlugin("early-references", new EarlyReferenceInterceptor());
    }

    /**
     * Creates a plugin that shortens forged references, which the SDK would quote whole.
     * It searches every response of the server.
     * @return the plugin
     */
    public static WorkflowServiceStubsPlugin shortenUnreadableReferences() {
        return new ServiceStubsInterceptorPlugin("unreadable-references", new UnreadableReferenceInterceptor());
    }

    /**
     * Creates a plugin that records the claims in a workflow run's history, so that the
     * run can pass these payloads on without an upload.
     * @param storedObjects records the claims
     * @return the plugin
     */
    public static WorkflowServiceStubsPlugin recordHistoryClaims(StoredObjects storedObjects) {
        return new ServiceStubsInterceptorPlugin("history-claims", new HistoryClaimInterceptor(storedObjects));
    }

}
