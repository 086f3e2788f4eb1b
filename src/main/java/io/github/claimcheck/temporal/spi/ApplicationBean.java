package io.github.claimcheck.temporal.spi;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Conventions;
import org.springframework.util.StringUtils;

/**
 * A bean that the application may bring for a storage driver, such as a client. A
 * property of the driver names it; without a name it is the bean that would be injected,
 * so that one with {@code defaultCandidate = false} is only for drivers that name it.
 *
 * @param <T> the type of the bean
 * @param type the type of the bean
 * @param unnamed finds the bean where no name is given
 * @param beans finds the bean where one is
 */
public record ApplicationBean<T>(Class<T> type, ObjectProvider<T> unnamed, ListableBeanFactory beans) {

    private static final Log logger = LogFactory.getLog(ApplicationBean.class);

    /**
     * Finds the bean.
     * @param property the property that names the bean
     * @param name the value of that property; may be null or blank
     * @return the bean; null if there is none and none is named
     * @throws ExternalStorageConfigurationException if there is none of that name, or
     * there are several and no name
     */
    public @Nullable T find(StorageDriverProperty property, @Nullable String name) {
        if (name != null && StringUtils.hasText(name)) {
            return named(property, name);
        }
        try {
            return this.unnamed.getIfAvailable();
        }
        catch (NoUniqueBeanDefinitionException ex) {
            throw new ExternalStorageConfigurationException(
                    "There are several " + this.type.getSimpleName() + " beans, and " + property
                            + " does not say which one to use.",
                    "Set " + property + " to one of: " + String.join(", ", names())
                            + ". Or declare one of these beans @Primary, or those that are only for drivers which name "
                            + "them @Bean(defaultCandidate = false).",
                    ex);
        }
    }

    private T named(StorageDriverProperty property, String name) {
        if (this.beans.containsBean(name) && this.beans.isTypeMatch(name, this.type)) {
            return this.beans.getBean(name, this.type);
        }
        Class<?> other = this.beans.containsBean(name) ? this.beans.getType(name) : null;
        throw property.invalid(name,
                (other != null) ? "is a " + other.getName() + " bean, not a " + this.type.getSimpleName()
                        : "is not the name of a " + this.type.getSimpleName() + " bean",
                names().isEmpty()
                        ? "Declare a bean of that name and of the type " + this.type.getName() + ", or remove "
                                + property + "."
                        : "Set " + property + " to one of: " + String.join(", ", names()) + ".");
    }

    /**
     * Returns the names of all beans of the type, those included that are only for
     * drivers which name them.
     * @return the names; may be empty
     */
    public List<String> names() {
        return List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, this.type));
    }

    /**
     * Warns of properties that were set although the application's bean is used, so that
     * they have no effect.
     * @param driver the driver that uses the bean
     * @param properties the driver's properties
     * @param defaults what the properties are where nothing is set
     * @param unused the names, in kebab case, of those that only a client made by the
     * driver's factory would heed
     */
    public void warnOfUnused(StorageDriverId driver, StorageDriverProperties properties,
            StorageDriverProperties defaults, String... unused) {
        BeanWrapper configured = PropertyAccessorFactory.forBeanPropertyAccess(properties);
        BeanWrapper initial = PropertyAccessorFactory.forBeanPropertyAccess(defaults);
        String set = Stream.of(unused).filter((name) -> {
            String path = Conventions.attributeNameToPropertyName(name);
            return !Objects.equals(configured.getPropertyValue(path), initial.getPropertyValue(path));
        }).collect(Collectors.joining(", "));
        if (!set.isEmpty()) {
            logger.warn("The application's " + this.type.getSimpleName() + " bean is used, so these properties of "
                    + driver.prefix() + " have no effect: " + set);
        }
    }

}
