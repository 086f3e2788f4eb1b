package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.budget.SizeBudgetPlugin;
import io.github.claimcheck.temporal.converter.ExternalStorageDataConverter;
import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.expiry.ExpiryCheck;
import io.github.claimcheck.temporal.failure.HeartbeatLimits;
import io.github.claimcheck.temporal.failure.TaskFailurePlugin;
import io.github.claimcheck.temporal.health.StorageHealth;
import io.github.claimcheck.temporal.internal.DecoratedStorage;
import io.github.claimcheck.temporal.internal.ExternalStorageApi;
import io.github.claimcheck.temporal.observation.ActivitySpans;
import io.github.claimcheck.temporal.plugin.ExternalStoragePlugin;
import io.github.claimcheck.temporal.reference.ReferencePlugins;
import io.github.claimcheck.temporal.reference.StorageReference;
import io.github.claimcheck.temporal.selector.RoutingStorageDriverSelector;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.GlobalDataConverter;
import io.temporal.payload.storage.ExternalStorage;
import io.temporal.payload.storage.StorageDriver;
import io.temporal.payload.storage.StorageDriverSelector;
import io.temporal.serviceclient.WorkflowServiceStubsPlugin;
import java.util.List;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * Auto-configuration for external storage of Temporal payloads. Applies to applications
 * with a {@link StorageDriver}, configured or declared as a bean, or with their own
 * {@link ExternalStorage} bean.
 */
@AutoConfiguration(after = StorageDriverAutoConfiguration.class)
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass(ExternalStorage.class)
@Conditional(OnExternalStorageEnabled.class)
public class ExternalStorageAutoConfiguration {

    private static final Log logger = LogFactory.getLog(ExternalStorageAutoConfiguration.class);

    /** The server's default limit, which counts a payload's framing too. */
    private static final DataSize SERVER_LIMIT = DataSize.ofMegabytes(2);

    @Configuration(proxyBeanMethods = false)
    @Lazy(false)
    @Conditional(OnStorage.class)
    @Import({ StorageObservationConfiguration.class, StorageTracingConfiguration.class,
            WorkflowTaskConfiguration.class })
    static class StorageConfiguration {

        @Bean
        @ConditionalOnMissingBean({ StorageDriverSelector.class, ExternalStorage.class })
        RoutingStorageDriverSelector storageDriverSelector(ExternalStorageProperties properties,
                Map<String, StorageDriver> drivers) {
            return StorageRoutes.selector(properties, new RegisteredStorageDrivers(drivers));
        }

        @Bean
        @ConditionalOnMissingBean
        ExternalStorage externalStorage(ExternalStorageProperties properties, Map<String, StorageDriver> drivers,
                StorageDriverSelector selector) {
            RegisteredStorageDrivers registered = new RegisteredStorageDrivers(drivers);
            if (StringUtils.hasText(properties.getDefaultDriver())) {
                registered.getDefault(properties.getDefaultDriver());
            }
            registered.requireAboveThreshold(properties.getThreshold());
            if (!properties.getRoutes().isEmpty() && !(selector instanceof RoutingStorageDriverSelector)) {
                logger.warn("The application's StorageDriverSelector bean selects the driver of each payload, so "
                        + StorageRoutes.ROUTES + " has no effect");
            }
            if (StringUtils.hasText(properties.getDefaultDriver())
                    && !(selector instanceof RoutingStorageDriverSelector)) {
                logger.warn("The application's StorageDriverSelector bean selects the driver of each payload, so "
                        + ExternalStorageProperties.PREFIX + ".default-driver has no effect");
            }
            if (properties.getThreshold().compareTo(SERVER_LIMIT) >= 0) {
                logger.warn(ExternalStorageProperties.PREFIX + ".threshold is " + properties.getThreshold()
                        + ", and a Temporal server rejects payloads of 2MB by default. Set "
                        + ExternalStorageProperties.PREFIX + ".threshold to less, such as 256KB, the default");
            }
            ExternalStorage.Builder builder = ExternalStorage.newBuilder()
                .setDrivers(registered.asList())
                // Never store a reference again, even at threshold 0.
                .setDriverSelector((context, payload) -> StorageReference.isReference(payload) ? null
                        : selector.selectDriver(context, payload))
                .setPayloadSizeThreshold((int) properties.getThreshold().toBytes());
            ExternalStorageApi.limitTransfers(builder, properties.getMaxConcurrentTransfers());
            return builder.build();
        }

