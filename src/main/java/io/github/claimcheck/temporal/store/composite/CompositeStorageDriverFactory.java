package io.github.claimcheck.temporal.store.composite;

import io.github.claimcheck.temporal.driver.DriverResources;
import io.github.claimcheck.temporal.driver.TransferWatch;
import io.github.claimcheck.temporal.spi.StorageDriverDecorator;
import io.github.claimcheck.temporal.spi.StorageDriverFactory;
import io.github.claimcheck.temporal.spi.StorageDriverId;
import io.github.claimcheck.temporal.spi.StorageDriverProperty;
import io.temporal.payload.storage.StorageDriver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;

/** Creates composite drivers of one type, whose delegates are beans. */
final class CompositeStorageDriverFactory<P extends CompositeStorageDriverProperties>
        implements StorageDriverFactory<P> {

    /**
     * The composite drivers in creation on this thread, to detect drivers that delegate
     * to themselves.
     */
    private static final ThreadLocal<Deque<String>> IN_CREATION = ThreadLocal.withInitial(ArrayDeque::new);

    private final String type;

    private final Supplier<P> properties;

    private final Constructor constructor;

    private final ListableBeanFactory beans;

    private final ObjectProvider<StorageDriverDecorator> decorator;

    private final ObjectProvider<TransferWatch> watch;

    CompositeStorageDriverFactory(String type, Supplier<P> properties, Constructor constructor,
            ListableBeanFactory beans, ObjectProvider<StorageDriverDecorator> decorator,
            ObjectProvider<TransferWatch> watch) {
        this.type = type;
        this.properties = properties;
        this.constructor = constructor;
        this.beans = beans;
        this.decorator = decorator;
        this.watch = watch;
    }

    @Override
    public String getType() {
        return this.type;
    }

    @Override
    public P newProperties() {
        return this.properties.get();
    }

    @Override
    public StorageDriver create(StorageDriverId id, P properties, DriverResources resources) {
        id.property("timeout").requirePositive(properties.getTimeout(), "3s");
        if (properties.getRetryAfter().isNegative()) {
            StorageDriverProperty retryAfter = id.property("retry-after");
            throw retryAfter.invalid(properties.getRetryAfter().toMillis() + "ms", "is not a valid duration",
                    "Set " + retryAfter + " to a duration such as 1s, the default, or to 0.");
        }
        IN_CREATION.get().addLast(id.beanName());
        try {
            List<StorageDriver> delegates = delegates(id.property("drivers"), properties.getDrivers());
            return this.constructor.create(properties, delegates, this::decorate);
        }
        finally {
            IN_CREATION.get().removeLast();
        }
    }

    private StorageDriver decorate(StorageDriver delegate) {
        StorageDriver decorated = this.decorator.getIfAvailable(() -> (driver) -> driver).decorate(delegate);
        TransferWatch watch = this.watch.getIfAvailable();
        return (watch != null) ? watch.watch(decorated) : decorated;
    }

    private List<StorageDriver> delegates(StorageDriverProperty property, List<String> ids) {
        List<StorageDriver> delegates = ids.stream().map((id) -> delegate(property, StorageDriverId.of(id))).toList();
        // Different spellings of an id are the same driver.
        if (delegates.size() < 2 || Set.copyOf(delegates).size() < delegates.size()) {
            throw property.invalid(ids, "does not name two or more distinct drivers",
                    "Set " + property + " to the ids of two or more distinct drivers, such as primary, secondary.");
        }
        return delegates;
    }

    private StorageDriver delegate(StorageDriverProperty property, StorageDriverId id) {
        String beanName = findBeanName(id);
        if (beanName == null) {
            throw property.invalid(id, "names an unknown storage driver",
                    "Configure " + id.prefix() + ", or remove " + id + " from " + property + ".");
        }
        if (IN_CREATION.get().contains(beanName)) {
            throw property.invalid(id, "makes the driver a delegate of itself",
                    "Remove " + id + " from " + property + ".");
        }
        return this.beans.getBean(beanName, StorageDriver.class);
    }

    private @Nullable String findBeanName(StorageDriverId id) {
        return id.findBeanName(
                List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, StorageDriver.class)));
    }

    /** Creates a composite driver from validated properties. */
    @FunctionalInterface
    interface Constructor {

        StorageDriver create(CompositeStorageDriverProperties properties, List<StorageDriver> delegates,
                UnaryOperator<StorageDriver> decorator);

    }

}
