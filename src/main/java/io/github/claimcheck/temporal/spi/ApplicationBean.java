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
 * Finds an optional bean of the application for a storage driver, such as a client. A
 * property of the driver can name the bean. Without a name, it is the bean that would be
 * injected, so a bean with {@code defaultCandidate = false} serves only drivers that name
 * it.
 *
 * @param <T> the type of the bean
 * @param type the type of the bean
 * @param unnamed provides the bean if no name is given
 * @param beans provides named beans
 */
public record ApplicationBean<T>(Class<T> type, ObjectProvider<T> unnamed, ListableBeanFactory beans) {

    private static final Log logger = LogFactory.getLog(ApplicationBean.class);

    /**
     * Finds the bean.
     * @param property the property that names the bean
     * @param name the value of that property; may be null or blank
     * @return the bean; null if there is none and no name is given
     * @throws ExternalStorageConfigurationException if no bean has the name, or there are
     * several beans and no name
     */
    public @Nullable T find(StorageDriverProperty property, @Nullable String name) {
        if (name != null && StringUtils.hasText(name)) {
            return named(property, name);
        }
        try {
            return this.unnamed.getIfAvailable();
        }
        catch (NoUniqueBeanDefinitionException ex) {
            throw new ExternalStorageConfigurationException("There are several " + this.type
                .getSimpleName() + " beans, but " + property + " is not set.", "Set " + property + " to one of: "
                        + String.join(", ", names())
                        + ". Or declare one of these beans @Primary, or those that serve only drivers that name them "
                        + "@Bean(defaultCandidate = false).",
                    ex);
        }
    }

    private T named(StorageDriverProperty property, String name) {
        // Not its declared type, which may be an interface that the bean's class adds to.
        Object bean = this.beans.containsBean(name) ? this.beans.getBean(name) : null;
        if (this.type.isInstance(bean)) {
            return this.type.cast(bean);
        }
        throw property.invalid(name,
                (bean != null) ? "is a " + bean.getClass().getName() + " bean, not a " + this.type.getSimpleName()
                        : "is not the name of a " + this.type.getSimpleName() + " bean",
                names().isEmpty()
                        ? "Declare a " + this.type.getName() + " bean of that name, or remove " + property + "."
                        : "Set " + property + " to one of: " + String.join(", ", names()) + ".");
    }

    /**
     * Returns the names of all beans of the type, including those that serve only drivers
     * that name them.
     * @return the names; may be empty
     */
    public List<String> names() {
        return List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, this.type));
    }

    /**
     * Logs a warning if properties have no effect because the application's bean is used.
     * @param driver the driver that uses the bean
     * @param properties the driver's properties
     * @param defaults the driver's default properties
     * @param unused the names, in kebab case, of the properties that apply only to a
     * client created by the driver's factory
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
