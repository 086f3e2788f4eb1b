package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.expiry.NamespaceStorage;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.selector.Route;
import io.github.claimcheck.temporal.selector.RoutingStorageDriverSelector;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;

/** Finds where the application's workflow clients store, by namespace. Thread-safe. */
final class NamespaceStorages {

    private final ApplicationClients clients;

    private final ObjectProvider<StorageDriverSelector> selectors;

    NamespaceStorages(ApplicationClients clients, ObjectProvider<StorageDriverSelector> selectors) {
        this.clients = clients;
        this.selectors = selectors;
    }

    /** Returns the namespaces whose clients exist and store. */
    List<NamespaceStorage> find() {
        List<NamespaceStorage> storages = new ArrayList<>();
        this.clients.createdByNamespace().forEach((namespace, client) -> {
            ExternalStorage storage = client.getOptions().getExternalStorage();
            WorkflowServiceStubs stubs = client.getWorkflowServiceStubs();
            // A mock may have none.
            if (storage != null && stubs != null) {
                storages.add(new NamespaceStorage(namespace, List.copyOf(storage.getDrivers()), stubs));
            }
        });
        return storages;
    }

    /**
     * Returns whether a driver may be selected for a payload. A selector of the
     * application's own may select any.
     */
    boolean isSelectable(StorageDriver driver) {
        return this.selectors.stream()
            .allMatch((selector) -> !(selector instanceof RoutingStorageDriverSelector routing) || Stream
                .concat(routing.getRoutes().stream().map(Route::driver), Stream.ofNullable(routing.getDefaultDriver()))
                .anyMatch((selected) -> selected != null && DelegatingStorageDriver.unwrap(selected) == driver));
    }

}
