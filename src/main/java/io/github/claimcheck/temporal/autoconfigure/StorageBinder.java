package io.github.claimcheck.temporal.autoconfigure;

import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PlaceholdersResolver;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
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
        return StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false)
            .map((source) -> source.filter((name) -> !StoragePropertyGroups.isGroup(name) && !links.contains(name)))
            .toList();
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
