package io.github.claimcheck.temporal.autoconfigure;

import java.beans.PropertyDescriptor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.PropertyMatches;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.util.unit.DataSize;

/**
 * Reports properties under {@code temporal.external-storage} that do not exist or have a value of the wrong kind. Spring
 * Boot's own analyzers leave it to the reader to find out what would be right.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class ExternalStorageBindFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName
        .of(ExternalStorageProperties.PREFIX);

    private static final Map<Class<?>, String> EXAMPLES = Map.of(DataSize.class, "a size such as 256KB", Duration.class,
            "a duration such as 20s", int.class, "a whole number", boolean.class, "true or false");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        if (!PREFIX.equals(cause.getName()) && !PREFIX.isAncestorOf(cause.getName())) {
            return null;
        }
        return (cause.getCause() instanceof UnboundConfigurationPropertiesException unbound)
                ? unknown(cause, unbound.getUnboundProperties()) : unsuitable(cause);
    }

    private static FailureAnalysis unknown(BindException cause, Set<ConfigurationProperty> properties) {
        String description = properties.stream()
            .map((property) -> property.getName() + " is not a property of external storage" + origin(property) + ".")
            .collect(Collectors.joining(System.lineSeparator()));
        String action = properties.stream()
            .map((property) -> correction(cause, property.getName()))
            .collect(Collectors.joining(System.lineSeparator()));
        return new FailureAnalysis(description, action, cause);
    }

    /** Follows the name into the bound class for as long as it is right. */
    private static String correction(BindException cause, ConfigurationPropertyName name) {
        ConfigurationPropertyName parent = cause.getName();
        Class<?> type = cause.getTarget().getType().resolve(Object.class);
        for (int i = parent.getNumberOfElements(); i < name.getNumberOfElements(); i++) {
            String element = name.getElement(i, Form.UNIFORM);
            PropertyDescriptor match = writableProperties(type).stream()
                .filter((property) -> property.getName().equalsIgnoreCase(element))
                .findFirst()
                .orElse(null);
            if (match == null) {
                break;
            }
            parent = parent.append(DataObjectPropertyName.toDashedForm(match.getName()));
            type = match.getPropertyType();
        }
        String wrong = name.getElement(parent.getNumberOfElements(), Form.ORIGINAL);
        String[] similar = PropertyMatches.forProperty(wrong.replace("-", ""), type).getPossibleMatches();
        String known = writableProperties(type).stream()
            .map((property) -> DataObjectPropertyName.toDashedForm(property.getName()))
            .collect(Collectors.joining(", "));
        String remedy = (similar.length > 0)
                ? "Change it to " + parent.append(DataObjectPropertyName.toDashedForm(similar[0])) : "Remove " + name;
        return remedy + ". Under " + parent + " there are: " + known + ".";
    }

    private static List<PropertyDescriptor> writableProperties(Class<?> type) {
        return Arrays.stream(BeanUtils.getPropertyDescriptors(type))
            .filter((property) -> !property.getName().equals("class"))
            .toList();
    }

    private static FailureAnalysis unsuitable(BindException cause) {
        String name = cause.getName().toString();
        ConfigurationProperty property = cause.getProperty();
        StringBuilder description = new StringBuilder(name).append(" has an unsuitable value");
        // What is typed into the wrong place of the credentials may be one.
        if (property != null && !name.contains("credentials")) {
            description.append(", '").append(property.getValue()).append("'");
            description.append(origin(property)).append(": ");
            description.append(NestedExceptionUtils.getMostSpecificCause(cause).getMessage());
        }
        Class<?> type = cause.getTarget().getType().resolve(Object.class);
        String expected = EXAMPLES.getOrDefault(type, type.isEnum() ? "one of " + Arrays.toString(type.getEnumConstants())
                : type.getName().startsWith("java.") ? "a valid " + type.getSimpleName()
                        : "properties of its own, below it");
        return new FailureAnalysis(description.append('.').toString(), "Set " + name + " to " + expected + ".", cause);
    }

    private static String origin(ConfigurationProperty property) {
        return (property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
    }

}
