package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.expiry.NamespaceStorage;
import io.github.claimcheck.temporal.internal.DelegatingStorageDriver;
import io.github.claimcheck.temporal.selector.RoutingStorageDriverSelector;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Finds where the application's workflow clients store, by namespace. Asks for no bean
 * that does not exist yet. Thread-safe.
 */
final class NamespaceStorages {

    private final ConfigurableListableBeanFactory beans;

    NamespaceStorages(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** Returns the namespaces whose clients store. */
    Collection<NamespaceStorage> find() {
        Map<String, NamespaceStorage> storages = new LinkedHashMap<>();
        existing(WorkflowClient.class).forEach((client) -> {
            WorkflowClientOptions options = client.getOptions();
            WorkflowServiceStubs stubs = client.getWorkflowServiceStubs();
            ExternalStorage storage = (options != null) ? options.getExternalStorage() : null;
            // A mock may have nothing.
            if (storage != null && stubs != null) {
                storages.putIfAbsent(options.getNamespace(),
                        new NamespaceStorage(options.getNamespace(), List.copyOf(storage.getDrivers()), stubs));
            }
        });
        return storages.values();
    }

    /**
     * Returns whether a driver may be selected for a payload. A selector of the
     * application's own may select any.
     */
    boolean isSelectable(StorageDriver driver) {
        return existing(StorageDriverSelector.class)
            .allMatch((selector) -> !(selector instanceof RoutingStorageDriverSelector routing) || routing.getDrivers()
                .stream()
                .anyMatch((selected) -> DelegatingStorageDriver.unwrap(selected) == driver));
    }

    private <T> Stream<T> existing(Class<T> type) {
        return Stream.of(this.beans.getBeanNamesForType(type, true, false))
            .map(this.beans::getSingleton)
            .filter(Objects::nonNull)
            .map(type::cast);
    }

}
