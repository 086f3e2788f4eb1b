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
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
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
        Map<String, Boolean> wrong = new TreeMap<>();
        for (PropertySource<?> source : this.environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> enumerable) {
                boolean isVariable = ServiceLinks.isSystemEnvironment(source);
                for (String name : enumerable.getPropertyNames()) {
                    String letters = letters(name);
                    if (letters.startsWith("spring" + PREFIX)) {
                        logger.warn(name + " (" + source.getName() + ") has no effect: the prefix is "
                                + ExternalStorageProperties.PREFIX);
                    }
                    else if (letters.startsWith(PREFIX) && !isBindable(name, isVariable)
                            && !ServiceLinks.isServiceLink(name, source.getProperty(name)) && !isPlaceholder(name)) {
                        wrong.put(name, isVariable);
                    }
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw unknown(wrong);
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
        Pattern placeholder = Pattern.compile("\\$\\{" + Pattern.quote(name) + "[:}]");
        return this.environment.getPropertySources()
            .stream()
            .filter(EnumerablePropertySource.class::isInstance)
            .map((source) -> (EnumerablePropertySource<?>) source)
            .anyMatch((source) -> Arrays.stream(source.getPropertyNames())
                .map(source::getProperty)
                .anyMatch((value) -> value instanceof CharSequence text && placeholder.matcher(text).find()));
    }

    private ExternalStorageConfigurationException unknown(Map<String, Boolean> wrong) {
        Collection<Class<?>> driverTypes = driverTypes();
        List<String> descriptions = new ArrayList<>();
        List<String> actions = new ArrayList<>();
        wrong.forEach((name, isVariable) -> {
            descriptions.add(name + (isVariable ? " is an environment variable" : " is a property")
                    + " that begins as those of " + ExternalStorageProperties.PREFIX + " do, but has no effect.");
            actions.add("Rename " + name + " to " + spelled(name, isVariable, driverTypes) + ".");
        });
        if (wrong.containsValue(true)) {
            actions.add(RULE);
        }
        return new ExternalStorageConfigurationException(String.join(System.lineSeparator(), descriptions),
                String.join(System.lineSeparator(), actions));
    }

    private static String spelled(String name, boolean isVariable, Collection<Class<?>> driverTypes) {
        List<String> words = words(name);
        String found = PropertySpelling.find(words, ExternalStorageProperties.class, driverTypes);
        String property = ExternalStorageProperties.PREFIX + ((found != null) ? "." + found
                : words.stream().map((word) -> "." + word).collect(Collectors.joining()));
        return isVariable ? PropertySpelling.variable(property) : property;
    }

    /** Returns the words of a name without those that spell the prefix. */
    private static List<String> words(String name) {
        List<String> words = new ArrayList<>(List.of(name.split("[^A-Za-z0-9]+")));
        StringBuilder prefix = new StringBuilder();
        while (prefix.length() < PREFIX.length()) {
            prefix.append(words.remove(0));
        }
        return words;
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
                    .flatMap((source) -> Arrays.stream(((EnumerablePropertySource<?>) source).getPropertyNames()))
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
        return right.equalsIgnoreCase(variable) ? "" : "Rename " + variable + " to " + right + ". ";
    }

    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

}
