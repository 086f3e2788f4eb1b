package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.ContentAddressedStorageDriver;
import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.selector.RoutingStorageDriverSelector;
import io.temporal.client.WorkflowClient;
import io.temporal.payload.storage.StorageDriver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.util.unit.DataSize;

/**
 * Logs once, when the context is ready, what external storage does: in one block of ten
 * lines at most, and at DEBUG why.
 */
final class StartupReport implements ApplicationListener<ContextRefreshedEvent> {

    private static final Log logger = LogFactory.getLog(StartupReport.class);

    /** Besides five lines about all of them. */
    private static final int MAX_DRIVERS = 4;

    private static final int MAX_NAMES = 10;

    private final ApplicationContext context;

    private final StorageOverview overview;

    private final ExternalStorageProperties properties;

    private final ApplicationClients clients;

    private boolean logged;

    StartupReport(ApplicationContext context, StorageOverview overview, ExternalStorageProperties properties,
            ApplicationClients clients) {
        this.context = context;
        this.overview = overview;
        this.properties = properties;
        this.clients = clients;
    }

    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        if (event.getApplicationContext() != this.context || this.logged) {
            return;
        }
        this.logged = true;
        try {
            if (logger.isInfoEnabled()) {
                logger.info(String.join(System.lineSeparator() + "  ", lines()));
            }
            if (logger.isDebugEnabled()) {
                explain();
            }
        }
        catch (RuntimeException ex) {
            // A description, for instance of a driver of the application, stops no start.
            logger.warn("External storage is on, but cannot be described", ex);
        }
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("External storage: payloads of " + size(DataSize.ofBytes(this.overview.getThreshold()))
                + " or more go to " + target());
        Collection<StorageDriver> drivers = this.overview.getDrivers();
        drivers.stream().limit(MAX_DRIVERS).map(StartupReport::line).forEach(lines::add);
        if (drivers.size() > MAX_DRIVERS) {
            lines.add("drivers " + names(drivers.stream().skip(MAX_DRIVERS).map(StorageDriver::getName).toList()));
        }
        lines.add("limits: " + this.properties.getMaxConcurrentTransfers() + " transfers and "
                + size(this.properties.getMaxBytesInFlight()) + " in flight, a cache of "
                + cache(this.properties.getCache()) + "; what stays inline: "
                + size(this.properties.getMaxInlineListSize()) + " in a list, "
                + size(this.properties.getMaxInlineMessageSize()) + " in a message");
        lines.add("namespaces: " + namespaces(this.clients.createdByNamespace()));
        lines
            .add("versions: starter " + version(StartupReport.class) + ", Temporal SDK " + version(WorkflowClient.class)
                    + ", Spring Boot " + SpringBootVersion.getVersion() + ", Java " + Runtime.version().feature());
        return lines;
    }

    private static String cache(PayloadCacheProperties cache) {
        return size(cache.getMaxSize())
                + (cache.getDisk().isEnabled() ? " and of " + size(cache.getDisk().getMaxSize()) + " on disk" : "");
    }

    private String target() {
        if (!(this.overview.getSelector() instanceof RoutingStorageDriverSelector routing)) {
            return "the driver that " + this.overview.describeSelector().get("type") + " selects";
        }
        StorageDriver driver = routing.getDefaultDriver();
        String byDefault = (driver != null) ? "'" + driver.getName() + "'" : "history, inline";
        int routes = routing.getRoutes().size();
        return (routes == 0) ? byDefault : "the driver of their route (" + routes
                + ((routes == 1) ? " route" : " routes") + "), else to " + byDefault;
    }

    private static String line(StorageDriver driver) {
        Map<String, Object> description = StorageOverview.describe(driver);
        String place = StorageOverview.place(driver)
            .entrySet()
            .stream()
            .map((part) -> part.getKey() + "=" + part.getValue())
            .collect(Collectors.joining(", "));
        Object delegates = description.get("delegates");
        String size = (driver instanceof ContentAddressedStorageDriver limited)
                ? "; payloads of up to " + size(DataSize.ofBytes(limited.getLimits().maxPayloadSize())) : "";
        return "driver '" + driver.getName() + "' (" + driver.getType() + ")" + (place.isEmpty() ? "" : ": " + place)
                + size + ((delegates instanceof List<?> names)
                        ? " over " + names(names.stream().map(StartupReport::delegate).toList()) : "");
    }

    private static String delegate(Object delegate) {
        return (delegate instanceof Map<?, ?> description) ? String.valueOf(description.get("name")) : "";
    }

    private static String namespaces(Map<String, WorkflowClient> clients) {
        return clients.isEmpty() ? "none yet, there is no workflow client so far" : names(clients.entrySet()
            .stream()
            .map((client) -> client.getKey()
                    + ((client.getValue().getOptions().getExternalStorage() != null) ? "" : " (stores nothing)"))
            .toList());
    }

    private static String names(List<String> names) {
        return names.stream().limit(MAX_NAMES).map(Quoted::of).collect(Collectors.joining(", "))
                + ((names.size() > MAX_NAMES) ? " and " + (names.size() - MAX_NAMES) + " more" : "");
    }

    private static String size(DataSize size) {
        long bytes = size.toBytes();
        return (bytes % (1024 * 1024) == 0) ? size.toMegabytes() + "MB"
                : (bytes % 1024 == 0) ? size.toKilobytes() + "KB" : bytes + " bytes";
    }

    private static String version(Class<?> type) {
        @Nullable String version = type.getPackage().getImplementationVersion();
        return (version != null) ? version : "unknown";
    }

    private void explain() {
        this.overview.getDrivers()
            .forEach((driver) -> logger
                .debug("Storage driver: " + StorageOverview.describe(driver) + " at " + StorageOverview.place(driver)));
        logger.debug("Selector of the driver of each payload: " + this.overview.describeSelector());
        this.clients.createdByNamespace().forEach((namespace, client) -> {
            boolean stores = client.getOptions().getExternalStorage() != null;
            logger.debug("Workflow client of the namespace '" + Quoted.of(namespace) + "': "
                    + StorageOverview.describe(client)
                    + (stores ? ""
                            : ". It was not made with the plugin of external storage: the Temporal starter adds the "
                                    + "bean externalStoragePlugin to its own clients"));
        });
    }

}
