package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.internal.DecoratedStorage;
import io.github.claimcheck.temporal.task.DriverHeartbeatPlugin;
import io.github.claimcheck.temporal.task.SlowTaskLog;
import io.github.claimcheck.temporal.task.WorkflowTaskListener;
import io.github.claimcheck.temporal.task.WorkflowTaskWatch;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Configures what Temporal and the log tell of workflow tasks and workers that use the
 * {@link ExternalStorage} bean.
 */
@Configuration(proxyBeanMethods = false)
@Lazy(false)
class WorkflowTaskConfiguration {

    @Bean
    static SlowTaskLog externalStorageSlowTaskLog() {
        return new SlowTaskLog();
    }

    @Bean
    static WorkflowTaskWatch externalStorageWorkflowTaskWatch(List<WorkflowTaskListener> listeners) {
        return new WorkflowTaskWatch(listeners);
    }

    /** Watches every driver of the external storage bean. */
    @Bean
    static BeanPostProcessor externalStorageOfWorkflowTasks(ObjectProvider<WorkflowTaskWatch> watch) {
        return new BeanPostProcessor() {

            @Override
            public Object postProcessAfterInitialization(Object bean, String beanName) {
                return (bean instanceof ExternalStorage storage)
                        ? DecoratedStorage.decorate(storage, watch.getObject()::watch) : bean;
            }

        };
    }

    /**
     * Declares the plugin, after the one for failed tasks so that this one sees the
     * causes.
     */
    @Bean
    @Order(1)
    WorkflowServiceStubsPlugin workflowTaskPlugin(WorkflowTaskWatch watch) {
        return watch.newPlugin();
    }

    /** Declares the plugin, last so that it sees the storage of each client. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    DriverHeartbeatPlugin driverHeartbeatPlugin(ObjectProvider<ExternalStorage> externalStorage) {
        return new DriverHeartbeatPlugin(externalStorage::getObject);
    }

}
