package io.github.claimcheck.temporal.expiry;

import io.github.claimcheck.temporal.internal.InternalApi;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.util.List;

/**
 * Where the payloads of a namespace are stored.
 *
 * @param namespace the namespace
 * @param drivers the drivers that its client stores with, wrapped or not
 * @param stubs ask the server for the namespace's retention period
 */
@InternalApi
public record NamespaceStorage(String namespace, List<StorageDriver> drivers, WorkflowServiceStubs stubs) {

}
