package io.github.claimcheck.temporal.autoconfigure;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.SingletonBeanRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The application's workflow clients, one for each namespace: of several, the first that
 * stores. Thread-safe.
 */
final class ApplicationClients {

    static final String ROOT = "spring.temporal.namespace";

    private static final Log logger = LogFactory.getLog(ApplicationClients.class);

    private static final String DEFAULT_ROOT = "default";

    private final ListableBeanFactory beans;

    private final Binder binder;

    private final Set<String> warnedOf = ConcurrentHashMap.newKeySet();

    ApplicationClients(ListableBeanFactory beans, Environment environment) {
        this.beans = beans;
        this.binder = Binder.get(environment);
    }

    /** Returns the clients by namespace. Creates those that are lazy. */
    Map<String, WorkflowClient> byNamespace() {
        return byNamespace(BeanFactoryUtils.beansOfTypeIncludingAncestors(this.beans, WorkflowClient.class));
    }

    /** Returns the clients that exist already, by namespace. */
    Map<String, WorkflowClient> createdByNamespace() {
        Map<String, WorkflowClient> created = new LinkedHashMap<>();
        for (String bean : this.beans.getBeanNamesForType(WorkflowClient.class, true, false)) {
            if (this.beans instanceof SingletonBeanRegistry singletons && singletons.containsSingleton(bean)) {
                created.put(bean, this.beans.getBean(bean, WorkflowClient.class));
            }
        }
        return byNamespace(created);
    }

    private Map<String, WorkflowClient> byNamespace(Map<String, WorkflowClient> byBean) {
        Map<String, WorkflowClient> clients = new LinkedHashMap<>();
        byBean.forEach((bean, client) -> {
            WorkflowClientOptions options = options(bean, client);
            if (options != null) {
                clients.merge(options.getNamespace(), client, (first, second) -> oneOf(first, second, bean));
            }
        });
        return clients;
    }

    /** Returns a client's options; null for a mock, or outside of the bean's scope. */
    private static @Nullable WorkflowClientOptions options(String bean, WorkflowClient client) {
        try {
            return client.getOptions();
        }
        catch (RuntimeException ex) {
            logger.debug("The WorkflowClient bean " + bean + " is left out, since it has no options here", ex);
            return null;
        }
    }

    private WorkflowClient oneOf(WorkflowClient first, WorkflowClient second, String bean) {
        WorkflowClientOptions one = first.getOptions();
        WorkflowClientOptions other = second.getOptions();
        if (one.getDataConverter() != other.getDataConverter() && this.warnedOf.add(one.getNamespace())) {
            logger.warn("There are several WorkflowClient beans of the namespace '" + one.getNamespace()
                    + "' with different data converters, such as " + bean
                    + ". The codec server and audits use the first one that stores");
        }
        return (one.getExternalStorage() == null && other.getExternalStorage() != null) ? second : first;
    }

    /**
     * Finds the client of a namespace.
     * @param namespace its name; null for the root namespace, or the only one
     * @return the client; null if there is none
     */
    @Nullable WorkflowClient find(@Nullable String namespace) {
        Map<String, WorkflowClient> clients = byNamespace();
        if (namespace != null) {
            return clients.get(namespace);
        }
        WorkflowClient root = clients.get(root());
        return (root == null && clients.size() == 1) ? clients.values().iterator().next() : root;
    }

    /** Returns the name of the root namespace. */
    String root() {
        return this.binder.bind(ROOT, Bindable.of(String.class)).orElse(DEFAULT_ROOT);
    }

}
