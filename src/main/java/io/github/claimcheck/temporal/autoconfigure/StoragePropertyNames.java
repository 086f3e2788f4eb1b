package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.StorageDriverFactory;
import java.beans.PropertyDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Rejects names that begin as the starter's prefix does, but that Spring Boot does not
 * bind: environment variables with underscores for dashes, for instance. What Spring Boot
 * takes for the prefix is left to {@link StrictBindHandler}.
 */
final class StoragePropertyNames {

    private static final Log logger = LogFactory.getLog(StoragePropertyNames.class);

    private static final String PREFIX = "temporalexternalstorage";

    private static final String RULE = "The name of an environment variable has underscores for dots, and leaves "
            + "dashes out: temporal.external-storage.drivers.local-disk.directory is "
            + "TEMPORAL_EXTERNALSTORAGE_DRIVERS_LOCALDISK_DIRECTORY.";

    private final ConfigurableEnvironment environment;

    private final ListableBeanFactory beans;

    private StoragePropertyNames(ConfigurableEnvironment environment, ListableBeanFactory beans) {
        this.environment = environment;
        this.beans = beans;
    }

    /**
     * Checks all names in an environment.
     * @param environment where the properties are
     * @param beans where the types of drivers are
     * @throws ExternalStorageConfigurationException if a name is wrong
     */
    static void requireBindable(ConfigurableEnvironment environment, ListableBeanFactory beans) {
        new StoragePropertyNames(environment, beans).requireBindable();
    }

