package io.github.claimcheck.temporal.autoconfigure;

import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;

/**
 * Rejects unknown properties, in environment variables and system properties, too, and
 * values that nobody means: sizes and durations without a unit, and text with invisible
 * characters in it.
 * <p>
 * Spring Boot binds a list from the first source that has it, so elements in later
 * sources are overridden, not unknown, however deep they are nested. Spring Boot's own
 * handler rejects them if the elements contain lists.
 */
class StrictBindHandler extends NoUnboundElementsBindHandler {

    StrictBindHandler() {
        // Unlike Spring Boot's filter, which passes over the system's sources.
        super(new IgnoreTopLevelConverterNotFoundBindHandler(), (source) -> true);
    }

    @Override
    public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
        String text = text(name, context);
        if (text != null && text.isEmpty() && isGroup(target) && !hasDescendants(name, context)) {
            // In YAML, a group with nothing below has an empty value.
            onSuccess(name, target, context, text);
            return null;
        }
        if (text != null) {
            PropertyValues.require(name.toString(), text, target);
        }
        return super.onStart(name, target, context);
    }

    private static boolean isGroup(Bindable<?> target) {
        Class<?> type = target.getType().resolve(Object.class);
        return !PropertySpelling.isSingleValue(type) && !type.isArray();
    }

    private static boolean hasDescendants(ConfigurationPropertyName name, BindContext context) {
        for (ConfigurationPropertySource source : context.getSources()) {
            if (source.containsDescendantOf(name) != ConfigurationPropertyState.ABSENT) {
                return true;
            }
        }
        return false;
    }

    /** Returns the value as the converters get it: with placeholders resolved. */
    private static @Nullable String text(ConfigurationPropertyName name, BindContext context) {
        for (ConfigurationPropertySource source : context.getSources()) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) {
                boolean isText = property.getValue() instanceof CharSequence || property.getValue() instanceof Number;
                return isText ? context.getBinder().bind(name, Bindable.of(String.class)).orElse(null) : null;
            }
        }
        return null;
    }

    @Override
    public void onFinish(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
            @Nullable Object result) throws Exception {
        try {
            super.onFinish(name, target, context, result);
        }
        catch (UnboundConfigurationPropertiesException ex) {
            Set<ConfigurationProperty> unknown = ex.getUnboundProperties()
                .stream()
                .filter((property) -> !isOverridden(property, context))
                .collect(Collectors.toSet());
            if (!unknown.isEmpty()) {
                throw new UnboundConfigurationPropertiesException(unknown);
            }
        }
    }

    private static boolean isOverridden(ConfigurationProperty property, BindContext context) {
        ConfigurationPropertyName name = property.getName();
        for (int i = 1; i < name.getNumberOfElements(); i++) {
            if (name.isNumericIndex(i)) {
                return isInEarlierSource(name.chop(i), property, context);
            }
        }
        return false;
    }

    private static boolean isInEarlierSource(ConfigurationPropertyName list, ConfigurationProperty property,
            BindContext context) {
        for (ConfigurationPropertySource source : context.getSources()) {
            if (Objects.equals(property, source.getConfigurationProperty(property.getName()))) {
                return false;
            }
            if (source.getConfigurationProperty(list) != null
                    || source.containsDescendantOf(list) == ConfigurationPropertyState.PRESENT) {
                return true;
            }
        }
        return false;
    }

}
