package io.github.claimcheck.temporal.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.StringUtils;

/**
 * A bean that the application may bring for a driver, such as a client. A property of the driver names it; else it is
 * the one that would be injected, so that a bean with {@code defaultCandidate = false} is only for drivers that name
 * it.
 *
 * @param type the type of the bean
 * @param unnamed finds the bean where no name is given
 * @param beans finds the bean where one is
 */
record ApplicationBean<T>(Class<T> type, ObjectProvider<T> unnamed, ListableBeanFactory beans) {

    /**
     * @param property the property that names the bean
     * @param name the value of that property
     * @return the bean; null if there is none and none is named
     * @throws ExternalStorageConfigurationException if there is none of that name, or there are several and no name
     */
    @Nullable T find(String property, @Nullable String name) {
        List<String> names = names();
        if (StringUtils.hasText(name)) {
            if (!this.beans.containsBean(name) || !this.beans.isTypeMatch(name, this.type)) {
                Class<?> other = this.beans.containsBean(name) ? this.beans.getType(name) : null;
                throw new ExternalStorageConfigurationException(
                        property + " is " + name + ", which is no " + this.type.getSimpleName() + " bean"
                                + ((other != null) ? ", but a " + other.getName() : "") + ".",
                        names.isEmpty()
                                ? "Declare a bean of that name and of the type " + this.type.getName() + ", or remove "
                                        + property + "."
                                : "Set " + property + " to one of: " + String.join(", ", names) + ".");
            }
            return this.beans.getBean(name, this.type);
        }
        try {
            return this.unnamed.getIfAvailable();
        }
        catch (NoUniqueBeanDefinitionException ex) {
            throw new ExternalStorageConfigurationException(
                    "There are several " + this.type.getSimpleName() + " beans, and " + property
                            + " does not say which one to use.",
                    "Set " + property + " to one of: " + String.join(", ", names)
                            + ". Or declare one of these beans @Primary, or those that are only for drivers which name "
                            + "them @Bean(defaultCandidate = false).",
                    ex);
        }
    }

    /** Returns the names of all beans of the type. */
    List<String> names() {
        return List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, this.type));
    }

}
