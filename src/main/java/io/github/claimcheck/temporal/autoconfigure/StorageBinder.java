package io.github.claimcheck.temporal.autoconfigure;

import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PlaceholdersResolver;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.core.env.Environment;

/**
 * Binds the properties under {@code temporal.external-storage}. Unlike Spring Boot's own
 * binder, it strips values, after placeholders are resolved, and passes over names that
 * are no properties: those of {@link ServiceLinks}, and groups without a value, such as
 * {@code redis:} with nothing below.
 */
final class StorageBinder {

    private StorageBinder() {
    }

    /**
     * Creates a binder.
     * @param environment where the properties are
     * @return the binder
     */
    static Binder of(Environment environment) {
        PlaceholdersResolver placeholders = new PropertySourcesPlaceholdersResolver(environment);
        return new Binder(sources(environment), (value) -> stripped(placeholders.resolvePlaceholders(value)));
    }

    private static List<ConfigurationPropertySource> sources(Environment environment) {
        ServiceLinks links = ServiceLinks.in(environment);
        List<ConfigurationPropertySource> all = StreamSupport
            .stream(ConfigurationPropertySources.get(environment).spliterator(), false)
            .toList();
        return all.stream()
            .map((source) -> source.filter((name) -> !StoragePropertyGroups.isGroup(name) && !links.contains(name)
                    && !isEmptyGroup(name, source, all)))
            .toList();
    }

    /**
     * Returns whether a name has an empty value in one source, and properties below it in
     * any. An empty list overrides the elements in other sources.
     */
    private static boolean isEmptyGroup(ConfigurationPropertyName name, ConfigurationPropertySource source,
            List<ConfigurationPropertySource> all) {
        if (!StoragePropertyGroups.PREFIX.isAncestorOf(name)) {
            return false;
        }
        ConfigurationProperty property = source.getConfigurationProperty(name);
        return property != null && property.getValue() instanceof CharSequence text
                && PropertyText.strip(text.toString()).isEmpty() && hasDescendants(name, all)
                && !hasDescendants(name.append("[0]"), all)
                && all.stream().noneMatch((each) -> each.getConfigurationProperty(name.append("[0]")) != null);
    }

    private static boolean hasDescendants(ConfigurationPropertyName name, List<ConfigurationPropertySource> sources) {
        return sources.stream()
            .anyMatch((source) -> source.containsDescendantOf(name) == ConfigurationPropertyState.PRESENT);
    }

    /**
     * Returns whether there is anything to bind.
     * @param environment where the properties are
     * @return whether any source has a property
     */
    static boolean hasProperties(Environment environment) {
        return sources(environment).stream()
            .anyMatch((source) -> source
                .containsDescendantOf(StoragePropertyGroups.PREFIX) == ConfigurationPropertyState.PRESENT);
    }

    private static @Nullable Object stripped(@Nullable Object value) {
        return (value instanceof CharSequence text) ? PropertyText.strip(text.toString()) : value;
    }

}