        /**
         * Declares the plugin, last so that data converters of other plugins run before
         * storing.
         */
        @Bean
        @Order(Ordered.LOWEST_PRECEDENCE)
        ExternalStoragePlugin externalStoragePlugin(ExternalStorage externalStorage, WorkerShutdownLifecycle lifecycle,
                HeartbeatLimits heartbeatLimits, ObjectProvider<ActivitySpans> activitySpans) {
            return new ExternalStoragePlugin(externalStorage, DataConverterCustomizer::original, lifecycle.getWorkers(),
                    heartbeatLimits.newInterceptor(),
                    activitySpans.stream().map(ActivitySpans::newInterceptor).toList());
        }

        @Bean
        WorkerShutdownLifecycle externalStorageWorkerShutdownLifecycle(ConfigurableApplicationContext context) {
            return new WorkerShutdownLifecycle(context);
        }

        @Bean
        @Conditional(OnReadEarlyReferences.class)
        WorkflowServiceStubsPlugin earlyReferencePlugin() {
            return ReferencePlugins.readEarlyReferences();
        }

        @Bean
        WorkflowServiceStubsPlugin unreadableReferencePlugin() {
            return ReferencePlugins.shortenUnreadableReferences();
        }

        @Bean
        WorkflowServiceStubsPlugin historyClaimPlugin(DriverResources resources) {
            return ReferencePlugins.recordHistoryClaims(resources.storedObjects());
        }

        @Bean
        static TransferWatch externalStorageTransferWatch() {
            return new TransferWatch();
        }

        @Bean
        StorageOverview externalStorageOverview(ExternalStorage storage, ObjectProvider<StorageDriverSelector> selector,
                DriverResources resources, TransferWatch watch) {
            return new StorageOverview(storage, AllStorageDrivers.of(storage), selector.getIfAvailable(), resources,
                    watch);
        }

        @Bean
        ApplicationClients externalStorageApplicationClients(ConfigurableListableBeanFactory beans,
                Environment environment) {
            return new ApplicationClients(beans, environment);
        }

        @Bean
        StartupReport externalStorageStartupReport(ApplicationContext context, StorageOverview overview,
                ExternalStorageProperties properties, ApplicationClients clients) {
            return new StartupReport(context, overview, properties, clients);
        }

        @Bean
        StorageHealth externalStorageHealth(ExternalStorageProperties properties, StorageOverview overview,
                TransferWatch watch, ExpiryCheck expiry) {
            return new StorageHealth(overview.getDrivers(), watch, properties.getHealth().getCheckInterval(),
                    properties.getHealth().getCheckTimeout(), expiry::getDetails);
        }

        @Bean
        ExpiryCheck externalStorageExpiryCheck(ExternalStorageProperties properties, ApplicationClients clients,
                ObjectProvider<StorageDriverSelector> selectors) {
            NamespaceStorages storages = new NamespaceStorages(clients, selectors);
            return new ExpiryCheck(storages::find, storages::isSelectable, properties.getExpiry().getLongestRun(),
                    properties.getExpiry().getInterval());
        }

        @Bean
        ExpiryCheckLifecycle externalStorageExpiryCheckLifecycle(ExpiryCheck check,
                ExternalStorageProperties properties) {
            return new ExpiryCheckLifecycle(check, properties.getExpiry().isCheck());
        }

        @Bean
        static HeartbeatLimits externalStorageHeartbeatLimits() {
            return new HeartbeatLimits();
        }

