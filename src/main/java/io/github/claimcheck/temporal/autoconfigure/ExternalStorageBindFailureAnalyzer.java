package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.internal.Quoted;
import io.github.claimcheck.temporal.spi.ExternalStorageConfigurationException;
import io.github.claimcheck.temporal.spi.Secrets;
import java.beans.PropertyDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.PropertyMatches;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.util.unit.DataSize;

/**
 * Analyzes unknown and invalid properties under {@code temporal.external-storage}. Unlike
 * Spring Boot's own analyzers, it suggests valid properties and values.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class ExternalStorageBindFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName
        .of(ExternalStorageProperties.PREFIX);

    private static final Map<Class<?>, String> EXAMPLES = Map.of(DataSize.class, "a size such as 256KB", Duration.class,
            "a duration such as 20s", int.class, "a whole number", boolean.class, "true or false", Boolean.class,
            "true or false", Map.class, "nested properties");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        if (!PREFIX.equals(cause.getName()) && !PREFIX.isAncestorOf(cause.getName())) {
            return null;
        }
        if (cause.getCause() instanceof ExternalStorageConfigurationException rejected) {
            return new FailureAnalysis(rejected.getMessage(), rejected.getAction(), cause);
        }
        return (cause.getCause() instanceof UnboundConfigurationPropertiesException unbound)
                ? unknown(cause, unbound.getUnboundProperties()) : invalid(cause);
    }

    private static FailureAnalysis unknown(BindException cause, Set<ConfigurationProperty> properties) {
        List<String> descriptions = new ArrayList<>();
        List<String> actions = new ArrayList<>();
        properties.forEach((property) -> explain(cause, property, descriptions, actions));
        return new FailureAnalysis(String.join(System.lineSeparator(), descriptions),
                String.join(System.lineSeparator(), actions), cause);
    }

    /**
     * Follows the property's name into the bound class, up to the first invalid element.
     */
    private static void explain(BindException cause, ConfigurationProperty property, List<String> descriptions,
            List<String> actions) {
        ConfigurationPropertyName name = property.getName();
        ConfigurationPropertyName parent = cause.getName();
        ResolvableType resolvable = cause.getTarget().getType();
        while (parent.getNumberOfElements() < name.getNumberOfElements()) {
            if (name.isNumericIndex(parent.getNumberOfElements())
                    && Collection.class.isAssignableFrom(resolvable.resolve(Object.class))) {
                parent = name.chop(parent.getNumberOfElements() + 1);
                resolvable = resolvable.asCollection().getGeneric();
                continue;
            }
            Class<?> type = resolvable.resolve(Object.class);
            if (PropertySpelling.isSingleValue(type)) {
                descriptions.add(name + " is nested under " + parent + ", which takes "
                        + (Collection.class.isAssignableFrom(type) ? "a list" : "a single value") + origin(property)
                        + ".");
                actions.add("Set " + parent + " itself, and remove " + name + ".");
                return;
            }
            String element = name.getElement(parent.getNumberOfElements(), Form.UNIFORM);
            PropertyDescriptor match = PropertySpelling.properties(type)
                .stream()
                .filter((candidate) -> candidate.getName().equalsIgnoreCase(element))
                .findFirst()
                .orElse(null);
            if (match == null) {
                descriptions.add(name + " is not a valid property" + origin(property) + ".");
                actions.add(correction(property, cause, parent, type));
                return;
            }
            parent = parent.append(dashed(match.getName()));
            resolvable = ResolvableType.forMethodReturnType(match.getReadMethod());
        }
        if (IntStream.range(0, name.getNumberOfElements()).anyMatch(name::isNumericIndex)) {
            descriptions
                .add(name + " has no effect" + origin(property) + ", because the element before it is missing.");
            actions.add("Set all elements of the list, starting with [0], in the same source as " + name
                    + ", such as a file, "
                    + "a profile or the environment. Spring Boot does not merge lists from several sources.");
            return;
        }
        descriptions.add(name + " has no value" + origin(property) + ".");
        actions.add("Give " + name + " a value, or remove it.");
    }

    private static String correction(ConfigurationProperty property, BindException cause,
            ConfigurationPropertyName parent, Class<?> type) {
        ConfigurationPropertyName wrong = property.getName();
        String element = wrong.getElement(parent.getNumberOfElements(), Form.UNIFORM);
        String[] similar = PropertyMatches.forProperty(element, type).getPossibleMatches();
        String variable = variable(property, cause);
        String remedy = (variable != null) ? variable
                : (similar.length > 0) ? "Change it to " + parent.append(dashed(similar[0])) : "Remove " + wrong;
        return remedy + ". Valid properties of " + parent + " are: "
                + PropertySpelling.properties(type)
                    .stream()
                    .map((known) -> dashed(known.getName()))
                    .collect(Collectors.joining(", "))
                + ".";
    }

    /**
     * Returns what to do about an environment variable, whose name may have underscores
     * for dashes.
     */
    private static @Nullable String variable(ConfigurationProperty property, BindException cause) {
        if (!(property.getOrigin() instanceof PropertySourceOrigin origin)
                || !ServiceLinks.isSystemEnvironment(origin.getPropertySource())) {
            return null;
        }
        ConfigurationPropertyName name = property.getName();
        int prefix = cause.getName().getNumberOfElements();
        List<String> words = IntStream.range(prefix, name.getNumberOfElements())
            .mapToObj((i) -> name.getElement(i, Form.UNIFORM))
            .toList();
        String right = PropertySpelling.find(words, cause.getTarget().getType().resolve(Object.class), List.of());
        return (right == null) ? "Remove " + origin.getPropertyName()
                : "Rename " + origin.getPropertyName() + " to "
                        + origin.getPropertyName().replaceFirst("(?i)TEMPORAL_.*", "")
                        + PropertySpelling.variable(cause.getName() + "." + right);
    }

    private static String dashed(String propertyName) {
        return DataObjectPropertyName.toDashedForm(propertyName);
    }

    private static FailureAnalysis invalid(BindException cause) {
        String name = cause.getName().toString();
        ConfigurationProperty property = cause.getProperty();
        StringBuilder description = new StringBuilder(name).append(" has an invalid value");
        // The cause's message quotes the value, too.
        if (property != null && !Secrets.isSecret(name)) {
            description.append(", '")
                .append(Quoted.answer(Secrets.withoutUserInfo(String.valueOf(property.getValue()))))
                .append("'");
            description.append(origin(property)).append(": ");
            description.append(Quoted.answer(Secrets
                .withoutUserInfo(String.valueOf(NestedExceptionUtils.getMostSpecificCause(cause).getMessage()))));
        }
        Class<?> type = cause.getTarget().getType().resolve(Object.class);
        String expected = EXAMPLES.getOrDefault(type,
                type.getName().startsWith("java.") ? "a valid " + type.getSimpleName() : "nested properties");
        return new FailureAnalysis(description.append('.').toString(), "Set " + name + " to " + expected + ".", cause);
    }

    private static String origin(ConfigurationProperty property) {
        return (property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
    }

}
