package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.internal.ServiceStubsInterceptorPlugin;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.env.Environment;

/**
 * Warns of connections to a Temporal server that do without the starter's interceptors:
 * those of the Temporal starter for the target {@code local} and for its test server, and
 * the application's own, if made without plugins.
 */
final class ServiceStubsCheck implements BeanPostProcessor, ApplicationListener<ContextRefreshedEvent> {

    private static final Log logger = LogFactory.getLog(ServiceStubsCheck.class);

    private static final String TEST_SERVER = "spring.temporal.test-server.enabled";

    private final ConfigurableListableBeanFactory beans;

    private final Environment environment;

    private final Set<String> checked = ConcurrentHashMap.newKeySet();

    ServiceStubsCheck(ConfigurableListableBeanFactory beans, Environment environment) {
        this.beans = beans;
        this.environment = environment;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof WorkflowServiceStubs stubs && this.checked.add(beanName)) {
            check(beanName, stubs);
        }
        return bean;
    }

    /** Checks those of non-root namespaces, which are singletons without a definition. */
    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        for (String name : this.beans.getBeanNamesForType(WorkflowServiceStubs.class, true, false)) {
            Object existing = this.beans.getSingleton(name);
            if (existing != null) {
                postProcessAfterInitialization(existing, name);
            }
        }
    }

    private void check(String name, WorkflowServiceStubs stubs) {
        WorkflowServiceStubsOptions options = stubs.getOptions();
        if (options == null || options.getPlugins() == null) {
            // A mock.
            return;
        }
        if (Arrays.stream(options.getPlugins()).anyMatch(ServiceStubsInterceptorPlugin.class::isInstance)) {
            return;
        }
        String effect = "The WorkflowServiceStubs '" + name
                + "' have no interceptors of external storage. With them, large "
                + "payloads are stored and retrieved, but small ones that add up stay in event history, what a workflow "
                + "passes on is uploaded again, and tasks that fail are retried without a pause. ";
        if (this.environment.getProperty(TEST_SERVER, Boolean.class, false)) {
            logger.info(effect + "The Temporal starter makes such for its test server.");
        }
        else {
            logger.warn(effect + "The Temporal starter makes such for the target 'local': set "
                    + "spring.temporal.connection.target to 127.0.0.1:7233 instead. An application's own need the "
                    + "WorkflowServiceStubsPlugin beans as plugins.");
        }
    }

}