        /** Watches every driver of the external storage bean. */
        @Bean
        static BeanPostProcessor watchedExternalStorage(ObjectProvider<TransferWatch> watch,
                ObjectProvider<HeartbeatLimits> heartbeatLimits) {
            return new BeanPostProcessor() {

                @Override
                public Object postProcessAfterInitialization(Object bean, String beanName) {
                    return (bean instanceof ExternalStorage storage)
                            ? DecoratedStorage.decorate(storage,
                                    (driver) -> heartbeatLimits.getObject().watch(watch.getObject().watch(driver)))
                            : bean;
                }

            };
        }

        @Bean
        static ServiceStubsCheck externalStorageServiceStubsCheck(ConfigurableListableBeanFactory beans,
                Environment environment) {
            return new ServiceStubsCheck(beans, environment);
        }

        @Bean
        @Order(0)
        WorkflowServiceStubsPlugin taskFailurePlugin() {
            return TaskFailurePlugin.create();
        }

        /**
         * Declares the plugin, last so that the failures it reports pass the interceptors
         * of other plugins.
         */
        @Bean
        @Order(Ordered.LOWEST_PRECEDENCE)
        SizeBudgetPlugin sizeBudgetPlugin(ExternalStorageProperties properties,
                ObjectProvider<ExternalStorage> externalStorage) {
            return new SizeBudgetPlugin(properties.getMaxInlineListSize().toBytes(),
                    properties.getMaxInlineMessageSize().toBytes(), externalStorage::getObject);
        }

        @Bean
        @ConditionalOnMissingBean(DataConverter.class)
        ExternalStorageDataConverter externalStorageDataConverter(ObjectProvider<ExternalStorage> externalStorage) {
            // Resolved on first use: a driver or selector may inject the converter.
            return new ExternalStorageDataConverter(GlobalDataConverter.get(), externalStorage::getObject);
        }

        @Bean
        static DataConverterCustomizer externalStorageDataConverterCustomizer(
                ObjectProvider<ExternalStorage> externalStorage) {
            return new DataConverterCustomizer(externalStorage::getObject);
        }

    }

    @Configuration(proxyBeanMethods = false)
    @Lazy(false)
    @ConditionalOnMissingBean({ StorageDriver.class, ExternalStorage.class })
    static class NoStorageConfiguration implements SmartInitializingSingleton {

        private final ListableBeanFactory beans;

        NoStorageConfiguration(ListableBeanFactory beans, Environment environment) {
            this.beans = beans;
            String message = "External storage is disabled: temporal.external-storage.drivers has no driver, and there "
                    + "is no StorageDriver bean";
            if (OnCodecServerEnabled.isEnabled(environment)) {
                logger.warn(message + ". The codec server shows only payloads that are in event history");
            }
            else if (StorageBinder.hasProperties(environment)) {
                logger.warn(message + ". The other properties of temporal.external-storage have no effect");
            }
            else {
                logger.debug(message);
            }
        }

        /** Rejects beans that were not known to be drivers before they existed. */
        @Override
        public void afterSingletonsInstantiated() {
            for (Class<?> type : List.of(StorageDriver.class, ExternalStorage.class)) {
                for (String name : this.beans.getBeanNamesForType(type, true, false)) {
                    throw new ExternalStorageConfigurationException(
                            "The bean " + name + " is of the type " + type.getSimpleName()
                                    + ", but its declaration does not say so, so external storage would be disabled.",
                            "Declare the bean as " + type.getName() + ", or as a FactoryBean<" + type.getSimpleName()
                                    + ">. If an auto-configuration declares it, let that come before "
                                    + ExternalStorageAutoConfiguration.class.getSimpleName() + ".");
                }
            }
        }

    }

    static class OnStorage extends AnyNestedCondition {

        OnStorage() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnBean(StorageDriver.class)
        static class OnStorageDriver {

        }

        @ConditionalOnBean(ExternalStorage.class)
        static class OnExternalStorage {

        }

    }

}
