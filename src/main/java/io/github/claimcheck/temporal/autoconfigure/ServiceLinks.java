package io.github.claimcheck.temporal.autoconfigure;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The environment variables that Kubernetes and Docker set for a service whose name
 * begins with {@code temporal-external-storage}. They look like properties.
 */
final class ServiceLinks {

    private static final String DRIVERS = "TEMPORAL_EXTERNALSTORAGE_DRIVERS_";

    private static final Pattern HOST = Pattern.compile(".+_(SERVICE_HOST|PORT_\\d+_(TCP|UDP|SCTP)_ADDR)");

    private static final Pattern PORT = Pattern
        .compile(".+_(SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\\d+_(TCP|UDP|SCTP)_PORT)");

    private static final Pattern URL = Pattern.compile(".+_PORT(_\\d+_(TCP|UDP|SCTP))?");

    private static final Pattern PROTOCOL = Pattern.compile(".+_PORT_\\d+_(TCP|UDP|SCTP)_PROTO");

    private final Set<ConfigurationPropertyName> names = new HashSet<>();

    private ServiceLinks() {
    }

    static ServiceLinks in(Environment environment) {
        ServiceLinks links = new ServiceLinks();
        if (environment instanceof ConfigurableEnvironment configurable) {
            for (PropertySource<?> source : configurable.getPropertySources()) {
                if (isSystemEnvironment(source) && source instanceof SystemEnvironmentPropertySource variables) {
                    for (String name : variables.getPropertyNames()) {
                        if (isServiceLink(name, variables.getProperty(name))) {
                            links.names.add(ConfigurationPropertyName.adapt(name, '_'));
                        }
                    }
                }
            }
        }
        return links;
    }

    /** Returns whether Spring Boot takes the names in a source for variables. */
    static boolean isSystemEnvironment(PropertySource<?> source) {
        String name = source.getName();
        return source instanceof SystemEnvironmentPropertySource
                && (name.equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)
                        || name.endsWith("-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME));
    }

    static boolean isServiceLink(String variable, @Nullable Object value) {
        String text = String.valueOf(value);
        return variable.matches("TEMPORAL_EXTERNAL_?STORAGE_.+") && !variable.startsWith(DRIVERS)
                && ((HOST.matcher(variable).matches() && text.matches("[0-9a-fA-F.:]+|None"))
                        || (PORT.matcher(variable).matches() && text.matches("\\d+"))
                        || (URL.matcher(variable).matches() && text.matches("(tcp|udp|sctp)://.*"))
                        || (PROTOCOL.matcher(variable).matches() && text.matches("tcp|udp|sctp")));
    }

    boolean contains(ConfigurationPropertyName name) {
        return this.names.contains(name);
    }

}