    private void requireBindable() {
        Map<String, Name> found = new TreeMap<>();
        for (PropertySource<?> source : this.environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> enumerable) {
                boolean isVariable = ServiceLinks.isSystemEnvironment(source);
                for (String property : enumerable.getPropertyNames()) {
                    String name = ServiceLinks.withoutPrefix(source, property);
                    if (name == null) {
                        continue;
                    }
                    String letters = letters(name);
                    if (letters.startsWith("spring" + PREFIX)) {
                        logger.warn(property + " (" + source.getName() + ") has no effect: the prefix is "
                                + ExternalStorageProperties.PREFIX);
                    }
                    else if (letters.startsWith(PREFIX) && !isBindable(name, isVariable)
                            && !ServiceLinks.isServiceLink(name, source.getProperty(property))
                            && !isPlaceholder(property)) {
                        found.put(property, new Name(name, isVariable));
                    }
                }
            }
        }
        if (!found.isEmpty()) {
            requireNoneMeant(found);
        }
    }

    private static boolean isBindable(String name, boolean isVariable) {
        return isBelowPrefix(ConfigurationPropertyName.adapt(name, '.'))
                || (isVariable && (isBelowPrefix(ConfigurationPropertyName.adapt(name, '_')) || isReadAsIs(name)));
    }

    private static boolean isBelowPrefix(ConfigurationPropertyName name) {
        return name.equals(StoragePropertyGroups.PREFIX) || StoragePropertyGroups.PREFIX.isAncestorOf(name);
    }

    /**
     * Returns whether Spring Boot finds a variable with underscores for dashes: only
     * where it looks for a single property, and that is not nested.
     */
    private static boolean isReadAsIs(String variable) {
        return PropertySpelling.properties(ExternalStorageProperties.class)
            .stream()
            .filter((property) -> !Collection.class.isAssignableFrom(property.getPropertyType())
                    && !Map.class.isAssignableFrom(property.getPropertyType())
                    && PropertySpelling.isSingleValue(property.getPropertyType()))
            .map(PropertyDescriptor::getName)
            .map((name) -> ExternalStorageProperties.PREFIX + "." + DataObjectPropertyName.toDashedForm(name))
            .anyMatch((name) -> name.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT).equals(variable));
    }

    /** Returns whether another property refers to a variable of the application's own. */
    private boolean isPlaceholder(String name) {
        Pattern placeholder = Pattern.compile("\\$\\{(" + Pattern.quote(name) + "|"
                + Pattern.quote(name.toLowerCase(Locale.ROOT).replace('_', '.')) + ")[:}]");
        return this.environment.getPropertySources()
            .stream()
            .filter(EnumerablePropertySource.class::isInstance)
            .map((source) -> (EnumerablePropertySource<?>) source)
            .anyMatch((source) -> Arrays.stream(source.getPropertyNames())
                .map(source::getProperty)
                .anyMatch((value) -> value instanceof CharSequence text && placeholder.matcher(text).find()));
    }

    /**
     * Rejects names that are meant as properties, as far as one is similar. Others may be
     * the application's own.
     */
    private void requireNoneMeant(Map<String, Name> names) {
        Collection<Class<?>> driverTypes = driverTypes();
        List<String> descriptions = new ArrayList<>();
        List<String> actions = new ArrayList<>();
        boolean isAnyVariable = false;
        for (Map.Entry<String, Name> entry : names.entrySet()) {
            String property = entry.getKey();
            String name = entry.getValue().withoutPrefix();
            boolean isVariable = entry.getValue().isVariable();
            String description = property + (isVariable ? " is an environment variable" : " is a property")
                    + " that begins as those of " + ExternalStorageProperties.PREFIX + " do, but has no effect.";
            String right = spelled(name, isVariable, driverTypes);
            if (right == null) {
                logger.warn(description);
                continue;
            }
            descriptions.add(description);
            actions.add("Rename " + property + " to " + property.substring(0, property.length() - name.length()) + right
                    + ".");
            isAnyVariable |= isVariable;
        }
        if (isAnyVariable) {
            actions.add(RULE);
        }
        if (!descriptions.isEmpty()) {
            throw new ExternalStorageConfigurationException(String.join(System.lineSeparator(), descriptions),
                    String.join(System.lineSeparator(), actions));
        }
    }

    /** Returns the right spelling of a name; null if it resembles no property. */
    private static @Nullable String spelled(String name, boolean isVariable, Collection<Class<?>> driverTypes) {
        List<String> words = new ArrayList<>(List.of(name.split("[^A-Za-z0-9]+")));
        StringBuilder prefix = new StringBuilder();
        while (prefix.length() < PREFIX.length()) {
            prefix.append(words.remove(0));
        }
        String found = find(words, driverTypes);
        if (found == null && prefix.length() > PREFIX.length()) {
            // The last word of the prefix and the first of the property are one.
            words.add(0, prefix.substring(PREFIX.length()));
            found = find(words, driverTypes);
        }
        if (found == null) {
            return null;
        }
        String property = ExternalStorageProperties.PREFIX + "." + found;
        return isVariable ? PropertySpelling.variable(property) : property;
    }

    /** Finds a property, or else one that is unknown below the drivers. */
    private static @Nullable String find(List<String> words, Collection<Class<?>> driverTypes) {
        String found = PropertySpelling.find(words, ExternalStorageProperties.class, driverTypes);
        return (found != null) ? found : PropertySpelling.find(words, ExternalStorageProperties.class, List.of());
    }

    /**
     * Returns the classes that the properties of drivers are bound to, for a report: the
     * application is about to stop.
     */
    private Collection<Class<?>> driverTypes() {
        try {
            return this.beans.getBeansOfType(StorageDriverFactory.class)
                .values()
                .stream()
                .<Class<?>>map((factory) -> factory.newProperties().getClass())
                .toList();
        }
        catch (BeansException ex) {
            logger.debug("The types of drivers are unknown", ex);
            return List.of();
        }
    }

    /**
     * Returns the environment variables below a name.
     * @param name the name that Spring Boot takes them for, without that of a property
     * @param environment where the variables are
     * @return the variables
     */
    static Stream<String> variablesBelow(ConfigurationPropertyName name, Environment environment) {
        return !(environment instanceof ConfigurableEnvironment configurable) ? Stream.of()
                : configurable.getPropertySources()
                    .stream()
                    .filter(ServiceLinks::isSystemEnvironment)
                    .flatMap((source) -> Arrays.stream(((EnumerablePropertySource<?>) source).getPropertyNames())
                        .map((variable) -> ServiceLinks.withoutPrefix(source, variable))
                        .filter(Objects::nonNull))
                    .filter((variable) -> name.isAncestorOf(ConfigurationPropertyName.adapt(variable, '_')));
    }

    /**
     * Returns what to do about a variable that has underscores for dashes.
     * @param variable the variable
     * @param driverTypes the classes that the properties of drivers are bound to
     * @return a sentence with the right name and a space, or nothing if that is unknown
     */
    static String correction(String variable, Collection<Class<?>> driverTypes) {
        String right = spelled(variable, true, driverTypes);
        return (right == null || right.equalsIgnoreCase(variable)) ? "" : "Rename " + variable + " to " + right + ". ";
    }

    /**
     * A name in an environment.
     *
     * @param withoutPrefix the name without the application's prefix for variables
     * @param isVariable whether it is that of an environment variable
     */
    private record Name(String withoutPrefix, boolean isVariable) {

    }

    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

}
