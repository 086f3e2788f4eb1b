package io.github.claimcheck.temporal.autoconfigure;

import io.github.claimcheck.temporal.spi.StorageDriverId;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.PropertySource.StubPropertySource;
import org.springframework.jndi.JndiLocatorDelegate;

/**
 * Property sources that cannot list their properties, so that drivers that only they
 * configure are not found. A driver that another source names gets its properties from
 * them, too.
 */
final class UnlistedPropertySources {

    private static final Log logger = LogFactory.getLog(UnlistedPropertySources.class);

    private static final ConfigurationPropertyName DRIVERS = ConfigurationPropertyName.of(StorageDriverId.DRIVERS);

    /** Sources that Spring reserves a place for, whatever has wrapped them. */
    private static final Set<String> STUBS = Set.of("servletConfigInitParams", "servletContextInitParams",
            "jndiProperties");

    private UnlistedPropertySources() {
    }

    /** Warns of such sources, but for those of Spring itself. */
    static void warn(Environment environment) {
        String unlisted = StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false)
            .filter(UnlistedPropertySources::mayHaveDrivers)
            .map((source) -> (PropertySource<?>) source.getUnderlyingSource())
            .map((source) -> "'" + source.getName() + "' (" + source.getClass().getName() + ")")
            .collect(Collectors.joining(", "));
        if (!unlisted.isEmpty()) {
            logger.warn("These property sources cannot list their properties, so storage drivers that only they "
                    + "configure are not found: " + unlisted + ". Set " + StorageDriverId.DRIVERS
                    + ".<id>.type of each driver in another source, such as application.yaml");
        }
    }

    /** Stubs and JNDI are there without having been asked for. */
    private static boolean mayHaveDrivers(ConfigurationPropertySource source) {
        return !(source instanceof IterableConfigurationPropertySource)
                && source.getUnderlyingSource() instanceof PropertySource<?> unlisted
                && !(unlisted instanceof StubPropertySource) && !STUBS.contains(unlisted.getName())
                && !(unlisted.getSource() instanceof JndiLocatorDelegate)
                && source.containsDescendantOf(DRIVERS) == ConfigurationPropertyState.UNKNOWN;
    }

}
