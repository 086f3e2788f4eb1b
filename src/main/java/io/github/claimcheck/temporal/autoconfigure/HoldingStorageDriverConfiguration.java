package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.driver.FallbackStorageDriver;
import io.github.claimcheck.temporal.driver.MirrorStorageDriver;
import io.temporal.payload.storage.StorageDriver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Drivers that store with others, of the types {@code fallback} and {@code mirror}. */
@Configuration(proxyBeanMethods = false)
class HoldingStorageDriverConfiguration {

    @Bean
    HoldingStorageDriverFactory fallbackStorageDriverFactory(ListableBeanFactory beans,
            ObjectProvider<StorageDriverObserver> observer) {
        return new HoldingStorageDriverFactory(FallbackStorageDriver.DRIVER_TYPE,
                (name, drivers, timeout, retryAfter, decorator) -> new FallbackStorageDriver(name,
                        drivers.stream().map(decorator).toList(), timeout, retryAfter),
                beans, observer);
    }

    @Bean
    HoldingStorageDriverFactory mirrorStorageDriverFactory(ListableBeanFactory beans,
            ObjectProvider<StorageDriverObserver> observer) {
        return new HoldingStorageDriverFactory(MirrorStorageDriver.DRIVER_TYPE, MirrorStorageDriver::new, beans,
                observer);
    }

    static final class HoldingStorageDriverFactory implements StorageDriverFactory<HoldingStorageDriverProperties> {

        /** The drivers that are being made: one that needs itself would never be. */
        private static final ThreadLocal<Deque<String>> MAKING = ThreadLocal.withInitial(ArrayDeque::new);

        private final String type;

        private final Constructor constructor;

        private final ListableBeanFactory beans;

        private final ObjectProvider<StorageDriverObserver> observer;

        HoldingStorageDriverFactory(String type, Constructor constructor, ListableBeanFactory beans,
                ObjectProvider<StorageDriverObserver> observer) {
            this.type = type;
            this.constructor = constructor;
            this.beans = beans;
            this.observer = observer;
        }

        @Override
        public String getType() {
            return this.type;
        }

        @Override
        public HoldingStorageDriverProperties newProperties() {
            return new HoldingStorageDriverProperties(this.type);
        }

        @Override
        public StorageDriver create(String prefix, HoldingStorageDriverProperties properties) {
            if (properties.getTimeout().toMillis() < 1) {
                throw new ExternalStorageConfigurationException(
                        prefix + ".timeout is " + properties.getTimeout().toMillis()
                                + "ms, so that no driver could take anything.",
                        "Set " + prefix + ".timeout to a duration such as 3s, the default.");
            }
            if (properties.getRetryAfter().isNegative()) {
                throw new ExternalStorageConfigurationException(
                        prefix + ".retry-after is " + properties.getRetryAfter().toMillis() + "ms, which is no time.",
                        "Set " + prefix + ".retry-after to a duration such as 1s, the default, or to 0.");
            }
            MAKING.get().addLast(StorageDriverRegistrar.beanName(prefix.substring(prefix.lastIndexOf('.') + 1)));
            try {
                List<StorageDriver> drivers = properties.getDrivers().stream().map((id) -> driver(prefix, id)).toList();
                // An id can be spelled in several ways.
                if (drivers.size() < 2 || Set.copyOf(drivers).size() < drivers.size()) {
                    throw new ExternalStorageConfigurationException(
                            prefix + ".drivers is " + properties.getDrivers() + ", which are not several drivers.",
                            "Set " + prefix + ".drivers to the ids of two or more drivers, each once, as in primary, "
                                    + "secondary.");
                }
                StorageDriverObserver used = this.observer.getIfAvailable(() -> (driver) -> driver);
                return this.constructor.create(properties.getName(), drivers, properties.getTimeout(),
                        properties.getRetryAfter(), used::observe);
            }
            finally {
                MAKING.get().removeLast();
            }
        }

        private StorageDriver driver(String prefix, String id) {
            Map<String, String> beanNamesById = new HashMap<>();
            for (String beanName : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans,
                    StorageDriver.class)) {
                beanNamesById.put(StorageDriverRegistrar.uniform(beanName), beanName);
            }
            String beanName = beanNamesById.getOrDefault(
                    StorageDriverRegistrar.uniform(StorageDriverRegistrar.beanName(id)),
                    beanNamesById.get(StorageDriverRegistrar.uniform(id)));
            if (beanName == null) {
                throw new ExternalStorageConfigurationException(
                        prefix + ".drivers names " + id + ", and there is no such storage driver.",
                        "Configure " + StorageDriverCreator.DRIVERS + "." + id + ", or take it out of " + prefix
                                + ".drivers.");
            }
            if (MAKING.get().contains(beanName)) {
                throw new ExternalStorageConfigurationException(
                        prefix + ".drivers leads back to " + id + ", which is made of it.",
                        "Take " + id + " out of " + prefix + ".drivers.");
            }
            return this.beans.getBean(beanName, StorageDriver.class);
        }

    }

    @FunctionalInterface
    interface Constructor {

        StorageDriver create(String name, List<StorageDriver> drivers, Duration timeout, Duration retryAfter,
                UnaryOperator<StorageDriver> decorator);

    }

}
